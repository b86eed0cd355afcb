import { DataError, UsageError } from '../errors.ts'

/**
 * How the impostor pairs of a verification lie among the genuine scores. This is all that a ROC needs, whatever the number of
 * impostors: TAR changes at genuine scores alone. Counts of parts of the impostors add up.
 */
export interface PairCounts {
  /** The distinct scores of the genuine pairs, rising, [K]. */
  readonly scores: Float64Array
  /** How many genuine pairs have each, [K]. */
  readonly genuine: Float64Array
  /**
   * How many impostor pairs score between two neighbours of `scores` (at 2k: below `scores[k]`, above the one before; at 2K:
   * above all) and exactly as one (at 2k + 1), [2K + 1].
   */
  readonly impostor: Float64Array
}

/** Counts without impostors for genuine scores in any order, which it sorts. */
export function pairCounts(genuineScores: Float64Array): PairCounts {
  const sorted = genuineScores.sort()
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++
  const scores = new Float64Array(distinct)
  const genuine = new Float64Array(distinct)
  let k = -1
  for (const score of sorted) {
    if (k < 0 || scores[k] !== score) scores[++k] = score
    genuine[k]!++
  }
  return { scores, genuine, impostor: new Float64Array(2 * distinct + 1) }
}

/** Counts an impostor's score in. */
export function countImpostor({ scores, impostor }: PairCounts, score: number): void {
  // The first genuine score that is not below it.
  let [low, high] = [0, scores.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (scores[middle]! < score) low = middle + 1
    else high = middle
  }
  impostor[2 * low + (scores[low] === score ? 1 : 0)]!++
}

/**
 * Adds up counts of parts of the impostors among the same genuine scores.
 * @throws DataError when the genuine scores are not the same
 */
export function addImpostors(parts: readonly PairCounts[]): PairCounts {
  const [first] = parts
  if (!first) throw new DataError('parts: expected at least one, got none')
  const equal = (a: Float64Array, b: Float64Array) =>
    a.length === b.length && a.every((value, i) => value === b[i])
  const impostor = new Float64Array(first.impostor.length)
  for (const [i, part] of parts.entries()) {
    if (!equal(part.scores, first.scores) || !equal(part.genuine, first.genuine))
      throw new DataError(`parts: expected equal genuine scores, got others in part ${i + 1}`)
    for (let k = 0; k < impostor.length; k++) impostor[k]! += part.impostor[k]!
  }
  return { scores: first.scores, genuine: first.genuine, impostor }
}

/** A verification's accepted pairs at each genuine score, from the strictest threshold on. */
export interface Accepted {
  /** Infinity, then each distinct genuine score, falling, and -Infinity: [K + 2]. Accepted is a score >= threshold. */
  readonly thresholds: Float64Array
  readonly trueAccepts: Float64Array
  readonly falseAccepts: Float64Array
  /** Those of `falseAccepts` that score above the genuine score, not just as it does. */
  readonly falseAbove: Float64Array
  readonly genuines: number
  readonly impostors: number
}

/** The accepted pairs at each genuine score. */
export function accepted({ scores, genuine, impostor }: PairCounts): Accepted {
  const K = scores.length
  const thresholds = new Float64Array(K + 2)
  const trueAccepts = new Float64Array(K + 2)
  const falseAccepts = new Float64Array(K + 2)
  const falseAbove = new Float64Array(K + 2)
  thresholds[0] = Number.POSITIVE_INFINITY
  for (let i = 1; i <= K; i++) {
    const k = K - i
    thresholds[i] = scores[k]!
    falseAbove[i] = falseAccepts[i - 1]! + impostor[2 * k + 2]!
    falseAccepts[i] = falseAbove[i]! + impostor[2 * k + 1]!
    trueAccepts[i] = trueAccepts[i - 1]! + genuine[k]!
  }
  thresholds[K + 1] = Number.NEGATIVE_INFINITY
  falseAbove[K + 1] = falseAccepts[K]! + impostor[0]!
  falseAccepts[K + 1] = falseAbove[K + 1]!
  trueAccepts[K + 1] = trueAccepts[K]!
  return {
    ...{ thresholds, trueAccepts, falseAccepts, falseAbove },
    genuines: trueAccepts[K + 1]!,
    impostors: falseAccepts[K + 1]!,
  }
}

