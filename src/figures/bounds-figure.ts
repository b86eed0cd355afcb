import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { type ChartLine, lineChart } from './line-chart.ts'
import { panels } from './panels.ts'

/** A bound against the number of classes. */
export interface BoundCurve {
  readonly name: string
  readonly classes: ArrayLike<number>
  readonly bound: ArrayLike<number>
}

export interface BoundsCurves {
  /** The least scale for a posterior. */
  readonly scale: readonly BoundCurve[]
  /** The largest margin, one line for each number of dimensions; where only limits are known, the upper. */
  readonly margin: readonly BoundCurve[]
  /** What is known to be attained, for the last of them in the same order; NaN where the bound itself is. */
  readonly attained: readonly BoundCurve[]
}

const line = ({ name, classes, bound }: BoundCurve): ChartLine => ({ name, x: classes, y: bound })

/** What is attained in the colour of its bound: the k-th from the end goes with the k-th. */
const attainedLine =
  (margin: readonly BoundCurve[]) =>
  (curve: BoundCurve, i: number, all: readonly BoundCurve[]): ChartLine => ({
    ...line(curve),
    style: { colour: lineStyle(margin.length - all.length + i).colour, dashes: '1 3' },
  })

/** The least scale and the largest margin against the number of classes (Wang et al. 2018, eqs. 6 and 7). */
export function boundsFigure(
  { scale, margin, attained }: BoundsCurves,
  {
    title = 'What the number of classes asks of s and allows m',
    description,
    width,
  }: Omit<FigureOptions, 'height'> = {},
): string {
  const last = Math.max(
    2,
    ...[...scale, ...margin].flatMap(({ classes }) => classes[classes.length - 1] ?? 2),
  )
  const axis = {
    xType: 'log',
    xDomain: [2, last],
    xTicks: [2, 10, 100, 1000, 10_000, 100_000, 1e6].filter((tick) => tick <= last),
    xFormat: (value: number) => value.toLocaleString('en'),
    width: 470,
    height: 370,
  } as const
  const ends = ({ name, classes, bound }: BoundCurve): string => {
    const known = Array.from(bound, (value, i) => ({ value, count: classes[i]! })).filter(({ value }) =>
      Number.isFinite(value),
    )
    const [first, end] = [known[0], known.at(-1)]
    if (!first || !end) return `${name}: none.`
    const at = ({ value, count }: typeof first): string =>
      `${value.toFixed(3)} for ${count.toLocaleString('en')}`
    return `${name}: ${at(first)} to ${at(end)} classes.`
  }
  return panels(
    [
      lineChart(scale.map(line), {
        ...axis,
        title: 'least scale s',
        labels: { x: 'classes', y: 's, for a posterior P at a class centre' },
        description: scale.map(ends).join(' '),
      }),
      lineChart([...margin.map(line), ...attained.map(attainedLine(margin))], {
        ...axis,
        title: 'largest margin m of LMCL',
        labels: { x: 'classes', y: 'm, a cosine' },
        yDomain: [0, 2],
        yTicks: [0, 0.35, 0.5, 1, 1.5, 2],
        description: [...margin, ...attained].map(ends).join(' '),
      }),
    ],
    {
      title,
      columns: 2,
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
    },
  )
}
