/** The logit of the own class at an angle in radians, divided by the scale; falls from 0 to π. */
export type FallingLogit = (theta: number) => number

/**
 * Where a sample at angle `theta` to class 1 stops belonging to it: the angle to class 2, in radians, at which the logit of
 * class 1 with its margin is that of class 2. At that angle or a wider one it belongs. 0 where any will do; NaN where none will.
 */
export function boundaryAngle(target: FallingLogit, theta: number): number {
  const value = target(theta)
  return value < -1 ? Number.NaN : Math.acos(Math.min(1, value))
}

/**
 * How far class 1 reaches on the arc from its prototype to that of class 2, `between` radians (0 … π) away: the angle in
 * radians, or NaN where not even the prototype meets the margin.
 */
export function reachOnArc(target: FallingLogit, between: number): number {
  const excess = (theta: number): number => target(theta) - Math.cos(between - theta)
  if (excess(0) < 0) return Number.NaN
  if (excess(between) >= 0) return between
  let [low, high] = [0, between]
  // The excess falls all along the arc: what is 1e-16 of it is not seen.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (excess(middle) >= 0) low = middle
    else high = middle
  }
  return low
}

/** The margin between two classes whose prototypes are `between` radians apart. */
export interface MarginWidth {
  /** The angle on the arc that belongs to neither, in radians. */
  readonly angle: number
  /** cosθ₁ − cosθ₂ at the boundary of class 1. */
  readonly cosine: number
}

/** How wide the margin between two classes alike is; NaN where not even the prototypes meet it. */
export function marginWidth(target: FallingLogit, between: number): MarginWidth {
  const reach = reachOnArc(target, between)
  return { angle: between - 2 * reach, cosine: Math.cos(reach) - Math.cos(between - reach) }
}

/** A sector of the circle: directions in radians, `from` < `to`; `to` may pass 2π. */
export interface Sector {
  readonly from: number
  readonly to: number
}

/**
 * The directions of the circle where `excess` is not negative, as sectors in order; the whole circle is one from 0 to 2π.
 * Sectors narrower than 1/`samples` of it may be missed; edges are found to 1e-9 of a radian.
 */
export function sectorsOf(excess: (direction: number) => number, { samples = 1440 } = {}): Sector[] {
  const step = (2 * Math.PI) / samples
  const inside = Array.from({ length: samples }, (_, i) => excess(i * step) >= 0)
  const start = inside.indexOf(false)
  if (start < 0) return [{ from: 0, to: 2 * Math.PI }]
  const edge = (out: number, within: number): number => {
    let [a, b] = [out, within]
    while (Math.abs(b - a) > 1e-9) {
      const middle = (a + b) / 2
      if (excess(middle) >= 0) b = middle
      else a = middle
    }
    return b
  }
  const sectors: Sector[] = []
  let from: number | undefined
  for (let i = start + 1; i <= start + samples; i++) {
    if (inside[i % samples]) from ??= edge((i - 1) * step, i * step)
    else if (from !== undefined) {
      sectors.push({ from, to: edge(i * step, (i - 1) * step) })
      from = undefined
    }
  }
  return sectors
}
