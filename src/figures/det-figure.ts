import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { decadeBelow, decades, decadeText } from './log-axis.ts'
import { thinStaircase } from './thin-staircase.ts'

/** A detection error tradeoff: two error rates, one rising while the other falls, in either order. */
export interface DetCurve {
  readonly name: string
  /** False match rate, or false positive identification rate. */
  readonly x: ArrayLike<number>
  /** False non-match rate, or false negative identification rate. */
  readonly y: ArrayLike<number>
}

export interface DetFigureOptions extends FigureOptions {
  /** What the axes measure. */
  labels?: { readonly x: string; readonly y: string }
}

/**
 * Detection error tradeoffs on logarithmic axes as SVG (Martin et al. 1997 with log for normal deviates, as NIST draws
 * them). A curve is a staircase: its height at x is the lowest y among the thresholds whose x is not greater. The axes begin
 * at the decade of the smallest positive rate, not below 1e-6; what is smaller, 0 too, is drawn where they begin.
 */
export function detFigure(
  given: readonly DetCurve[],
  {
    title = 'DET',
    description,
    width = 440,
    height = 380,
    labels = { x: 'false match rate', y: 'false non-match rate' },
  }: DetFigureOptions = {},
): string {
  const curves = given.map(rising)
  const least = {
    x: decadeBelow(curves.map(({ x }) => x)),
    y: decadeBelow(
      curves.map(({ y }) => y),
      { least: 1e-4 },
    ),
  }
  const place = (x: number) => Math.floor((Math.log(Math.max(x, least.x)) / -Math.log(least.x)) * width * 4)
  const summaries = curves.map((curve) => {
    const readings = [0.001, 0.01, 0.1]
      .filter((rate) => rate >= least.x)
      .map((rate) => `${lowestAt(curve, rate).toPrecision(3)} at ${rate}`)
    return `${curve.name}: ${readings.join(', ')}.`
  })
  return frame({
    title,
    description: description ?? `${labels.y} against ${labels.x}, both logarithmic. ${summaries.join(' ')}`,
    width,
    height,
    legend: curves.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    labels,
    plot: {
      x: { type: 'log', domain: [least.x, 1] },
      y: { type: 'log', domain: [least.y, 1] },
      marks: [
        Plot.gridX({ ticks: decades(least.x) }),
        Plot.gridY({ ticks: decades(least.y) }),
        Plot.axisX({ ticks: decades(least.x), tickFormat: decadeText }),
        Plot.axisY({ ticks: decades(least.y), tickFormat: decadeText, tickSize: 0 }),
        ...curves.map((curve, i) => {
          const { colour, dashes } = lineStyle(i)
          const corners = thinStaircase(curve, place).map(([x, y]): [number, number] => [
            Math.max(x, least.x),
            Math.max(y, least.y),
          ])
          const last = corners.at(-1)
          return Plot.line(last ? [...corners, [1, last[1]]] : [], {
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

/** The same curve with x rising: scikit-learn's order of thresholds is the other one. */
function rising(curve: DetCurve): DetCurve {
  const { name, x, y } = curve
  if (!(x[0]! > x[x.length - 1]!)) return curve
  return { name, x: Float64Array.from(x).reverse(), y: Float64Array.from(y).reverse() }
}

/** The lowest y at an x not greater than `rate`; 1 where there is none. */
function lowestAt({ x, y }: DetCurve, rate: number): number {
  let lowest = 1
  for (let k = 0; k < x.length && x[k]! <= rate; k++) lowest = Math.min(lowest, y[k]!)
  return lowest
}
