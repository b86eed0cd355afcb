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
