import { DataError, ShapeError, UsageError } from '../errors.ts'
import { countAtRate } from '../math/count-at-rate.ts'
import type { Scores } from './counts.ts'

/** Searches for people who are enrolled, M of them. */
export interface MatedSearches {
  /** The score of each search with its mate, [M], higher for more alike. */
  readonly scores: Scores
  /** How many candidates come before the mate, [M]: 0 is the best, Infinity is never found. Ties are for whoever ranked. */
  readonly ranks: ArrayLike<number>
}

export interface RankOption {
  /** R: the mate must be among the best R candidates, besides scoring at or above the threshold; Infinity lets the threshold decide. */
  rank?: number
}

/**
 * FPIR(T), the false positive identification rate (ISO/IEC 19795-1): the share of the non-mated searches whose best score is
 * at or above `threshold`. `nonMatedTop` [S] is the best score of each search for a person who is not enrolled. NaN without searches.
 * @throws DataError at a score that is not a number
 */
export function fpirAt(nonMatedTop: Scores, threshold: number): number {
  let returned = 0
  for (const score of checked(nonMatedTop, 'fpirAt', 'non-mated')) if (score >= threshold) returned++
  return returned / nonMatedTop.length
}

/**
 * FNIR(N, R, T), the false negative identification rate (ISO/IEC 19795-1): the share of the mated searches whose mate is not
 * among the best R candidates or scores below `threshold`. NaN without searches.
 * @throws ShapeError when scores and ranks differ in number; DataError at a score that is not a number; UsageError at a rank below 1
 */
export function fnirAt(mated: MatedSearches, threshold: number, { rank = 1 }: RankOption = {}): number {
  const found = foundScores(mated, rank, 'fnirAt')
  let hits = 0
  for (const score of found) if (score >= threshold) hits++
  return (mated.scores.length - hits) / mated.scores.length
}

/**
 * The smallest FNIR(N, R, T) among the thresholds with FPIR(T) <= `fpir`; tied scores are returned together or not at all, and
 * nothing is interpolated. Where `fpir` · S < 1 no non-mated search may return anyone. NaN where either kind of search is missing.
 * @throws UsageError when `fpir` lies outside 0 … 1 or `rank` is below 1; ShapeError, DataError as `fnirAt` does
 */
export function fnirAtFpir(
  mated: MatedSearches,
  nonMatedTop: Scores,
  fpir: number,
  { rank = 1 }: RankOption = {},
): number {
  return (mated.scores.length - hitsAtFpir(mated, nonMatedTop, { fpir, rank })) / mated.scores.length
}

/**
 * The largest TPIR(N, R, T) = 1 − FNIR(N, R, T) among the thresholds with FPIR(T) <= `fpir`: the share of the mated searches
 * whose mate is found. It is the "detection and identification rate at a false alarm rate" of face papers. Else as `fnirAtFpir`.
 * @throws as `fnirAtFpir`
 */
export function tpirAtFpir(
  mated: MatedSearches,
  nonMatedTop: Scores,
  fpir: number,
  { rank = 1 }: RankOption = {},
): number {
  return hitsAtFpir(mated, nonMatedTop, { fpir, rank }) / mated.scores.length
}

/**
 * A threshold to use on searches yet to come: the k-th best of the scores, k being the most that may pass at `fpir`. One
 * more search of the same kind is then returned with chance k / (S + 1), which is at most `fpir`; any threshold lower still, down
 * to the next score, gives FPIR <= `fpir` on these searches but more than it on others. Tied scores pass together or not at all.
 * Infinity where none may pass; NaN without searches.
 * @throws UsageError when `fpir` lies outside 0 … 1; DataError at a score that is not a number
 */