/** TAR at a FAR. */
export interface TarAtFar {
  readonly far: number
  /** The largest TAR among the thresholds whose FAR is not greater; NaN where either kind of pair is missing. */
  readonly tar: number
  /** The lowest genuine score that is accepted, which is a threshold that gives this TAR; Infinity where none is. */
  readonly threshold: number
  /** The impostors accepted at that threshold. */
  readonly falseAccepts: number
}

/** TAR at a FAR as `tarAtFar` of scores gives it. @throws UsageError when `far` lies outside 0 … 1 */
export function countedTarAtFar(counts: Accepted, far: number): TarAtFar {
  if (!(far >= 0 && far <= 1)) throw new UsageError(`tar at far: expected a FAR from 0 to 1, got ${far}`)
  const { thresholds, trueAccepts, falseAccepts, genuines, impostors } = counts
  if (genuines === 0 || impostors === 0)
    return { far, tar: Number.NaN, threshold: Number.NaN, falseAccepts: Number.NaN }
  let i = 0
  // Not past the last genuine score: what lies below it accepts impostors alone.
  while (i + 2 < thresholds.length && falseAccepts[i + 1]! / impostors <= far) i++
  return { far, tar: trueAccepts[i]! / genuines, threshold: thresholds[i]!, falseAccepts: falseAccepts[i]! }
}

/**
 * TAR at the corner of the ROC whose FAR is nearest to the one asked for, the higher of two that are as near: how the public
 * IJB tools read their tables, so that the true FAR may be the greater. They leave out points on straight lines as scikit-learn
 * does, which depends on the size of ties: where impostors tie exactly their digits may differ. NaN where either kind of pair is
 * missing.
 */
export function tarNearFar(counts: Accepted, far: number): number {
  const { trueAccepts, falseAccepts, falseAbove, genuines, impostors } = counts
  if (genuines === 0 || impostors === 0) return Number.NaN
  let best = { distance: Number.POSITIVE_INFINITY, tar: Number.NaN }
  const look = (accepts: number, trues: number): void => {
    const distance = Math.abs(accepts / impostors - far)
    if (distance < best.distance) best = { distance, tar: trues / genuines }
  }
  for (let i = falseAccepts.length - 1; i >= 0; i--) {
    look(falseAccepts[i]!, trueAccepts[i]!)
    if (i > 0 && falseAbove[i]! < falseAccepts[i]!) look(falseAbove[i]!, trueAccepts[i - 1]!)
  }
  return best.tar
}

/** The area under the ROC, exact up to the last division, as `auc` of scores gives it; NaN when either kind is missing. */
export function countedAuc({ trueAccepts, falseAccepts, falseAbove, genuines, impostors }: Accepted): number {
  let twice = 0
  for (let i = 1; i < trueAccepts.length; i++) {
    twice += 2 * (falseAbove[i]! - falseAccepts[i - 1]!) * trueAccepts[i - 1]!
    twice += (falseAccepts[i]! - falseAbove[i]!) * (trueAccepts[i - 1]! + trueAccepts[i]!)
  }
  return twice / (2 * impostors * genuines)
}

/** The equal error rate, as `eer` of scores gives it: on the ROC joined by straight lines; NaN when either kind is missing. */
export function countedEer({ trueAccepts, falseAccepts, falseAbove, genuines, impostors }: Accepted): number {
  if (impostors === 0 || genuines === 0) return Number.NaN
  const excess = (falses: number, trues: number) => falses * genuines - (genuines - trues) * impostors
  let [falses, trues] = [0, 0]
  for (let i = 1; i < trueAccepts.length; i++) {
    for (const [nextFalses, nextTrues] of [
      [falseAbove[i]!, trueAccepts[i - 1]!],
      [falseAccepts[i]!, trueAccepts[i]!],
    ] as const) {
      const after = excess(nextFalses, nextTrues)
      if (after >= 0) {
        const before = excess(falses, trues)
        const share = before === after ? 0 : before / (before - after)
        return (falses + share * (nextFalses - falses)) / impostors
      }
      ;[falses, trues] = [nextFalses, nextTrues]
    }
  }
  return 1
}
