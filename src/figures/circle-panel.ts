import type { LineStyle } from './colours.ts'
import { escapeText } from './escape.ts'
import { svgText } from './frame.ts'

/** A class on the circle. */
export interface CircleClass {
  readonly name: string
  /** The direction of its prototype, in radians from the right, counter-clockwise. */
  readonly prototype: number
  /** The directions that belong to it. */
  readonly sectors: readonly { readonly from: number; readonly to: number }[]
  readonly style: LineStyle
}

export interface CirclePanelOptions {
  readonly title: string
  readonly description: string
  readonly size?: number
  /** What stands below the circle, a line each. */
  readonly lines?: readonly string[]
}

/** Classes on the unit circle: prototypes as arrows, the sectors that are theirs, and what belongs to none left plain. */
export function circlePanel(
  classes: readonly CircleClass[],
  { title, description, size = 230, lines = [] }: CirclePanelOptions,
): string {
  const radius = size / 2 - 28
  const height = 2 * radius + 64 + 16 * lines.length
  const [cx, cy] = [size / 2, 46 + radius]
  const at = (direction: number, r = radius): string =>
    `${round(cx + r * Math.cos(direction))},${round(cy - r * Math.sin(direction))}`
  const parts = classes.flatMap(({ name, prototype, sectors, style: { colour, dashes } }) => {
    const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`
    const shapes = sectors.map(({ from, to }) => {
      const whole = to - from > 2 * Math.PI - 1e-9
      const arc = `A${radius},${radius} 0 ${to - from > Math.PI ? 1 : 0} 0`
      const wedge = whole
        ? `M${at(0)}${arc} ${at(Math.PI)}A${radius},${radius} 0 1 0 ${at(2 * Math.PI)}Z`
        : `M${at(from)}${arc} ${at(to)}L${cx},${cy}Z`
      const edges = whole
        ? ''
        : `<path d="M${at(from)}L${cx},${cy}L${at(to)}" fill="none" stroke="${colour}" stroke-width="1.7"${dash} />`
      return `<path d="${wedge}" fill="${colour}" fill-opacity="0.2" />${edges}`
    })
    const arrow = `<path d="M${cx},${cy}L${at(prototype, radius - 7)}" stroke="${colour}" stroke-width="2.4" /><path d="M${at(prototype)}L${at(prototype - 0.07, radius - 9)}L${at(prototype + 0.07, radius - 9)}Z" fill="${colour}" />`
    const [x, y] = at(prototype, radius + 13)
      .split(',')
      .map(Number) as [number, number]
    return [...shapes, arrow, `<text x="${x}" y="${round(y + 4)}">${escapeText(name)}</text>`]
  })
  const below = lines.map(
    (line, i) => `<text x="${cx}" y="${round(cy + radius + 30 + 16 * i)}">${escapeText(line)}</text>`,
  )
  const circle = `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="none" stroke="currentColor" stroke-opacity="0.45" />`
  return svgText({ title, description, width: size, height }, [
    `<g font-size="12"><text y="12" font-size="13.5" font-weight="600">${escapeText(title)}</text></g>`,
    `<g font-size="12" text-anchor="middle">${circle}${parts.join('')}${below.join('')}</g>`,
  ])
}

const round = (value: number): number => Math.round(value * 100) / 100
