import { DataError, ShapeError, UsageError } from '../errors.ts'
import { dotRows, type Matrix, unitRows } from '../math/matrix.ts'
import { tarAtFar } from './roc.ts'

/** Closed-set identification among distractors. */
export interface Identification {
  /** The share of the ordered (probe, mate) pairs whose mate scores at least as high as every distractor; NaN without pairs. */
  readonly rank1: number
  /** For each ordered (probe, mate) pair, by probe then mate: how many distractors score strictly higher than the mate. */
  readonly ranks: Int32Array
  readonly probes: number
  readonly distractors: number
}

/**
 * Identifies probes among distractors by MegaFace's rule (Kemelmacher-Shlizerman et al. 2016): for every ordered pair
 * (probe, mate) of one person the mate joins the distractors; its rank is the number of distractors that score strictly
 * higher with the probe, so a tie favours the mate. The score is the cosine. `probes` [N, D], `labels` [N] the person of
 * each, `distractors` [M, D] of other people. Without distractors every rank is 0.
 * @throws ShapeError when the shapes do not fit; DataError at a number that is not finite
 */
export function identifyAmongDistractors(
  probes: Matrix,
  labels: Int32Array,
  distractors: Matrix,
): Identification {
  const [probe, distractor] = checkedUnit('identifyAmongDistractors', probes, labels, distractors)
  const ranks: number[] = []
  const scores = new Float64Array(distractor.rows)
  for (let i = 0; i < probe.rows; i++) {
    for (let k = 0; k < scores.length; k++) scores[k] = dotRows(probe, i, distractor, k)
    scores.sort()
    for (let j = 0; j < probe.rows; j++)
      if (j !== i && labels[j] === labels[i]) ranks.push(countAbove(scores, dotRows(probe, i, probe, j)))
  }
  return {
    rank1: ranks.filter((rank) => rank === 0).length / ranks.length,
    ranks: Int32Array.from(ranks),
    probes: probe.rows,
    distractors: distractor.rows,
  }
}

/** Verification among distractors. */
export interface VerificationAmongDistractors {
  /** The TAR at each FAR asked for, by the FAR as text; NaN where either kind of pair is missing. */
  readonly tarAtFar: Readonly<Record<string, number>>
  readonly genuinePairs: number
  readonly impostorPairs: number
}

/**
 * Verifies probes against each other and against distractors: genuine pairs are all unordered pairs of one person's probes,
 * impostor pairs all probes with all distractors, scores are cosines; TAR at FAR as in `tarAtFar`. `probes` [N, D],
 * `labels` [N], `distractors` [M, D]. Holds all scores: (N·M + genuine pairs) · 9 bytes.
 * @throws ShapeError when the shapes do not fit; DataError at a number that is not finite; UsageError at a FAR outside 0 … 1
 */
export function verifyAmongDistractors(
  probes: Matrix,
  labels: Int32Array,
  distractors: Matrix,
  { fars = [0.1, 0.01, 0.001] as readonly number[] } = {},
): VerificationAmongDistractors {
  const [probe, distractor] = checkedUnit('verifyAmongDistractors', probes, labels, distractors)
  for (const far of fars)
    if (!(far >= 0 && far <= 1))
      throw new UsageError(`verifyAmongDistractors: expected a FAR from 0 to 1, got ${far}`)
  const genuine: number[] = []
  for (let i = 0; i < probe.rows; i++)
    for (let j = i + 1; j < probe.rows; j++)
      if (labels[i] === labels[j]) genuine.push(dotRows(probe, i, probe, j))
  const impostorPairs = probe.rows * distractor.rows
  const scores = new Float64Array(genuine.length + impostorPairs)
  scores.set(genuine)
  let end = genuine.length
  for (let i = 0; i < probe.rows; i++)
    for (let k = 0; k < distractor.rows; k++) scores[end++] = dotRows(probe, i, distractor, k)
  const same = new Uint8Array(scores.length).fill(1, 0, genuine.length)
  return {
    tarAtFar: Object.fromEntries(fars.map((far) => [String(far), tarAtFar(scores, same, far)])),
    genuinePairs: genuine.length,
    impostorPairs,
  }
}

/** How many of the rising values are strictly greater than `value`. */
function countAbove(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! > value) high = middle
    else low = middle + 1
  }
  return rising.length - low
}

function checkedUnit(
  where: string,
  probes: Matrix,
  labels: Int32Array,
  distractors: Matrix,
): [Matrix, Matrix] {
  if (labels.length !== probes.rows)
    throw new ShapeError(`${where}: expected a label for each of ${probes.rows} probes, got ${labels.length}`)
  if (probes.columns !== distractors.columns)
    throw new ShapeError(
      `${where}: expected distractors of ${probes.columns} numbers each, got ${distractors.columns}`,
    )
  for (const [name, { data, columns }] of [
    ['probe', probes],
    ['distractor', distractors],
  ] as const) {
    const i = data.findIndex((value: number) => !Number.isFinite(value))
    if (i >= 0)
      throw new DataError(
        `${where}: expected finite numbers in ${name} ${Math.floor(i / columns)}, got ${data[i]}`,
      )
  }
  return [unitRows(probes), unitRows(distractors)]
}