export function thresholdAtFpir(nonMatedTop: Scores, fpir: number): number {
  checkRate(fpir, 'thresholdAtFpir')
  const rising = Float64Array.from(checked(nonMatedTop, 'thresholdAtFpir', 'non-mated')).sort()
  if (rising.length === 0) return Number.NaN
  let k = countAtRate(fpir, rising.length)
  // A tie across the border would let more pass: go up to the next score.
  while (k > 0 && k < rising.length && rising[rising.length - k] === rising[rising.length - k - 1]) k--
  return k === 0 ? Number.POSITIVE_INFINITY : rising[rising.length - k]!
}

/** A detection error tradeoff of identification, from the most lenient threshold to the strictest. */
export interface OpenSetDet {
  /** FPIR, falling from 1 to 0; NaN throughout without non-mated searches. */
  readonly fpir: Float64Array
  /** FNIR, rising to 1; NaN throughout without mated searches. */
  readonly fnir: Float64Array
  /** The distinct scores of mates within the best R and of non-mated searches, rising, then Infinity. */
  readonly thresholds: Float64Array
}

/**
 * The DET of identification: FPIR(T) and FNIR(N, R, T) at every threshold T; tied scores are one point, all points are kept.
 * @throws ShapeError, DataError, UsageError as `fnirAt` does
 */
export function openSetDet(
  mated: MatedSearches,
  nonMatedTop: Scores,
  { rank = 1 }: RankOption = {},
): OpenSetDet {
  const found = foundScores(mated, rank, 'openSetDet').sort()
  const top = Float64Array.from(checked(nonMatedTop, 'openSetDet', 'non-mated')).sort()
  const thresholds: number[] = []
  const fpir: number[] = []
  const fnir: number[] = []
  let m = 0
  let s = 0
  for (;;) {
    const threshold = Math.min(found[m] ?? Number.POSITIVE_INFINITY, top[s] ?? Number.POSITIVE_INFINITY)
    thresholds.push(threshold)
    fpir.push((top.length - s) / top.length)
    fnir.push((mated.scores.length - (found.length - m)) / mated.scores.length)
    if (m === found.length && s === top.length) break
    while (m < found.length && found[m] === threshold) m++
    while (s < top.length && top[s] === threshold) s++
  }
  return {
    fpir: Float64Array.from(fpir),
    fnir: Float64Array.from(fnir),
    thresholds: Float64Array.from(thresholds),
  }
}

/** How many mates are found at the most lenient threshold with FPIR <= `fpir`; NaN without non-mated searches. */
function hitsAtFpir(
  mated: MatedSearches,
  nonMatedTop: Scores,
  { fpir, rank }: { readonly fpir: number; readonly rank: number },
): number {
  checkRate(fpir, 'fnirAtFpir')
  const found = foundScores(mated, rank, 'fnirAtFpir')
  const rising = Float64Array.from(checked(nonMatedTop, 'fnirAtFpir', 'non-mated')).sort()
  if (rising.length === 0) return Number.NaN
  const allowed = countAtRate(fpir, rising.length)
  if (allowed === rising.length) return found.length
  const bound = rising[rising.length - 1 - allowed]!
  let hits = 0
  for (const score of found) if (score > bound) hits++
  return hits
}

/** The scores of the mates that are among the best `rank`, in the order of the searches. */
function foundScores({ scores, ranks }: MatedSearches, rank: number, where: string): Float64Array {
  if (!(rank >= 1)) throw new UsageError(`${where}: expected a rank of 1 or more, got ${rank}`)
  if (ranks.length !== scores.length)
    throw new ShapeError(`${where}: expected as many ranks as scores (${scores.length}), got ${ranks.length}`)
  return Float64Array.from(checked(scores, where, 'mated')).filter((_, i) => ranks[i]! < rank)
}

function checked(scores: Scores, where: string, kind: string): Scores {
  const i = scores.findIndex((score: number) => Number.isNaN(score))
  if (i >= 0) throw new DataError(`${where}: expected a number as score of ${kind} search ${i}, got NaN`)
  return scores
}

function checkRate(fpir: number, where: string): void {
  if (!(fpir >= 0 && fpir <= 1)) throw new UsageError(`${where}: expected an FPIR from 0 to 1, got ${fpir}`)
}
