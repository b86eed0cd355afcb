import { UsageError } from '../errors.ts'
import { add, greater, mul, square, sub, type Tensor, where } from '../graph/index.ts'

/** 1 where t > 0, else −1: either will do at 0, since ψ and its derivative are continuous there. */
const sign = (t: Tensor): Tensor => where(greater(t, 0), 1, -1)

/**
 * ψ(θ) = (−1)^k cos(mθ) − 2k on [kπ/m, (k+1)π/m] (Liu et al. 2017, eq. 6) as a function of `c` = cosθ, elementwise, for m = 1,
 * 2, 3 or 4: it goes on falling where cos(mθ) would rise again. Polynomials in c and signs, so nothing is singular at 0 or π.
 * @throws UsageError
 */
export function psi(c: Tensor, m: number): Tensor {
  const c2 = square(c)
  const s0 = sign(c)
  if (m === 1) return c
  if (m === 2) return sub(mul(s0, mul(2, c2)), 1)
  if (m === 3) {
    const s1 = sign(sub(c2, 0.25))
    const s2 = sub(mul(s0, add(1, s1)), 2)
    return add(mul(s1, mul(c, sub(mul(4, c2), 3))), s2)
  }
  if (m === 4) {
    const s3 = mul(s0, sign(sub(c2, 0.5)))
    const s4 = sub(add(mul(2, s0), s3), 3)
    return add(mul(s3, add(mul(mul(8, c2), sub(c2, 1)), 1)), s4)
  }
  throw new UsageError(`a-softmax: margin must be 1, 2, 3 or 4, got ${m}`)
}
