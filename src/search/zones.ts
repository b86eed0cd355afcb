import { histogramBins, type Zone } from './pass.ts'

/** A histogram of scores, counted by values that lie at most `bound` beside the exact ones. */
export interface Histogram {
  readonly counts: Float64Array
  readonly range: Zone
  readonly bound: number
}

/**
 * A zone that holds the score of rank `rank` (0 the highest) of all `count` scores: for certain where the histogram is of all of
 * them, else with a margin for what a sample of `sampled` may miss.
 */
export function zoneOfRank(
  { counts, range, bound }: Histogram,
  { rank, count, sampled, margin }: { rank: number; count: number; sampled: number; margin: number },
): Zone {
  const isWhole = sampled === count
  const expected = (rank * sampled) / count
  const spread = isWhole ? 0 : expected * margin + 6 * Math.sqrt(expected) + 10
  const fewest = isWhole ? rank : expected - spread
  const most = isWhole ? rank + 1 : expected + spread
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
    if (sum >= most && bin > 0) return { low: range.low + bin * width - slack, high }
  }
  return { low: Number.NEGATIVE_INFINITY, high }
}

/** The range of the histogram's bins that hold anything, the outermost left out for the range they stand for. */
export function filledRange({ counts, range, bound }: Histogram): Zone {
  const width = (range.high - range.low) / histogramBins
  const first = counts.findIndex((n) => n > 0)
  const last = counts.findLastIndex((n) => n > 0)
  return { low: range.low + first * width - bound, high: range.low + (last + 1) * width + bound }
}
