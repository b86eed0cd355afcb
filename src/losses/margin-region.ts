/** A point of the plane or of space. */
export type Point = readonly number[]

/** How a margin is measured: between distances, as a factor of the angle, or between cosines. */
export type MarginKind = 'euclidean' | 'angular' | 'cosine'

/**
 * By how much a point belongs to class `own`: 0 on the boundary, negative outside. Euclidean: the nearest other centre is `m`
 * farther than the own. Angular (Liu et al. 2017): the own angle times `m` is below that to every other. Cosine (Wang et al.
 * 2018): the own cosine is `m` above every other. `centres` [C, 2 or 3]; −∞ at the origin for the last two, which know no
 * direction there.
 */
export function marginExcess(
  kind: MarginKind,
  point: Point,
  { centres, own, m }: { readonly centres: readonly Point[]; readonly own: number; readonly m: number },
): number {
  const to = centres.map((centre) =>
    kind === 'euclidean' ? distance(point, centre) : cosineOf(point, centre),
  )
  if (to.some(Number.isNaN)) return Number.NEGATIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  for (const [j, other] of to.entries()) {
    if (j === own) continue
    const mine = to[own]!
    const excess =
      kind === 'euclidean'
        ? other - mine - m
        : kind === 'cosine'
          ? mine - other - m
          : Math.acos(clamp(other)) - m * Math.acos(clamp(mine))
    least = Math.min(least, excess)
  }
  return least
}

const distance = (a: Point, b: Point): number => Math.hypot(...a.map((value, i) => value - b[i]!))
const clamp = (cosine: number): number => Math.min(1, Math.max(-1, cosine))

/** NaN at the origin. */
function cosineOf(a: Point, b: Point): number {
  const dot = a.reduce((total, value, i) => total + value * b[i]!, 0)
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}
