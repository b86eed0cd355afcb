import { type CircleClass, circlePanel } from './circle-panel.ts'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { type ChartLine, lineChart } from './line-chart.ts'
import { columnsWithin, panels } from './panels.ts'
import { classStyles, type Plane, type PlaneBoundaries, regionPanel } from './region-panel.ts'
import { mostOnOneAxis, smallMultiples } from './small-multiples.ts'

/** The two boundaries of a loss, wherever they are looked at. */
export interface LossBoundaries {
  readonly name: string
  /** What decides for class 1. */
  readonly formula: string
  /** In cosines, −1 … 1. */
  readonly cosine: PlaneBoundaries
  /** In degrees, 0 … 180. */
  readonly angle: PlaneBoundaries
  /** On the circle, the prototypes `between` apart; styles are the figure's. */
  readonly circle: readonly [Omit<CircleClass, 'style'>, Omit<CircleClass, 'style'>]
  /** The angle between the prototypes that belongs to neither, in degrees; NaN where not even they meet the margin. */
  readonly widthDegrees: number
}

/** The margin's width as the prototypes come close. */
export interface MarginWidths {
  readonly name: string
  /** The loss that it is of, where there are several of one. */
  readonly group?: string
  /** Between the prototypes, in degrees. */
  readonly between: ArrayLike<number>
  readonly angle: ArrayLike<number>
  readonly cosine: ArrayLike<number>
}

const cosinePlane: Plane = {
  labels: { x: 'cosθ₁', y: 'cosθ₂' },
  domain: [-1, 1],
  ticks: [-1, 0, 1],
  format: (value) => String(value).replace('-', '−'),
  firstAt: 'low',
}
const size = 230
const chart = { width: 560, height: 330 }

const anglePlane: Plane = {
  labels: { x: 'θ₁, degrees', y: 'θ₂, degrees' },
  domain: [0, 180],
  ticks: [0, 90, 180],
  format: (value) => `${value}°`,
  firstAt: 'high',
}

/**
 * Where two classes part under each loss: in the plane of the cosines, of the angles, and on the circle; and how wide the
 * margin is as the prototypes come close. What belongs to neither class is left plain.
 */
export function boundariesFigure(
  {
    losses,
    widths,
    betweenDegrees,
  }: {
    readonly losses: readonly LossBoundaries[]
    readonly widths: readonly MarginWidths[]
    readonly betweenDegrees: number
  },
  {
    title = 'Where two classes, 1 and 2, part under each loss; what belongs to neither is the margin',
    description,
    width,
  }: Omit<FigureOptions, 'height'> = {},
): string {
  const gap = 18
  const views = losses.map(({ name, formula, cosine, angle, circle, widthDegrees }) => {
    const arc = Number.isFinite(widthDegrees) ? `${Math.abs(widthDegrees).toFixed(1)}°` : 'all of the arc'
    return [
      regionPanel(cosine, cosinePlane, { title: name, description: `Class 1 where ${formula}.`, size }),
      regionPanel(angle, anglePlane, {
        ...{ title: ' ', description: `${name} in the plane of the angles.`, size },
      }),
      circlePanel(
        circle.map((half, i) => ({ ...half, style: classStyles[i]! })),
        {
          title: ' ',
          description: `${name} on the circle, prototypes ${betweenDegrees}° apart: margin ${arc}.`,
          lines: [formula, `margin between: ${arc}`],
          size,
        },
      ),
    ]
  })
  // A loss is a column; where so many could not be read it is a row, half of one, or one under the other.
  const most = { columns: Math.max(1, losses.length), column: size, gap }
  const isRow = losses.length > mostOnOneAxis || columnsWithin(width, most) < most.columns
  const across = [6, 3].find((columns) => columnsWithin(width, { ...most, columns }) === columns) ?? 1
  const grid = isRow
    ? panels(views.flat(), { columns: losses.length > mostOnOneAxis ? across : Math.min(across, 3), gap })
    : panels(
        [0, 1, 2].flatMap((view) => views.map((own) => own[view]!)),
        { columns: most.columns, gap },
      )
  const isWide = columnsWithin(width, { columns: 2, column: chart.width, gap }) === 2
  return panels([grid, widthPanels(widths, { columns: isWide ? 2 : 1, width })], {
    title,
    columns: 1,
    ...(description !== undefined && { description }),
    ...(width !== undefined && { width }),
  })
}

function widthPanels(
  widths: readonly MarginWidths[],
  { columns, width }: { readonly columns: number; readonly width: number | undefined },
): string {
  const axis = {
    xDomain: [0, 180],
    xTicks: [0, 30, 60, 90, 120, 150, 180],
    xFormat: (value: number) => `${value}°`,
    ...chart,
  } as const
  const label = 'angle between the prototypes, degrees'
  const lines = (key: 'angle' | 'cosine'): ChartLine[] =>
    widths.map((curve, i) => ({ name: curve.name, x: curve.between, y: curve[key], style: lineStyle(i) }))
  /** At least so far, so that figures with usual margins share their axes. */
  const upTo = (key: 'angle' | 'cosine', least: number): readonly [number, number] => {
    const known = widths.flatMap((curve) => Array.from(curve[key])).filter((value) => Number.isFinite(value))
    return [0, 1.05 * known.reduce((most, value) => Math.max(most, value), least / 1.05)]
  }
  if (widths.length > mostOnOneAxis) {
    const one = (key: 'angle' | 'cosine', title: string, least: number): string =>
      smallMultiples(
        widths.map((curve) => ({
          ...{ name: curve.name, group: curve.group ?? curve.name },
          ...{ x: curve.between, y: curve[key] },
        })),
        {
          ...{ title, xDomain: axis.xDomain, xTicks: [0, 60, 120, 180], xFormat: axis.xFormat },
          labels: { x: 'between the prototypes', y: key === 'angle' ? 'margin, degrees' : 'margin' },
          yDomain: upTo(key, least),
          columns: 6,
          ...(width !== undefined && { width }),
        },
      )
    return panels(
      [one('angle', 'the margin as an angle', 120), one('cosine', 'the margin as a cosine', 1.7)],
      {
        columns: 1,
        gap: 30,
      },
    )
  }
  return panels(
    [
      lineChart(lines('angle'), {
        ...axis,
        title: 'the margin as an angle',
        labels: { x: label, y: 'arc that belongs to neither class, degrees' },
        yDomain: upTo('angle', 120),
        description:
          'A margin that multiplies the angle shrinks to nothing as the classes come close. A fixed one does not; its line ends where not even the prototypes meet it.',
      }),
      lineChart(lines('cosine'), {
        ...axis,
        title: 'the margin as a cosine',
        labels: { x: label, y: 'cosθ₁ − cosθ₂ at the boundary of class 1' },
        yDomain: upTo('cosine', 1.7),
        description:
          'Of LMCL it is m at any angle; of the others it shrinks with the angle between the prototypes.',
      }),
    ],
    { columns },
  )
}
