import { type BallView, ballView, graticule, turned } from './ball.ts'
import { classColour } from './class-colours.ts'
import { type ClassPoints, directionsOf, prototypeDirections } from './class-points.ts'
import { escapeText } from './escape.ts'

/**
 * Directions on the unit sphere as seen from afar, centre (0, 0), radius `radius`: the points of each class, faint on the far
 * side, the prototypes as rays with the names of the classes. As SVG inside another; each path says in `data-part` what it
 * is, so that a page's script can draw it again from another side.
 */
export function ballPicture(
  points: ClassPoints,
  { radius, view = ballView }: { readonly radius: number; readonly view?: BallView },
): string {
  const { unit, labels } = directionsOf(points)
  const place = (point: readonly number[]): { readonly text: string; readonly near: boolean } => {
    const [x, y, depth] = turned([point[0]!, point[1]!, point[2]!], view)
    return { text: `${at(radius * x)},${at(-radius * y)}`, near: depth >= 0 }
  }
  const dots = points.classNames.map((_, c) => {
    const sides = { near: new Set<string>(), far: new Set<string>() }
    unit.forEach((point, i) => {
      if (labels[i] !== c) return
      const { text, near } = place(point)
      sides[near ? 'near' : 'far'].add(`M${text}h0`)
    })
    return sides
  })
  const lines = { near: '', far: '' }
  for (const line of graticule)
    line.slice(1).forEach((end, i) => {
      const [from, to] = [place(line[i]!), place(end)]
      lines[from.near && to.near ? 'near' : 'far'] += `M${from.text}L${to.text}`
    })
  const rays = prototypeDirections(points).map((direction, c) => {
    if (direction === null) return ''
    const { text, near } = place(direction)
    const [x, y] = text.split(',')
    return `<g data-part="ray" opacity="${near ? 1 : 0.4}"><path d="M0,0L${text}" stroke="${classColour(c)}" stroke-width="1.8" /><text x="${x}" y="${y}" dy="4" text-anchor="middle" stroke="var(--paper, #ffffff)" stroke-width="3.5" paint-order="stroke">${escapeText(points.classNames[c]!)}</text></g>`
  })
  const side = (which: 'near' | 'far') =>
    dots.map(
      (sides, c) =>
        `<path data-part="${which}" d="${[...sides[which]].join('')}" stroke="${classColour(c)}" stroke-width="${which === 'near' ? 4 : 2.5}" stroke-linecap="round" stroke-opacity="${which === 'near' ? 0.75 : 0.25}" />`,
    )
  const grid = (which: 'near' | 'far') =>
    `<path data-part="grid-${which}" d="${lines[which]}" stroke="currentColor" stroke-width="0.7" stroke-opacity="${which === 'near' ? 0.35 : 0.13}" />`
  return `<g fill="none">${grid('far')}${side('far').join('')}<circle r="${at(radius)}" stroke="currentColor" stroke-opacity="0.45" />${grid('near')}${side('near').join('')}</g><g>${rays.join('')}</g>`
}

const at = (value: number): string => String(Math.round(value * 10) / 10 + 0)
