import { type CircleClass, circlePanel } from './circle-panel.ts'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { type ChartLine, lineChart } from './line-chart.ts'
import { panels } from './panels.ts'
import { classStyles, type Plane, type PlaneBoundaries, regionPanel } from './region-panel.ts'

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
  const grid = panels(
    [
      ...losses.map(({ name, formula, cosine }) =>
        regionPanel(cosine, cosinePlane, { title: name, description: `Class 1 where ${formula}.` }),
      ),
      ...losses.map(({ name, angle }) =>
        regionPanel(angle, anglePlane, { title: ' ', description: `${name} in the plane of the angles.` }),
      ),
      ...losses.map(({ name, formula, circle, widthDegrees }) => {
        const gap = Number.isFinite(widthDegrees) ? `${Math.abs(widthDegrees).toFixed(1)}°` : 'all of the arc'
        return circlePanel(
          circle.map((half, i) => ({ ...half, style: classStyles[i]! })),
          {
            title: ' ',
            description: `${name} on the circle, prototypes ${betweenDegrees}° apart: margin ${gap}.`,
            lines: [formula, `margin between: ${gap}`],
          },
        )
      }),
    ],
    { columns: Math.max(1, losses.length) },
  )
  return panels([grid, widthPanels(widths)], {
    title,
    columns: 1,
    ...(description !== undefined && { description }),
    ...(width !== undefined && { width }),
  })
}

function widthPanels(widths: readonly MarginWidths[]): string {
  const axis = {
    xDomain: [0, 180],
    xTicks: [0, 30, 60, 90, 120, 150, 180],
    xFormat: (value: number) => `${value}°`,
    width: 560,
    height: 330,
  } as const
  const label = 'angle between the prototypes, degrees'
  const lines = (key: 'angle' | 'cosine'): ChartLine[] =>
    widths.map((curve, i) => ({ name: curve.name, x: curve.between, y: curve[key], style: lineStyle(i) }))
  return panels(
    [
      lineChart(lines('angle'), {
        ...axis,
        title: 'the margin as an angle',
        labels: { x: label, y: 'arc that belongs to neither class, degrees' },
        yDomain: [0, 120],
        description:
          'A margin that multiplies the angle shrinks to nothing as the classes come close. A fixed one does not; its line ends where not even the prototypes meet it.',
      }),
      lineChart(lines('cosine'), {
        ...axis,
        title: 'the margin as a cosine',
        labels: { x: label, y: 'cosθ₁ − cosθ₂ at the boundary of class 1' },
        yDomain: [0, 1.7],
        description:
          'Of LMCL it is m at any angle; of the others it shrinks with the angle between the prototypes.',
      }),
    ],
    { columns: 2 },
  )
}
