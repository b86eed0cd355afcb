import { circlePanel } from './circle-panel.ts'
import { lineStyle } from './colours.ts'
import type { FigureOptions } from './figure-options.ts'
import { panels } from './panels.ts'
import { type MapClass, regionMap } from './region-map.ts'

/** A margin in the plane, on the circle and on the sphere. */
export interface MarginGeometry {
  /** Such as `cosine margin, m 0.35`. */
  readonly name: string
  /** What must hold for a point to belong to a class. */
  readonly formula: string
  readonly plane: readonly MapClass[]
  readonly circle: readonly {
    readonly name: string
    readonly prototype: number
    readonly sectors: readonly { readonly from: number; readonly to: number }[]
  }[]
  /** As seen from afar, x and y within the unit disc. */
  readonly sphere: readonly MapClass[]
  /** What the classes together have of the circle and of the sphere, 0 … 1. */
  readonly circleShare: number
  readonly sphereShare: number
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

/** The region that each margin leaves to a class: a row a margin, a column a space. */
export function geometryFigure(
  margins: readonly MarginGeometry[],
  {
    title = 'The region that a margin leaves to each class (thin lines: without a margin)',
    description,
    width,
  }: Omit<FigureOptions, 'height'> = {},
): string {
  const drawn = margins.flatMap(({ name, formula, plane, circle, sphere, circleShare, sphereShare }) => [
    regionMap(plane, {
      title: name,
      description: `In the plane a class has the points where ${formula}.`,
      reach: 1.7,
      labels: { x: 'x₁', y: 'x₂' },
    }),
    circlePanel(
      circle.map((part, i) => ({ ...part, style: lineStyle(i) })),
      {
        title: 'on the circle',
        description: `The classes have ${percent(circleShare)} of the circle.`,
        size: 250,
        lines: [formula, `classes have ${percent(circleShare)} of it`],
      },
    ),
    regionMap(sphere, {
      title: 'on the sphere',
      description: `The classes have ${percent(sphereShare)} of the sphere.`,
      reach: 1.12,
      rim: true,
      note: `classes have ${percent(sphereShare)} of it`,
    }),
  ])
  return panels(drawn, {
    title,
    columns: 3,
    isRow: true,
    ...(description !== undefined && { description }),
    ...(width !== undefined && { width }),
  })
}
