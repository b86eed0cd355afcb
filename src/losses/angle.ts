import {
  acos,
  cos,
  greater,
  max,
  min,
  mul,
  neg,
  type Operand,
  sin,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'

/** How close a cosine comes to 1 before it counts as that: what float32 still tells apart. Slopes stay below 10⁴ so. */
const closest = 1e-7

/**
 * θ in radians of `c` = cosθ, elementwise, not below 0.0005 nor above π − 0.0005: beyond, where the slope of the arc cosine goes
 * to infinity and a cosine of float32 says nothing any more, its gradient is 0.
 */
export const angle = (c: Tensor): Tensor => acos(max(min(c, 1 - closest), closest - 1))

/** sinθ of `c` = cosθ, elementwise, not below 0.0003 (gradient 0 there): √(1 − c²) has an infinite slope at ±1. */
export const sine = (c: Tensor): Tensor => sqrt(max(sub(1, square(c)), closest))

/**
 * cos(θ + m) of `c` = cosθ; past θ = π − m, where it would rise again, cosθ − m·sin m (Deng et al. 2019, and its release).
 * `m` in radians, broadcast to `c`, of at most 2, so that the second never lies above the first.
 */
export function addAngle(c: Tensor, m: Operand): Tensor {
  const [cosM, sinM] = [cos(m), sin(m)]
  const turned = sub(mul(c, cosM), mul(sine(c), sinM))
  return where(greater(c, neg(cosM)), turned, sub(c, mul(m, sinM)))
}
