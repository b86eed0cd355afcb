import * as Plot from '@observablehq/plot'
import { UsageError } from '../errors.ts'
import { genuineStyle, impostorStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { histogramMarks } from './histogram-marks.ts'

/** The scores of pairs by kind, higher for more alike. */
export interface ScoreSample {
  readonly genuine: ArrayLike<number>
  readonly impostor: ArrayLike<number>
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
 * or there are none.
 * @throws UsageError below one bin
 */
export function scoreBins({ genuine, impostor }: ScoreSample, { bins = 60 } = {}): ScoreBins {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new UsageError(`score bins: expected 1 or more, got ${bins}`)
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

/**
 * The share of genuine and of impostor pairs per score as SVG, two histograms over one another. Each kind adds up to 100 %,
 * so that unequal numbers of pairs compare.
 * @throws UsageError as `scoreBins` does
 */
export function scoreHistogramFigure(
  scores: ScoreSample,
  {
    title = 'Scores of pairs',
    description,
    width = 440,
    height = 270,
    label = 'score',
    bins = 60,
  }: ScoreHistogramFigureOptions = {},
): string {
  const counted = scoreBins(scores, { bins })
  const share = (counts: Float64Array, { length }: ArrayLike<number>): Float64Array =>
    counts.map((count) => count / Math.max(1, length))
  const kinds = [
    { name: 'two people', shares: share(counted.impostor, scores.impostor), style: impostorStyle },
    { name: 'one person', shares: share(counted.genuine, scores.genuine), style: genuineStyle },
  ]
  const top = 1.15 * Math.max(0.01, ...kinds.flatMap(({ shares }) => [...shares]))
  const place = { start: counted.start, bin: counted.width }
  const end = counted.start + counted.width * counted.genuine.length
  return frame({
    title,
    description:
      description ??
      `${scores.genuine.length} genuine and ${scores.impostor.length} impostor pairs, by ${label}, from ${counted.start.toPrecision(3)} to ${end.toPrecision(3)}.`,
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
