import * as Plot from '@observablehq/plot'
import { classColour } from './class-colours.ts'
import { dots } from './dots.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'

/** Points of a plane by class. */
export interface EmbeddingMap {
  /** [N, 2]. */
  readonly points: ArrayLike<number>
  /** [N]. */
  readonly labels: ArrayLike<number>
  readonly classNames: readonly string[]
  /** The share of the variance that each of the two axes shows, 0 … 1. */
  readonly shares: ArrayLike<number>
}

/**
 * Embeddings of some classes on the two axes along which they vary most, one scale for both, the names of the classes at
 * their middle. What lies apart on the map lies apart; what lies together may be apart along another axis. Points that are
 * not finite are left out, and the words say so.
 */
export function embeddingMapFigure(
  { points, labels, classNames, shares }: EmbeddingMap,
  { title = 'Map of embeddings', description, width = 520, height = 480 }: FigureOptions = {},
): string {
  const given = Array.from(labels, (label, i) => ({ x: points[2 * i]!, y: points[2 * i + 1]!, label }))
  const shown = given.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const names = classNames.flatMap((name, label) => {
    const own = shown.filter((point) => point.label === label)
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b / values.length, 0)
    return own.length === 0 ? [] : [{ name, x: mean(own.map(({ x }) => x)), y: mean(own.map(({ y }) => y)) }]
  })
  const reach = 1.06 * shown.reduce((most, { x, y }) => Math.max(most, Math.abs(x), Math.abs(y)), 1e-6)
  const percent = (share: number | undefined) => `${(100 * (share ?? 0)).toFixed(0)} %`
  const skipped = given.length - shown.length
  return frame({
    title,
    description:
      description ??
      [
        `${shown.length} embeddings of ${names.length} classes on two axes with ${percent(shares[0])} and ${percent(shares[1])} of their variance.`,
        ...(skipped > 0 ? [`${skipped} that are not finite are left out.`] : []),
      ].join(' '),
    width,
    height,
    legend: [],
    labels: {
      x: `first axis (${percent(shares[0])} of the variance), no unit`,
      y: `second axis (${percent(shares[1])} of the variance), no unit`,
    },
    plot: {
      x: { domain: [-reach, reach] },
      y: { domain: [-reach, reach] },
      marks: [
        Plot.gridX({ ticks: 5 }),
        Plot.gridY({ ticks: 5 }),
        Plot.axisX({ ticks: 5 }),
        Plot.axisY({ ticks: 5, tickSize: 0 }),
        ...classNames.map((_, label) =>
          dots({
            ...{ points: shown.filter((point) => point.label === label), colour: classColour(label) },
            ...{ size: 4.4, opacity: 0.65 },
          }),
        ),
        Plot.text(names, {
          x: 'x',
          y: 'y',
          text: 'name',
          fontWeight: 600,
          stroke: 'var(--paper, #ffffff)',
          strokeWidth: 3.5,
          fill: 'currentColor',
        }),
      ],
    },
  })
}
