import * as Plot from '@observablehq/plot'
import { UsageError } from '../errors.ts'
import { genuineStyle, impostorStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { histogramMarks } from './histogram-marks.ts'

/** The angles between the embeddings of pairs, in degrees, by kind of pair. */
export interface AngleSample {
  readonly genuine: ArrayLike<number>
  readonly impostor: ArrayLike<number>
}

export interface AngleHistogramFigureOptions extends FigureOptions {
  /** The angle in degrees below which a pair is accepted; drawn as a line. */
  thresholdDegrees?: number
  /** The range of the angle axis; equal ranges make figures comparable. What lies outside is counted in the end bins. */
  domainDegrees?: readonly [number, number]
  binDegrees?: number
  /** Where the axis of shares ends, 0 … 1; by default just above the highest bin. */
  highestShare?: number
}

/**
 * The share of genuine and of impostor pairs per angle, as two histograms over one another. Each kind adds up to 100 %, so
 * that unequal numbers of pairs compare. A bin holds its lower end, the last also its upper.
 * @throws UsageError when the bins do not divide the range
 */
export function angleHistogramFigure(
  { genuine, impostor }: AngleSample,
  {
    title = 'Angles between the embeddings of a pair',
    description,
    width = 440,
    height = 270,
    thresholdDegrees,
    domainDegrees = [0, 180],
    binDegrees = 4,
    highestShare,
  }: AngleHistogramFigureOptions = {},
): string {
  const kinds = [
    { name: 'two people', angles: impostor, style: impostorStyle },
    { name: 'one person', angles: genuine, style: genuineStyle },
  ].map((kind) => ({ ...kind, shares: binShares(kind.angles, { domainDegrees, binDegrees }) }))
  const top = highestShare ?? 1.15 * Math.max(0.01, ...kinds.flatMap(({ shares }) => [...shares]))
  const threshold = thresholdDegrees === undefined ? [] : [thresholdDegrees]
  const words = [
    `${genuine.length} genuine pairs with median angle ${median(genuine)}, ${impostor.length} impostor pairs with median angle ${median(impostor)}.`,
  ]
  for (const angle of threshold) words.push(`Pairs below ${angle.toFixed(1)}° are accepted.`)
  return frame({
    title,
    description: description ?? words.join(' '),
    width,
    height,
    legend: kinds.toReversed().map(({ name, style }) => ({ name, ...style })),
    labels: { x: 'angle, degrees', y: 'share of the pairs of a kind, %' },
    plot: {
      x: { domain: [...domainDegrees] },
      y: { domain: [0, 100 * top], percent: true },
      marks: [
        Plot.gridY({ ticks: 4 }),
        Plot.axisX({ ticks: 7, tickFormat: (angle: number) => `${angle}°` }),
        Plot.axisY({ ticks: 4, tickSize: 0 }),
        ...kinds.flatMap(({ shares, style }) =>
          histogramMarks(shares, { style, start: domainDegrees[0], bin: binDegrees }),
        ),
        Plot.ruleX(threshold, { stroke: 'currentColor', strokeWidth: 1.5, strokeDasharray: '2 2' }),
        Plot.text(threshold, {
          x: (angle: number) => angle,
          frameAnchor: 'top',
          dx: 5,
          dy: 2,
          textAnchor: 'start',
          text: (angle: number) => `threshold ${angle.toFixed(1)}°`,
        }),
        Plot.ruleY([0]),
      ],
    },
  })
}

/**
 * The share of the angles in each bin, [bins]; angles outside the range count in the end bins. All 0 without angles.
 * @throws UsageError when the bins do not divide the range
 */
export function binShares(
  angles: ArrayLike<number>,
  { domainDegrees: [low, high] = [0, 180] as readonly [number, number], binDegrees = 4 } = {},
): Float64Array {
  const bins = (high - low) / binDegrees
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new UsageError(
      `angle histogram: expected bins that divide ${low} to ${high} degrees, got ${binDegrees}`,
    )
  const shares = new Float64Array(bins)
  for (let i = 0; i < angles.length; i++) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor((angles[i]! - low) / binDegrees)))
    shares[bin]! += 1 / angles.length
  }
  return shares
}

function median(angles: ArrayLike<number>): string {
  const sorted = Float64Array.from(angles).sort()
  const middle = sorted[sorted.length >> 1]
  return middle === undefined ? 'unknown' : `${middle.toFixed(1)}°`
}
