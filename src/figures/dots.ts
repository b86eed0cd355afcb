import type * as Plot from '@observablehq/plot'

/** Points of one colour. */
export interface Dots {
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly colour: string
  /** Pixels across. */
  readonly size: number
  readonly opacity: number
}

/** Points of one colour as a single path, those that fall on one tenth of a pixel once: 10,000 stay a short drawing. */
export function dots({ points, colour, size, opacity }: Dots): Plot.Markish {
  return (_index, scales, _values, _dimensions, context) => {
    const { x, y } = scales
    const places = new Set(points.map((point) => `M${tenths(x!(point.x))},${tenths(y!(point.y))}h0`))
    const path = context.document.createElementNS('http://www.w3.org/2000/svg', 'path')
    const attributes = {
      ...{ d: [...places].join(''), fill: 'none', stroke: colour, 'stroke-width': size },
      ...{ 'stroke-linecap': 'round', 'stroke-opacity': opacity },
    }
    for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, String(value))
    return path
  }
}

const tenths = (value: number): number => Math.round(value * 10) / 10 + 0
