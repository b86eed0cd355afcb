import { histogramBins, type Zone } from './pass.ts'

/** A histogram of scores, counted by values that lie at most `bound` beside the exact ones. */
export interface Histogram {
  readonly counts: Float64Array
  readonly range: Zone
  readonly bound: number
}

/**
 * A zone that holds the score of rank `rank` (0 the highest) of all `count` scores: for certain where the histogram is of all of
 * them, else with a margin for what a sample of `sampled` may miss, where scores may come `together` at once. `expected` is how
 * many scores of all such a zone should hold.
 */
export function zoneOfRank(
  { counts, range, bound }: Histogram,
  {
    rank,
    count,
    sampled,
    margin,
    together,
  }: { rank: number; count: number; sampled: number; margin: number; together: number },
): { readonly zone: Zone; readonly expected: number } {
  const isWhole = sampled === count
  const place = (rank * sampled) / count
  const spread = isWhole ? 0 : place * margin + 6 * Math.sqrt(place * together) + 10 * together
  const fewest = isWhole ? rank : place - spread
  const most = isWhole ? rank + 1 : place + spread
  const expected = ((most - Math.max(0, fewest)) * count) / sampled
  const width = (range.high - range.low) / histogramBins
  const slack = bound + 2 * width
  let sum = 0
  let high = Number.POSITIVE_INFINITY
  for (let bin = histogramBins - 1; bin >= 0; bin--) {
    const before = sum
    sum += counts[bin]!
    // The first bin from above that could hold it, unless that bin stands for all that lies beyond the range.
    if (before <= fewest && sum > fewest && fewest >= 0 && bin < histogramBins - 1)
      high = range.low + (bin + 1) * width + slack
    if (sum >= most && bin > 0) return { zone: { low: range.low + bin * width - slack, high }, expected }
  }
  return { zone: { low: Number.NEGATIVE_INFINITY, high }, expected }
}
