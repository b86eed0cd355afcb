import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { decades } from './log-axis.ts'
import { thinStaircase } from './thin-staircase.ts'

/** A cumulative match characteristic. */
export interface CmcCurve {
  readonly name: string
  /** The rank, from 1, rising. */
  readonly x: ArrayLike<number>
  /** The share of the searches whose mate is found at that rank or a better one, 0 … 1. */
  readonly y: ArrayLike<number>
}

const fewRanks = 12

/**
 * Cumulative match characteristics over a logarithmic axis of ranks as SVG: staircases, since between two ranks nothing is
 * found. The axis of shares starts at the tenth below the lowest point.
 */
export function cmcFigure(
  curves: readonly CmcCurve[],
  { title = 'CMC', description, width = 440, height = 340 }: FigureOptions = {},
): string {
  const most = curves.reduce((rank, { x }) => Math.max(rank, x[x.length - 1] ?? 1), 10)
  const lowest = curves.reduce((share, { y }) => Math.min(share, y[0] ?? 1), 0.9)
  const floor = Math.max(0, Math.floor(lowest * 10 - 1e-9) / 10)
  const place = (rank: number) => Math.floor((Math.log(rank) / Math.log(most)) * width * 4)
  const summaries = curves.map((curve) => {
    const readings = [1, 5, 10, 100]
      .filter((rank) => rank <= (curve.x[curve.x.length - 1] ?? 0))
      .map((rank) => `${(100 * foundAt(curve, rank)).toFixed(1)} % at rank ${rank}`)
    return `${curve.name}: ${readings.length === 0 ? 'no points' : readings.join(', ')}.`
  })
  return frame({
    title,
    description:
      description ?? `Share of searches whose mate is found, by rank, 1 to ${most}. ${summaries.join(' ')}`,
    width,
    height,
    legend: curves.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    labels: { x: 'rank', y: 'mates found, %' },
    plot: {
      x: { type: 'log', domain: [1, most] },
      y: { domain: [100 * floor, 100], percent: true },
      marks: [
        Plot.gridX({ ticks: decades(1, most) }),
        Plot.gridY({ ticks: 5 }),
        Plot.axisX({ ticks: decades(1, most), tickFormat: rankText }),
        Plot.axisY({ ticks: 5, tickSize: 0 }),
        ...curves.map((curve, i) => {
          const { colour, dashes } = lineStyle(i)
          return Plot.line(thinStaircase(curve, place), {
            curve: 'step-after',
            stroke: colour,
            strokeWidth: 2,
            ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
          })
        }),
        // So that the last of a few ranks is seen, and a single one at all.
        ...curves.map(({ x, y }, i) =>
          Plot.dot(x.length > fewRanks ? [] : Array.from(x, (rank, k): [number, number] => [rank, y[k]!]), {
            r: 3,
            fill: lineStyle(i).colour,
          }),
        ),
      ],
    },
  })
}

/** `1`, `1,000`, `1,000,000`: in words that need no locale. */
const rankText = (rank: number): string => String(rank).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** The share found at the largest rank not above `rank`. */
function foundAt({ x, y }: CmcCurve, rank: number): number {
  let share = 0
  for (let k = 0; k < x.length && x[k]! <= rank; k++) share = y[k]!
  return share
}
