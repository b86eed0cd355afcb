import { DataError, ShapeError, UsageError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { cmc } from './cmc.ts'
import { fnirAt, fnirAtFpir, fpirAt, type MatedSearches, thresholdAtFpir } from './open-set-rates.ts'
import { mateScores, searchGallery, templates } from './open-set-search.ts'
import { type OpenSetSplit, type OpenSetSplitOptions, openSetSplit } from './open-set-split.ts'

/** False positives that the data must let expect before an FPIR is reported. */
export const leastFalsePositives = 10

/** The fewest non-mated searches that carry an FPIR: `fpir` · searches is at least `leastFalsePositives`. */
export function searchesNeeded(fpir: number): number {
  let count = Math.max(leastFalsePositives, Math.round(leastFalsePositives / fpir))
  // The quotients decide, as in every count at a rate.
  while (leastFalsePositives / count > fpir) count++
  while (count > leastFalsePositives && leastFalsePositives / (count - 1) <= fpir) count--
  return count
}

/** The searches of a gallery by some people. */
export interface SearchCounts {
  /** N: the people enrolled. */
  readonly enrolled: number
  readonly matedSearches: number
  readonly matedPeople: number
  readonly nonMatedSearches: number
  readonly nonMatedPeople: number
}

/** A threshold chosen on one half of the people and proved on the other. */
export interface ProvedThreshold {
  /** Infinity where none of the choosing half's non-mated searches may pass, since too many of the best scores tie. */
  readonly threshold: number
  /** FPIR on the half that proves. */
  readonly fpir: number
  /** FNIR(N, 1, T) and FNIR(N, N, T) there. */
  readonly fnir: number
  readonly fnirAnyRank: number
}

/** One split. Rates by their FPIR or rank as text; null where the data does not carry the FPIR. */
export interface OpenSetResult extends SearchCounts {
  /** The share of the mated searches whose mate is among the best r candidates, whatever its score. */
  readonly recall: Readonly<Record<string, number>>
  /** FNIR(N, 1, T) at each FPIR, and FNIR(N, N, T), where the threshold alone decides. */
  readonly fnir: Readonly<Record<string, number | null>>
  readonly fnirAnyRank: Readonly<Record<string, number | null>>
  readonly choosing: SearchCounts
  readonly proving: SearchCounts
  readonly proved: Readonly<Record<string, ProvedThreshold | null>>
}

/** The searches of one split, for curves. */
export interface OpenSetSearches {
  readonly mated: MatedSearches
  readonly nonMatedTop: Float64Array
}

export interface OpenSetOptions extends OpenSetSplitOptions {
  fpirs?: readonly number[]
  ranks?: readonly number[]
  /** Awaited after each block of searches with the number done and their number: it may let others run, or throw to stop. */
  onProgress?: (done: number, total: number) => unknown
}

/**
 * Open-set identification in one split (`openSetSplit`): every probe searches the gallery of all enrolled people, and for the
 * proof of thresholds the gallery of its own half alone. `features` [N, D], raw; the score is the cosine with the template,
 * the mean of the person's unit gallery rows made unit. A tie is against the mate. `people` [N] as in `openSetSplit`.
 * @throws DataError at a feature that is not finite, or where a split has no mated or no non-mated search; as `openSetSplit` does
 */
export async function openSet(
  features: Matrix,
  people: Int32Array,
  index: number,
  {
    fpirs = [0.001, 0.003, 0.01, 0.03, 0.1],
    ranks = [1, 5, 10],
    onProgress,
    ...options
  }: OpenSetOptions = {},
): Promise<{ readonly result: OpenSetResult; readonly searches: OpenSetSearches }> {
  if (people.length !== features.rows)
    throw new ShapeError(
      `openSet: expected a person for each of ${features.rows} images, got ${people.length}`,
    )
  for (const fpir of fpirs)
    if (!(fpir > 0 && fpir <= 1)) throw new UsageError(`openSet: expected FPIRs above 0 to 1, got ${fpir}`)
  const bad = features.data.findIndex((value: number) => !Number.isFinite(value))
  if (bad >= 0)
    throw new DataError(
      `openSet: expected finite numbers in image ${Math.floor(bad / features.columns)}, got ${features.data[bad]}`,
    )
  const split = openSetSplit(people, index, options)
  const found = await searchHalves(features, split, onProgress)
  const whole = searchesOf(split, found, () => true)
  for (const [kind, { length }] of [
    ['mated', whole.mated.scores],
    ['non-mated', whole.nonMatedTop],
  ] as const)
    if (length === 0) throw new DataError(`openSet: split ${index + 1} has no ${kind} search`)
  const rate = (rank: number) =>
    byName(fpirs, (fpir) =>
      carries(fpir, whole.nonMatedTop) ? fnirAtFpir(whole.mated, whole.nonMatedTop, fpir, { rank }) : null,
    )
  const { recall } = cmc(whole.mated.ranks, { maxRank: Math.max(...ranks) })
  const [choosing, proving] = [0, 1].map((half) => ownSearches(split, found, half)) as [
    OpenSetSearches,
    OpenSetSearches,
  ]
  return {
    result: {
      ...countSearches(split, people),
      recall: byName(ranks, (rank) => recall[rank - 1]!),
      fnir: rate(1),
      fnirAnyRank: rate(Number.POSITIVE_INFINITY),
      choosing: countSearches(split, people, 0),
      proving: countSearches(split, people, 1),
      proved: byName(fpirs, (fpir) => prove(fpir, choosing, proving)),
    },
    searches: whole,
  }
}

function prove(fpir: number, choosing: OpenSetSearches, proving: OpenSetSearches): ProvedThreshold | null {
  if (!carries(fpir, choosing.nonMatedTop) || !carries(fpir, proving.nonMatedTop)) return null
  if (proving.mated.scores.length === 0) return null
  const threshold = thresholdAtFpir(choosing.nonMatedTop, fpir)
  return {
    threshold,
    fpir: fpirAt(proving.nonMatedTop, threshold),
    fnir: fnirAt(proving.mated, threshold),
    fnirAnyRank: fnirAt(proving.mated, threshold, { rank: Number.POSITIVE_INFINITY }),
  }
}

const carries = (fpir: number, { length }: ArrayLike<number>): boolean => length >= searchesNeeded(fpir)

/** What all probes find in the half of the gallery that chooses and in the half that proves. */
interface Found {
  readonly scores: Float64Array
  readonly top: readonly [Float64Array, Float64Array]
  readonly before: readonly [Int32Array, Int32Array]
}

async function searchHalves(
  features: Matrix,
  split: OpenSetSplit,
  onProgress: OpenSetOptions['onProgress'],
): Promise<Found> {
  const { probes, mates, enrolledToChoose, galleryImages } = split
  const { columns } = features
  const gallery = templates(features, galleryImages)
  const scores = mateScores(features, gallery, split)
  const search = (half: number) => {
    const [from, to] = half === 0 ? [0, enrolledToChoose] : [enrolledToChoose, gallery.rows]
    const part = { data: gallery.data.subarray(from * columns, to * columns), rows: to - from, columns }
    return searchGallery(
      features,
      part,
      { probes, mates: mates.map((mate) => (mate >= from && mate < to ? mate - from : -1)), scores },
      { onBlock: (done) => onProgress?.(half * probes.length + done, 2 * probes.length) },
    )
  }
  const [first, second] = [await search(0), await search(1)]
  return { scores, top: [first.top, second.top], before: [first.before, second.before] }
}

/** The searches of both halves of the gallery at once, of the probes that `isWanted`. */
function searchesOf(
  { mates }: OpenSetSplit,
  { scores, top, before }: Found,
  isWanted: (s: number) => boolean,
): OpenSetSearches {
  const all = [...mates.keys()].filter(isWanted)
  const mated = all.filter((s) => mates[s]! >= 0)
  return {
    mated: {
      scores: Float64Array.from(mated, (s) => scores[s]!),
      ranks: Int32Array.from(mated, (s) => before[0][s]! + before[1][s]!),
    },
    nonMatedTop: Float64Array.from(
      all.filter((s) => mates[s]! < 0),
      (s) => Math.max(top[0][s]!, top[1][s]!),
    ),
  }
}

/** The searches of a half's people in that half's gallery. */
function ownSearches(split: OpenSetSplit, { scores, top, before }: Found, half: number): OpenSetSearches {
  const nobody = top[0].map(() => Number.NEGATIVE_INFINITY)
  const none = before[0].map(() => 0)
  const own = half === 0 ? 0 : 1
  return searchesOf(
    split,
    { scores, top: [top[own], nobody], before: [before[own], none] },
    (s) => split.halves[s] === half,
  )
}

function countSearches(
  { enrolled, enrolledToChoose, probes, mates, halves }: OpenSetSplit,
  people: Int32Array,
  half?: number,
): SearchCounts {
  const own = [...probes.keys()].filter((s) => half === undefined || halves[s] === half)
  const mated = own.filter((s) => mates[s]! >= 0)
  const nonMated = own.filter((s) => mates[s]! < 0)
  const peopleOf = (searches: readonly number[]) => new Set(searches.map((s) => people[probes[s]!])).size
  return {
    enrolled:
      half === undefined
        ? enrolled.length
        : half === 0
          ? enrolledToChoose
          : enrolled.length - enrolledToChoose,
    matedSearches: mated.length,
    matedPeople: peopleOf(mated),
    nonMatedSearches: nonMated.length,
    nonMatedPeople: peopleOf(nonMated),
  }
}

const byName = <T>(keys: readonly number[], value: (key: number) => T): Record<string, T> =>
  Object.fromEntries(keys.map((key) => [String(key), value(key)]))
