import { geometryFigure, type MarginGeometry } from '../../figures/geometry-figure.ts'
import type { MapClass } from '../../figures/region-map.ts'
import { type MarginKind, marginExcess, type Point, sectorsOf } from '../../losses/index.ts'
import { csvText, figureEntry } from './figure-entry.ts'
import { numberOption } from './figure-options.ts'
import { inDegrees } from './story-losses.ts'

interface Flags {
  readonly euclidean: number
  readonly angular: number
  readonly cosine: number
}

/** Three centres on the circle, and on the half of the sphere that is seen, 50° from its middle. */
const onCircle: readonly Point[] = [0, 1, 2].map((i) => direction(Math.PI / 2 + (i * 2 * Math.PI) / 3))
const tilt = (50 * Math.PI) / 180
const onSphere: readonly Point[] = onCircle.map(([x, y]) => [
  Math.sin(tilt) * x!,
  Math.sin(tilt) * y!,
  Math.cos(tilt),
])

/** The margins in the plane, on the circle and on the sphere. */
export const geometryEntry = figureEntry<Flags>({
  name: 'geometry',
  shows: 'Euclidean, angular and cosine margin in the plane, on the circle and on the sphere',
  addOptions: (command) =>
    command
      .option('--euclidean <m>', 'a difference of distances', numberOption('euclidean', 0, 2), 0.5)
      .option('--angular <m>', 'a factor of the angle', numberOption('angular', 1, 8), 2)
      .option('--cosine <m>', 'a difference of cosines', numberOption('cosine', 0, 2), 0.35),
  draw: ({ flags: { euclidean, angular, cosine }, look }) => {
    const margins = [
      geometry('euclidean', {
        m: euclidean,
        none: 0,
        name: 'Euclidean margin',
        formula: `‖x − c₂‖ − ‖x − c₁‖ ≥ ${euclidean}`,
      }),
      geometry('angular', { m: angular, none: 1, name: 'angular margin', formula: `${angular}θ₁ ≤ θ₂` }),
      geometry('cosine', { m: cosine, none: 0, name: 'cosine margin', formula: `cosθ₁ − cosθ₂ ≥ ${cosine}` }),
    ]
    return {
      svg: geometryFigure(margins, look),
      csv: csvText(
        ['margin', 'what', 'class', 'from_degrees', 'to_degrees', 'share'],
        margins.flatMap(({ name, circle, circleShare, sphereShare }) => [
          ...circle.flatMap((part, i) =>
            part.sectors.map(({ from, to }) => [name, 'circle', i + 1, inDegrees(from), inDegrees(to), '']),
          ),
          [name, 'circle', 'all', '', '', circleShare],
          [name, 'sphere', 'all', '', '', sphereShare],
        ]),
      ),
    }
  },
})

function geometry(
  kind: MarginKind,
  { m, none, name, formula }: { m: number; none: number; name: string; formula: string },
): MarginGeometry {
  const circle = onCircle.map((_, own) => ({
    name: String(own + 1),
    prototype: Math.PI / 2 + (own * 2 * Math.PI) / 3,
    sectors: sectorsOf((angle) => marginExcess(kind, direction(angle), { centres: onCircle, own, m })),
  }))
  const width = circle.flatMap(({ sectors }) => sectors.map(({ from, to }) => to - from))
  return {
    name: `${name}, m ${m}`,
    formula,
    plane: onCircle.map((centre, own) => ({
      ...seen(centre, own),
      excess: (x, y) => finite(marginExcess(kind, [x, y], { centres: onCircle, own, m })),
      plain: (x, y) => finite(marginExcess(kind, [x, y], { centres: onCircle, own, m: none })),
    })),
    circle,
    sphere: onSphere.map((centre, own) => ({
      ...seen(centre, own),
      excess: onDisc((point) => marginExcess(kind, point, { centres: onSphere, own, m })),
      plain: onDisc((point) => marginExcess(kind, point, { centres: onSphere, own, m: none })),
    })),
    circleShare: width.reduce((total, value) => total + value, 0) / (2 * Math.PI),
    sphereShare: shareOfSphere((point) =>
      onSphere.some((_, own) => marginExcess(kind, point, { centres: onSphere, own, m }) >= 0),
    ),
  }
}

function direction(angle: number): Point {
  return [Math.cos(angle), Math.sin(angle)]
}

const seen = (centre: Point, own: number): Pick<MapClass, 'name' | 'centre'> => ({
  name: String(own + 1),
  centre: { x: centre[0]!, y: centre[1]! },
})

const finite = (excess: number): number => (Number.isFinite(excess) ? excess : -1)

/** A function of the half of the sphere that is seen, as one of the disc; negative past the rim, and 0 on it. */
function onDisc(excess: (point: Point) => number): (x: number, y: number) => number {
  return (x, y) => {
    const r = Math.hypot(x, y)
    const rim = 4 * (1 - r)
    const scale = r > 1 ? 1 / r : 1
    return Math.min(rim, excess([x * scale, y * scale, Math.sqrt(Math.max(0, 1 - r * r))]))
  }
}

/** What share of 20,000 points spread evenly on the sphere (a spiral by the golden angle) a predicate takes. */
function shareOfSphere(takes: (point: Point) => boolean): number {
  const [points, golden] = [20_000, Math.PI * (3 - Math.sqrt(5))]
  let taken = 0
  for (let i = 0; i < points; i++) {
    const z = 1 - (2 * i + 1) / points
    const r = Math.sqrt(1 - z * z)
    if (takes([r * Math.cos(i * golden), r * Math.sin(i * golden), z])) taken++
  }
  return taken / points
}
