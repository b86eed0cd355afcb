import * as Plot from '@observablehq/plot'
import { UsageError } from '../errors.ts'
import { genuineStyle, impostorStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { histogramMarks } from './histogram-marks.ts'

/** Scores that are counted in bins of one width from `low` to `high`; the outer bins also hold what lies beyond. */
export interface BinnedScores {
  readonly low: number
  readonly high: number
  readonly counts: ArrayLike<number>
}

/** The scores of pairs by kind, higher for more alike; impostors may be too many to be held. */
export interface ScoreSample {
  readonly genuine: ArrayLike<number>
  readonly impostor: ArrayLike<number> | BinnedScores
}

export interface ScoreHistogramFigureOptions extends FigureOptions {
  /** What the scores are. */
  label?: string
  bins?: number
}

/** How many scores lie in each of some bins of one width. */
export interface ScoreBins {
  /** Where the first bin begins, and how wide each is; a bin holds its lower end, the last also its upper. */
  readonly start: number
  readonly width: number
  readonly genuine: Float64Array
  readonly impostor: Float64Array
}

/**
 * Counts scores in bins of one width from the lowest score to the highest; a single bin of width 1 where they are all equal
 * or there are none. Where impostors are counted already, each bin is several of theirs, `bins` at most, and genuine scores
 * beyond theirs go into the outer ones.
 * @throws UsageError below one bin, and for bins that go nowhere
 */
export function scoreBins({ genuine, impostor }: ScoreSample, { bins = 60 } = {}): ScoreBins {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new UsageError(`score bins: expected 1 or more, got ${bins}`)
  if ('counts' in impostor) return joinedBins(genuine, impostor, bins)
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const scores of [genuine, impostor])
    for (let i = 0; i < scores.length; i++) {
      low = Math.min(low, scores[i]!)
      high = Math.max(high, scores[i]!)
    }
  if (!(high > low))
    [low, high, bins] = [Number.isFinite(low) ? low : 0, Number.isFinite(low) ? low + 1 : 1, 1]
  const width = (high - low) / bins
  const count = (scores: ArrayLike<number>): Float64Array => {
    const counts = new Float64Array(bins)
    for (let i = 0; i < scores.length; i++)
      counts[Math.min(bins - 1, Math.floor((scores[i]! - low) / width))]!++
    return counts
  }
  return { start: low, width, genuine: count(genuine), impostor: count(impostor) }
}

/** Bins that are each as many of the impostors' as it takes for no more than `most` from the first filled one to the last. */
function joinedBins(
  genuine: ArrayLike<number>,
  { low, high, counts }: BinnedScores,
  most: number,
): ScoreBins {
  const fine = (high - low) / counts.length
  if (!(fine > 0 && fine < Number.POSITIVE_INFINITY))
    throw new UsageError(`score bins: expected low < high, got ${low} and ${high} in ${counts.length}`)
  const place = (score: number): number =>
    Math.max(0, Math.min(counts.length - 1, Math.floor((score - low) / fine)))
  const genuineCounts = new Float64Array(counts.length)
  for (let i = 0; i < genuine.length; i++) genuineCounts[place(genuine[i]!)]!++
  let [first, last] = [counts.length, -1]
  for (let bin = 0; bin < counts.length; bin++)
    if (counts[bin]! > 0 || genuineCounts[bin]! > 0) [first, last] = [Math.min(first, bin), bin]
  if (last < 0) [first, last] = [0, counts.length - 1]
  const each = Math.ceil((last + 1 - first) / most)
  const joined = (all: ArrayLike<number>): Float64Array => {
    const few = new Float64Array(Math.ceil((last + 1 - first) / each))
    for (let bin = first; bin <= last; bin++) few[Math.floor((bin - first) / each)]! += all[bin]!
    return few
  }
  return {
    start: low + first * fine,
    width: each * fine,
    genuine: joined(genuineCounts),
    impostor: joined(counts),
  }
}

/**
 * The share of genuine and of impostor pairs per score as SVG, two histograms over one another. Each kind adds up to 100 %,
 * so that unequal numbers of pairs compare.
 * @throws UsageError as `scoreBins` does
 */
export function scoreHistogramFigure(
  scores: ScoreSample,
  { bins = 60, ...options }: ScoreHistogramFigureOptions = {},
): string {
  return scoreBinsFigure(scoreBins(scores, { bins }), options)
}

/** The same of scores that are counted already. */
export function scoreBinsFigure(
  counted: ScoreBins,
  {
    title = 'Scores of pairs',
    description,
    width = 440,
    height = 270,
    label = 'score',
  }: Omit<ScoreHistogramFigureOptions, 'bins'> = {},
): string {
  const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0)
  const [genuine, impostor] = [total(counted.genuine), total(counted.impostor)]
  const share = (counts: Float64Array, all: number): Float64Array =>
    counts.map((count) => count / Math.max(1, all))
  const kinds = [
    { name: 'two people', shares: share(counted.impostor, impostor), style: impostorStyle },
    { name: 'one person', shares: share(counted.genuine, genuine), style: genuineStyle },
  ]
  const top = 1.15 * Math.max(0.01, ...kinds.flatMap(({ shares }) => [...shares]))
  const place = { start: counted.start, bin: counted.width }
  const end = counted.start + counted.width * counted.genuine.length
  return frame({
    title,
    description:
      description ??
      `${genuine} genuine and ${impostor} impostor pairs, by ${label}, from ${counted.start.toPrecision(3)} to ${end.toPrecision(3)}.`,
    width,
    height,
    legend: kinds.toReversed().map(({ name, style }) => ({ name, ...style })),
    labels: { x: label, y: 'share of the pairs of a kind, %' },
    plot: {
      x: { domain: [counted.start, end] },
      y: { domain: [0, 100 * top], percent: true },
      marks: [
        Plot.gridY({ ticks: 4 }),
        Plot.axisX({ ticks: 7 }),
        Plot.axisY({ ticks: 4, tickSize: 0 }),
        ...kinds.flatMap(({ shares, style }) => histogramMarks(shares, { style, ...place })),
        Plot.ruleY([0]),
      ],
    },
  })
}
