import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { decades, decadeText } from './log-axis.ts'

/** A ROC to draw: FAR and TAR, each rising, as `roc` of evaluate gives them. */
export interface RocCurve {
  readonly name: string
  readonly fpr: ArrayLike<number>
  readonly tpr: ArrayLike<number>
}

export interface RocFigureOptions extends FigureOptions {
  /** Where the FAR axis starts; it is logarithmic and ends at 1. */
  leastFar?: number
}

/**
 * ROC curves over a logarithmic FAR axis as SVG. A curve is a staircase: its height at a FAR is the largest TAR among the
 * thresholds whose FAR is not greater. The TAR axis starts at the tenth below the lowest point drawn.
 */
export function rocFigure(
  curves: readonly RocCurve[],
  { title = 'ROC', description, width = 440, height = 340, leastFar = 1e-3 }: RocFigureOptions = {},
): string {
  const stairs = curves.map((curve) => staircase(curve, leastFar, width))
  const lowest = Math.min(0.9, ...stairs.flatMap((points) => points.slice(0, 1).map(({ tar }) => tar)))
  const floor = Math.max(0, Math.floor(lowest * 10 - 1e-9) / 10)
  const summaries = curves.map((curve) => {
    const reading = [0.001, 0.01, 0.1]
      .filter((far) => far >= leastFar)
      .map((far) => `${percent(tarAt(curve, far))} at FAR ${far}`)
    return `${curve.name}: ${curve.fpr.length === 0 ? 'no points' : `TAR ${reading.join(', ')}`}.`
  })
  return frame({
    title,
    description:
      description ?? `True accept rate against false accept rate, ${leastFar} to 1. ${summaries.join(' ')}`,
    width,
    height,
    legend: curves.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    labels: { x: 'false accept rate (FAR)', y: 'true accept rate (TAR), %' },
    plot: {
      x: { type: 'log', domain: [leastFar, 1] },
      y: { domain: [100 * floor, 100], percent: true },
      marks: [
        Plot.gridX({ ticks: decades(leastFar) }),
        Plot.gridY({ ticks: 5 }),
        Plot.axisX({ ticks: decades(leastFar), tickFormat: decadeText }),
        Plot.axisY({ ticks: 5, tickSize: 0 }),
        ...stairs.map((points, i) => {
          const { colour, dashes } = lineStyle(i)
          return Plot.line(points, {
            x: 'far',
            y: 'tar',
            curve: 'step-after',
            stroke: colour,
            strokeWidth: 2,
            ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
          })
        }),
      ],
    },
  })
}

interface Point {
  far: number
  tar: number
}

/**
 * The corners where TAR rises, from `leastFar`, or from the first point where that is later, to 1; of those within a quarter of
 * a pixel the last, so that none is drawn too early. None of a curve without points.
 */
function staircase({ fpr, tpr }: RocCurve, leastFar: number, width: number): Point[] {
  const place = (far: number) => Math.floor((Math.log(far / leastFar) / -Math.log(leastFar)) * width * 4)
  if (fpr.length === 0) return []
  const first = Math.max(leastFar, fpr[0]!)
  const points: Point[] = [{ far: first, tar: tarAt({ fpr, tpr }, first) }]
  for (let k = 0; k < fpr.length; k++) {
    const last = points.at(-1)!
    const point = { far: fpr[k]!, tar: tpr[k]! }
    if (!(point.far > first && point.tar > last.tar)) continue
    if (points.length > 1 && place(point.far) === place(last.far)) points.pop()
    points.push(point)
  }
  return [...points, { far: 1, tar: points.at(-1)!.tar }]
}

/** The largest TAR at a FAR not greater than `far`. */
function tarAt({ fpr, tpr }: Pick<RocCurve, 'fpr' | 'tpr'>, far: number): number {
  let best = 0
  for (let k = 0; k < fpr.length && fpr[k]! <= far; k++) best = Math.max(best, tpr[k]!)
  return best
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
