import { classColour } from './class-colours.ts'
import { type ClassPoints, directionsOf, prototypeDirections } from './class-points.ts'
import { escapeText } from './escape.ts'

const binDegrees = 3

/**
 * Directions on the unit circle, centre (0, 0), y up, radius `radius`: the points, outside it a histogram of each class, the
 * prototypes as rays and the names of the classes beside them. As SVG inside another.
 */
export function circlePicture(points: ClassPoints, { radius }: { readonly radius: number }): string {
  const { unit, labels } = directionsOf(points)
  const classes = points.classNames.length
  const bins = 360 / binDegrees
  const counts = Array.from({ length: classes }, () => new Float64Array(bins))
  const places = Array.from({ length: classes }, () => new Set<string>())
  unit.forEach(([x, y], i) => {
    const label = labels[i]!
    places[label]!.add(`M${at(radius * x!)},${at(-radius * y!)}h0`)
    counts[label]![Math.floor((degrees(x!, y!) / 360) * bins) % bins]!++
  })
  const most = Math.max(1, ...counts.flatMap((own) => [...own]))
  const bars = counts.map((own, c) => {
    const wedges = Array.from(own, (count, i) =>
      count === 0 ? '' : wedge(i * binDegrees, radius + 5, radius + 5 + (count / most) * radius * 0.32),
    )
    return `<path d="${wedges.join('')}" fill="${classColour(c)}" fill-opacity="0.75" />`
  })
  const dots = places.map(
    (own, c) =>
      `<path d="${[...own].join('')}" stroke="${classColour(c)}" stroke-width="4" stroke-linecap="round" stroke-opacity="0.6" />`,
  )
  const rays = prototypeDirections(points).map((direction, c) => {
    if (direction === null) return ''
    const [x, y] = [direction[0]!, -direction[1]!]
    const end = `${at(x * (radius - 7))},${at(y * (radius - 7))}`
    const name = `<text x="${at(x * radius * 0.62)}" y="${at(y * radius * 0.62 + 4)}" text-anchor="middle" stroke="var(--paper, #ffffff)" stroke-width="3.5" paint-order="stroke">${escapeText(points.classNames[c]!)}</text>`
    return `<path d="M0,0L${end}" stroke="${classColour(c)}" stroke-width="1.8" />${name}`
  })
  return `<g fill="none"><circle r="${at(radius)}" stroke="currentColor" stroke-opacity="0.35" />${bars.join('')}${dots.join('')}</g><g>${rays.join('')}</g>`
}

/** 0 … 360. */
const degrees = (x: number, y: number): number => ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360

/** The ring between two radii over one bin. */
function wedge(from: number, inner: number, outer: number): string {
  const corner = (angle: number, r: number): string => {
    const a = (angle * Math.PI) / 180
    return `${at(r * Math.cos(a))},${at(-r * Math.sin(a))}`
  }
  const to = from + binDegrees
  return `M${corner(from, inner)}L${corner(from, outer)}L${corner(to, outer)}L${corner(to, inner)}Z`
}

const at = (value: number): string => String(Math.round(value * 10) / 10 + 0)
