import * as Plot from '@observablehq/plot'
import { clipLine } from './clip-line.ts'
import { type LineStyle, lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { frame } from './frame.ts'
import { lonePoints, thinLine } from './thin-line.ts'

/** A line of a chart. Where x or y is not finite the line has a gap. */
export interface ChartLine {
  /** As the legend has it; one without a name is in no legend. */
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** By default that of its place among the lines. */
  readonly style?: LineStyle
}

/** A point of a chart, in the colour of a line. */
export interface ChartPoint {
  readonly x: number
  readonly y: number
  /** Which line's colour it takes; by default that of text. */
  readonly line?: number
  /** What stands beside it. */
  readonly text?: string
}

export interface LineChartOptions extends FigureOptions {
  /** What the axes measure, with the unit. */
  labels: { readonly x: string; readonly y: string }
  /** By default from the least to the greatest value of the lines. */
  xDomain?: readonly [number, number]
  yDomain?: readonly [number, number]
  /** Where the axes have ticks; by default about five round values. */
  xTicks?: readonly number[]
  yTicks?: readonly number[]
  xFormat?: (value: number) => string
  yFormat?: (value: number) => string
  xType?: 'linear' | 'log'
  yType?: 'linear' | 'log'
  points?: readonly ChartPoint[]
  /** Rows that the legend has at least, so that charts beside one another are as tall. */
  legendRows?: number
  /** Values of x that matter, as dashed lines across, each with what it means. */
  marked?: readonly { readonly x: number; readonly text: string }[]
}

/**
 * Lines over two axes, with points and marked values; lines differ in colour and in dashes. A value that stands alone is a dot;
 * of many at one pixel only what is seen is drawn.
 */
export function lineChart(
  lines: readonly ChartLine[],
  {
    title = '',
    description = '',
    width = 440,
    height = 320,
    labels,
    xDomain = domainOf(lines.map(({ x }) => x)),
    yDomain = domainOf(lines.map(({ y }) => y)),
    xTicks,
    yTicks,
    xFormat = numberText,
    yFormat = numberText,
    xType = 'linear',
    yType = 'linear',
    points = [],
    legendRows = 0,
    marked = [],
  }: LineChartOptions,
): string {
  const styles = lines.map(({ style }, i) => style ?? lineStyle(i))
  const colourOf = ({ line }: ChartPoint): string => styles[line ?? -1]?.colour ?? 'currentColor'
  const measure = xType === 'log' ? Math.log : Number
  const [from, to] = xDomain.map(measure) as [number, number]
  const pixel = (x: number): number => Math.floor(((measure(x) - from) / (to - from)) * width)
  const drawn = lines.map((line) => clipLine(thinLine(line, pixel), yDomain))
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  return frame({
    title,
    description,
    width,
    height,
    legend: lines.flatMap(({ name }, i) => (name === '' ? [] : [{ name, ...styles[i]! }])),
    legendRows,
    labels,
    plot: {
      x: { domain: [...xDomain], type: xType },
      y: { domain: [...yDomain], type: yType },
      marks: [
        Plot.gridY({ ...(yTicks ? { ticks: [...yTicks] } : { ticks: 5 }) }),
        Plot.axisX({ ticks: xTicks ? [...xTicks] : 5, tickFormat: xFormat }),
        Plot.axisY({ ticks: yTicks ? [...yTicks] : 5, tickSize: 0, tickFormat: yFormat }),
        Plot.ruleX(marked, { x: 'x', stroke: 'currentColor', strokeOpacity: 0.7, strokeDasharray: '2 3' }),
        Plot.text(marked, {
          x: 'x',
          text: 'text',
          frameAnchor: 'top',
          textAnchor: 'start',
          dx: 5,
          dy: 3,
        }),
        ...styles.map(({ colour, dashes }, i) => {
          const { x, y } = drawn[i]!
          return Plot.line(
            x.map((value, k) => ({ x: value, y: y[k]! })),
            {
              x: 'x',
              y: 'y',
              stroke: colour,
              strokeWidth: 1.9,
              ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
            },
          )
        }),
        ...drawn.map((line, i) => Plot.dot(lonePoints(line), { r: 2.8, fill: styles[i]!.colour })),
        Plot.dot(shown, { x: 'x', y: 'y', r: 3, fill: colourOf, fillOpacity: 1 }),
        Plot.text(
          shown.filter(({ text }) => text !== undefined),
          { x: 'x', y: 'y', text: 'text', textAnchor: 'start', dx: 6, dy: -6 },
        ),
      ],
    },
  })
}

/** From the least to the greatest finite value; 0 to 1 where there is none. */
function domainOf(values: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const list of values)
    for (let i = 0; i < list.length; i++)
      if (Number.isFinite(list[i])) [low, high] = [Math.min(low, list[i]!), Math.max(high, list[i]!)]
  if (low > high) return [0, 1]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** A tick as a text: with a minus sign, and without the dust of float64. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(12))).replace('-', '−')
}
