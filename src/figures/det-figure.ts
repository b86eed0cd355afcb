import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { decadeBelow } from './log-axis.ts'
import { type RateAxis, type RateScale, rateAxis, rateText } from './rate-axis.ts'
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
  /** How both axes are divided; on normal deviates two normal distributions of scores give a straight line. */
  scale?: RateScale
}

/**
 * Detection error tradeoffs as SVG, on normal-deviate axes (Martin et al. 1997) or logarithmic ones (as NIST draws them). A
 * curve is a staircase: its height at x is the lowest y among the thresholds whose x is not greater. The axes begin at the
 * decade of the smallest positive rate, x not below 1e-6, y not below 1e-4; what is smaller, 0 too, is drawn where they
 * begin. On normal deviates, which have no end, they end at 0.5, or where the curves begin above that.
 */
export function detFigure(
  given: readonly DetCurve[],
  {
    title = 'DET',
    description,
    width = 440,
    height = 380,
    labels = { x: 'false match rate', y: 'false non-match rate' },
    scale = 'normal-deviate',
  }: DetFigureOptions = {},
): string {
  const curves = given.map(rising)
  const [leastX, leastY] = [
    decadeBelow(curves.map(({ x }) => x)),
    decadeBelow(
      curves.map(({ y }) => y),
      { least: 1e-4 },
    ),
  ]
  const begins = curves.flatMap((curve) =>
    curve.x.length === 0 ? [] : [{ x: curve.x[0]!, y: lowestAt(curve, Math.max(leastX, curve.x[0]!)) }],
  )
  const high = (key: 'x' | 'y'): number => (scale === 'log' ? 1 : endAbove(begins.map((begin) => begin[key])))
  const across = rateAxis(scale, { low: leastX, high: high('x'), pixels: width - 58, room: 34 })
  const up = rateAxis(scale, { low: leastY, high: high('y'), pixels: height - 110, room: 18 })
  const place = (x: number) =>
    Math.floor(
      ((across.place(x) - across.place(across.low)) /
        (across.place(across.high) - across.place(across.low))) *
        width *
        4,
    )
  const summaries = curves.map((curve) => {
    const readings = [0.001, 0.01, 0.1]
      .filter((rate) => rate >= leastX)
      .map((rate) => `${lowestAt(curve, rate).toPrecision(3)} at ${rate}`)
    return `${curve.name}: ${curve.x.length === 0 ? 'no points' : readings.join(', ')}.`
  })
  const kind = scale === 'log' ? 'both logarithmic' : 'both by normal deviates'
  return frame({
    title,
    description: description ?? `${labels.y} against ${labels.x}, ${kind}. ${summaries.join(' ')}`,
    width,
    height,
    legend: curves.map(({ name }, i) => ({ name, ...lineStyle(i) })),
    labels,
    plot: {
      x: { domain: [across.place(across.low), across.place(across.high)] },
      y: { domain: [up.place(up.low), up.place(up.high)] },
      marks: [
        Plot.gridX({ ticks: across.ticks.map(across.place) }),
        Plot.gridY({ ticks: up.ticks.map(up.place) }),
        Plot.axisX({ ticks: across.ticks.map(across.place), tickFormat: textOf(across) }),
        Plot.axisY({ ticks: up.ticks.map(up.place), tickFormat: textOf(up), tickSize: 0 }),
        ...curves.map((curve, i) => {
          const { colour, dashes } = lineStyle(i)
          const corners = thinStaircase(curve, place)
            .filter(([x]) => x <= across.high)
            .map(([x, y]): [number, number] => [across.place(x), up.place(y)])
          const last = corners.at(-1)
          return Plot.line(last ? [...corners, [across.place(across.high), last[1]]] : [], {
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

/** The end of an axis of normal deviates that has all of these rates on it; of a rate of 1 there is none. */
function endAbove(rates: readonly number[]): number {
  const most = rates.reduce((a, b) => Math.max(a, b), 0)
  return [0.5, 0.8, 0.95, 0.99].find((end) => end >= most) ?? 0.999
}

/** What a tick of an axis says, by its index. */
const textOf =
  ({ ticks }: RateAxis) =>
  (_: unknown, i: number): string =>
    rateText(ticks[i]!)

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
