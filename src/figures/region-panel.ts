import * as Plot from '@observablehq/plot'
import { clipLine } from './clip-line.ts'
import { type LineStyle, lineStyle } from './colours.ts'
import { frame } from './frame.ts'

/** The two boundaries of a loss in a plane. A value beyond the plane is all of it, one that is not finite nothing. */
export interface PlaneBoundaries {
  /** `y`, the measure to class 2, on the boundary of class 1 against `x`, the measure to class 1. */
  readonly first: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }
  /** Likewise for class 2: `y` is measured to class 1, `x` to class 2. */
  readonly second: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }
}

/** How one plane is measured. */
export interface Plane {
  readonly labels: { readonly x: string; readonly y: string }
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
  readonly format: (value: number) => string
  /** Where class 1 lies from its boundary: at the low end of the second measure (a cosine) or the high one (an angle). */
  readonly firstAt: 'low' | 'high'
}

export const classStyles: readonly [LineStyle, LineStyle] = [lineStyle(0), lineStyle(1)]
/** How much of a class's colour its region has. */
export const regionOpacity = 0.2

/** The regions of two classes in a plane, their boundaries, and the margin between, which belongs to neither. */
export function regionPanel(
  { first, second }: PlaneBoundaries,
  { labels, domain, ticks, format, firstAt }: Plane,
  {
    title,
    description,
    size = 230,
  }: { readonly title: string; readonly description: string; readonly size?: number },
): string {
  const [low, high] = domain
  const edge = firstAt === 'low' ? low : high
  const corner = [
    { along: low + 0.935 * (high - low), across: low + 0.07 * (high - low) },
    { along: low + 0.065 * (high - low), across: low + 0.93 * (high - low) },
  ]
  const names = [corner[firstAt === 'low' ? 0 : 1]!, corner[firstAt === 'low' ? 1 : 0]!]
  const clamp = (value: number): number => Math.min(high, Math.max(low, value))
  // Class 2 is class 1 with the measures exchanged.
  const sides = [
    { boundary: first, area: Plot.areaY, x: 'along', y: 'across', from: 'y1', to: 'y2' },
    { boundary: second, area: Plot.areaX, x: 'across', y: 'along', from: 'x1', to: 'x2' },
  ].map((side, i) => ({ ...side, style: classStyles[i]!, line: clipLine(side.boundary, domain) }))
  return frame({
    title,
    description,
    width: size,
    height: size + 30,
    legend: [],
    labels,
    plot: {
      x: { domain: [...domain] },
      y: { domain: [...domain] },
      marks: [
        ...sides.map(({ boundary, area, from, to, style }, i) =>
          area(
            Array.from(boundary.x, (along, k) => ({ along, across: clamp(boundary.y[k]!) })),
            {
              [i === 0 ? 'x' : 'y']: 'along',
              [from]: edge,
              [to]: 'across',
              fill: style.colour,
              fillOpacity: regionOpacity,
            },
          ),
        ),
        Plot.axisX({ ticks: [...ticks], tickFormat: format, tickSize: 3 }),
        Plot.axisY({ ticks: [...ticks], tickFormat: format, tickSize: 3 }),
        Plot.frame({ strokeOpacity: 0.35 }),
        ...sides.map(({ line, x, y, style }) =>
          Plot.line(
            line.x.map((along, k) => ({ along, across: line.y[k]! })),
            {
              x,
              y,
              stroke: style.colour,
              strokeWidth: 1.9,
              ...(style.dashes !== undefined && { strokeDasharray: style.dashes }),
            },
          ),
        ),
        Plot.text(names, {
          x: 'along',
          y: 'across',
          text: (_: unknown, i: number) => String(i + 1),
          fontWeight: 600,
          stroke: 'var(--paper, #ffffff)',
          strokeWidth: 3,
          fill: 'currentColor',
        }),
      ],
    },
  })
}
