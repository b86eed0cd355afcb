import { UsageError } from '../errors.ts'
import {
  add,
  div,
  grad,
  greater,
  matmul,
  mul,
  type Operand,
  reduceSum,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  transpose,
  where,
} from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'
import { oneHot } from './one-hot.ts'
import { cosine, norm, unit } from './unit.ts'

/**
 * What stands for the gradient of A-Softmax; the value is the same in all. `exact`: the derivative. `renormalised`:
 * SphereFace's layer, for a `W` whose rows are brought to length 1 in place before each step. `detached`: the margin shifts
 * the target's logit and is not differentiated.
 */
export type GradientForm = 'exact' | 'renormalised' | 'detached'

export const gradientForms: readonly GradientForm[] = ['exact', 'renormalised', 'detached']

/**
 * ψ(θ) = (−1)^k cos(mθ) − 2k on [kπ/m, (k+1)π/m] (Liu et al. 2017, eq. 6) as a function of `c` = cosθ: it goes on falling
 * where cos(mθ) would rise again, with a continuous derivative. m = 1, 2, 3, 4. @throws UsageError
 */
export function psi(c: Tensor, m: number): Tensor {
  const sign = (t: Tensor): Tensor => where(greater(t, 0), 1, -1)
  const c2 = square(c)
  const s0 = sign(c)
  if (m === 1) return c
  if (m === 2) return sub(mul(mul(2, s0), c2), 1)
  if (m === 3) {
    const s1 = sign(sub(c2, 0.25))
    const s2 = sub(mul(s0, add(1, s1)), 2)
    return add(mul(s1, mul(c, sub(mul(4, c2), 3))), s2)
  }
  if (m === 4) {
    const s3 = mul(s0, sign(sub(mul(2, c2), 1)))
    const s4 = sub(add(mul(2, s0), s3), 3)
    return add(mul(s3, add(mul(mul(8, c2), sub(c2, 1)), 1)), s4)
  }
  throw new UsageError(`a-softmax: margin must be 1, 2, 3 or 4, got ${m}`)
}

/**
 * Angular softmax loss (SphereFace; Liu et al. 2017, eq. 7): target logit ‖x‖(λcosθ_y + ψ(θ_y))/(1 + λ), others ‖x‖cosθ_j.
 * With `s` features are normalised, s in place of ‖x‖. `lambda` is a number or a scalar tensor (`annealedLambda`): from a cold
 * start m = 4 needs it. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError, UsageError
 */
export function aSoftmax(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    m = 4,
    lambda = 0,
    form = 'exact',
    s = null,
  }: { m?: number; lambda?: Operand; form?: GradientForm; s?: Operand | null } = {},
): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const cos = cosine(x, W)
  const c = reduceSum(mul(Y, cos), [1], { keepdims: true })
  const blend = (plain: Operand, margin: Operand): Tensor =>
    div(add(mul(lambda, plain), margin), add(1, lambda))
  const ψ = psi(c, m)
  const shift = sub(blend(c, ψ), c)
  const logits = mul(s ?? norm(x), add(cos, mul(Y, form === 'exact' ? shift : stopGradient(shift))))
  if (form !== 'renormalised') return crossEntropy(logits, labels)

  // A surrogate whose derivative is the layer's: g_j·w_j and, for the target, g_y(u·w + v·x), for x; Σ g_j·x for W.
  const z = s === null ? x : mul(s, unit(x))
  const a = grad(reduceSum(ψ), [c])[0]!
  const b = div(sub(ψ, mul(c, a)), norm(z))
  const length = sqrt(add(square(a), square(b)))
  const u = stopGradient(blend(1, div(a, length)))
  const v = stopGradient(div(div(b, length), add(1, lambda)))
  const forX = mul(matmul(z, transpose(stopGradient(W))), add(1, mul(Y, sub(u, 1))))
  const alongX = mul(Y, mul(v, reduceSum(mul(z, stopGradient(z)), [1], { keepdims: true })))
  const forW = matmul(stopGradient(z), transpose(W))
  const surrogate = add(add(forX, alongX), forW)
  return crossEntropy(add(stopGradient(sub(logits, surrogate)), surrogate), labels)
}
