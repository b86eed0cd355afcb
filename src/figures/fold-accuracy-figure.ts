import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'

/** The accuracy of a run on each fold, with their mean and its standard error, 0 … 1. */
export interface FoldAccuracy {
  readonly name: string
  readonly folds: readonly number[]
  readonly accuracy: number
  readonly standardError: number
}

/** The accuracies on the folds as dots, one row a run, with the mean and one standard error to either side. */
export function foldAccuracyFigure(
  runs: readonly FoldAccuracy[],
  {
    title = 'Accuracy on each fold',
    description,
    width = 440,
    height = 84 + 34 * runs.length,
  }: FigureOptions = {},
): string {
  const all = runs.flatMap(({ folds }) => folds)
  const low = Math.max(0, Math.floor(Math.min(1, ...all) * 20 - 1e-9) / 20)
  const high = Math.min(1, Math.ceil(Math.max(0, ...all) * 20 + 1e-9) / 20)
  const percent = (share: number) => (100 * share).toFixed(1)
  const summary = runs.map(
    ({ name, folds, accuracy, standardError }) =>
      `${name}: ${percent(accuracy)} ± ${percent(standardError)} %, folds from ${percent(Math.min(...folds))} to ${percent(Math.max(...folds))} %.`,
  )
  return frame({
    title,
    description: description ?? summary.join(' '),
    width,
    height,
    legend: [],
    labels: { x: 'accuracy, %', y: '' },
    plot: {
      marginLeft: 16 + 6.6 * Math.max(4, ...runs.map(({ name }) => name.length)),
      x: { domain: [100 * low, 100 * high], percent: true },
      y: { type: 'band', domain: runs.map(({ name }) => name) },
      marks: [
        Plot.gridX({ ticks: 6 }),
        Plot.axisX({ ticks: 6 }),
        Plot.axisY({ tickSize: 0 }),
        ...runs.flatMap(({ name, folds, accuracy, standardError }, i) => {
          const { colour } = lineStyle(i)
          return [
            Plot.dot(folds, {
              x: (share: number) => share,
              y: () => name,
              r: 4,
              fill: colour,
              fillOpacity: 0.45,
            }),
            Plot.ruleY([name], {
              y: (value: string) => value,
              x1: () => accuracy - standardError,
              x2: () => accuracy + standardError,
              stroke: colour,
              strokeWidth: 3,
            }),
            Plot.tickX([accuracy], {
              x: (share: number) => share,
              y: () => name,
              stroke: colour,
              strokeWidth: 3,
              inset: 3,
            }),
          ]
        }),
      ],
    },
  })
}
