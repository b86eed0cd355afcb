import * as Plot from '@observablehq/plot'
import { lineStyle } from './colours.ts'
import { frame } from './frame.ts'

/** A class as a region of a square of the plane. */
export interface MapClass {
  readonly name: string
  /** Where its centre is seen. */
  readonly centre: { readonly x: number; readonly y: number }
  /** Not negative where a point belongs to it; smooth enough to draw its edge between the points of a grid. */
  readonly excess: (x: number, y: number) => number
  /** Likewise without a margin, for the outline. */
  readonly plain: (x: number, y: number) => number
}

export interface RegionMapOptions {
  readonly title: string
  readonly description: string
  /** The square goes from −reach to reach. */
  readonly reach: number
  /** Whether a circle of radius 1 is drawn, the rim of the sphere or of the features on it. */
  readonly rim?: boolean
  /** What the axes measure; without them no axes are drawn. */
  readonly labels?: { readonly x: string; readonly y: string }
  /** What stands below. */
  readonly note?: string
  readonly size?: number
}

/** Classes as regions of a square, with a thin outline of what each had without a margin. */
export function regionMap(
  classes: readonly MapClass[],
  { title, description, reach, rim = false, labels, note = '', size = 250 }: RegionMapOptions,
): string {
  const window = { x1: -reach, x2: reach, y1: -reach, y2: reach, pixelSize: 2, thresholds: [0] }
  const circle = Array.from({ length: 121 }, (_, i) => ({
    x: Math.cos((i * Math.PI) / 60),
    y: Math.sin((i * Math.PI) / 60),
  }))
  const ticks = [-Math.floor(reach), 0, Math.floor(reach)]
  const tickFormat = (value: number): string => String(value).replace('-', '−')
  const svg = frame({
    title,
    description,
    width: size,
    height: size + 34,
    legend: [],
    labels: labels ?? { x: note, y: '' },
    plot: {
      x: { domain: [-reach, reach], ...(labels ? {} : { axis: null }) },
      y: { domain: [-reach, reach], ...(labels ? {} : { axis: null }) },
      marks: [
        ...(labels
          ? [
              Plot.axisX({ ticks, tickFormat, tickSize: 3 }),
              Plot.axisY({ ticks, tickFormat, tickSize: 3 }),
              Plot.frame({ strokeOpacity: 0.35 }),
            ]
          : []),
        ...classes.flatMap(({ excess, plain }, i) => {
          const { colour, dashes } = lineStyle(i)
          return [
            Plot.contour({
              ...window,
              value: excess,
              fill: colour,
              fillOpacity: 0.2,
            }),
            Plot.contour({
              ...window,
              value: excess,
              stroke: colour,
              strokeWidth: borderWidth,
              ...(dashes !== undefined && { strokeDasharray: dashes }),
            }),
            Plot.contour({
              ...window,
              value: plain,
              stroke: 'currentColor',
              strokeOpacity: 0.4,
              strokeWidth: outlineWidth,
            }),
          ]
        }),
        ...(rim ? [Plot.line(circle, { x: 'x', y: 'y', stroke: 'currentColor', strokeOpacity: 0.45 })] : []),
        Plot.dot(classes, {
          x: ({ centre }: MapClass) => centre.x,
          y: ({ centre }: MapClass) => centre.y,
          r: 3.5,
          fill: (_: MapClass, i: number) => lineStyle(i).colour,
        }),
        Plot.text(classes, {
          x: ({ centre }: MapClass) => centre.x,
          y: ({ centre }: MapClass) => centre.y,
          text: 'name',
          dy: -11,
        }),
      ],
    },
  })
  return svg.replaceAll(
    bordersOf,
    (_, open: string, path: string) => `${open}${withoutEdges(path, squareOf(size))}"`,
  )
}

const [borderWidth, outlineWidth] = [1.7, 0.7]
const bordersOf = new RegExp(
  `(<g [^>]*stroke-width="(?:${borderWidth}|${outlineWidth})"[^>]*aria-label="contour"[^>]*><path d=")([^"]*)"`,
  'g',
)

/** The square in pixels, as `frame` places it below a title of one line and no legend. */
const squareOf = (size: number) => ({ left: 44, right: size - 14, top: 52, bottom: size - 6 })

/** Borders of regions without what lies along the edges of the square: there the picture ends, not the class. */
function withoutEdges(path: string, { left, right, top, bottom }: ReturnType<typeof squareOf>): string {
  const isEdge = ([x0, y0]: readonly number[], [x1, y1]: readonly number[]): boolean =>
    (x0 === x1 && (x0 === left || x0 === right)) || (y0 === y1 && (y0 === top || y0 === bottom))
  return path
    .split('M')
    .filter(Boolean)
    .map((ring) => {
      const corners = ring.split('L').map((corner) => corner.replace('Z', '').split(',').map(Number))
      // Closed: the last corner is followed by the first.
      return corners
        .map((corner, i) => {
          const before = corners.at(i - 1)!
          const isDrawn = !isEdge(before, corner)
          const wasDrawn = !isEdge(corners.at(i - 2)!, before)
          if (!isDrawn) return ''
          return i > 0 && wasDrawn ? `L${corner.join()}` : `M${before.join()}L${corner.join()}`
        })
        .join('')
    })
    .join('')
}
