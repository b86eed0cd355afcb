import {
  add,
  div,
  grad,
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
} from '../graph/index.ts'
import { lambdaOf, lambdaOptions, sphereFaceAnnealing } from './anneal.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, normaliseFeatures, scale } from './entry.ts'
import { oneHot } from './one-hot.ts'
import { psi } from './psi.ts'
import { cosine, norm, unit } from './unit.ts'

/**
 * What stands for the gradient of A-Softmax; the value is the same in all. `exact`: the derivative. `renormalised`:
 * SphereFace's layer, for a `W` whose rows are brought to length 1 in place before each step. `detached`: the margin shifts
 * the target's logit and is not differentiated.
 */
export type GradientForm = 'exact' | 'renormalised' | 'detached'

export const gradientForms: readonly GradientForm[] = ['exact', 'renormalised', 'detached']

/**
 * Angular softmax loss (SphereFace; Liu et al. 2017, eq. 7): target logit ‖x‖(λcosθ_y + ψ(θ_y))/(1 + λ), others ‖x‖cosθ_j.
 * With `s` features are normalised, s in place of ‖x‖. `lambda` ≥ 0 is a number or a scalar tensor (`annealedLambda`): from
 * a cold start m = 4 needs it. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss [].
 * @throws ShapeError, UsageError
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
  const cosθ = cosine(x, W)
  const c = reduceSum(mul(Y, cosθ), [1], { keepdims: true })
  const ψ = psi(c, m)
  const shift = mul(Y, sub(blend(lambda, c, ψ), c))
  const logits = mul(s ?? norm(x), add(cosθ, form === 'exact' ? shift : stopGradient(shift)))
  if (form !== 'renormalised') return crossEntropy(logits, labels)
  const slope = slopeOfLayer(s === null ? x : mul(s, unit(x)), W, { Y, c, ψ, lambda })
  return crossEntropy(add(stopGradient(sub(logits, slope)), slope), labels)
}

/** (λ·plain + margin)/(1 + λ). */
const blend = (lambda: Operand, plain: Operand, margin: Operand): Tensor =>
  div(add(mul(lambda, plain), margin), add(1, lambda))

/**
 * A term [N, C] that has the gradients of SphereFace's layer in place of the logits' own; its value means nothing. For x: w_j,
 * but 1/(1 + λ)·(a·w_y + b·x)/√(a² + b²) + λ/(1 + λ)·w_y for the target; for W: x, without a projection.
 */
function slopeOfLayer(
  x: Tensor,
  W: Tensor,
  { Y, c, ψ, lambda }: { Y: Tensor; c: Tensor; ψ: Tensor; lambda: Operand },
): Tensor {
  const a = grad(reduceSum(ψ), [c])[0]!
  const b = div(sub(ψ, mul(c, a)), norm(x))
  const length = sqrt(add(square(a), square(b)))
  const alongW = stopGradient(blend(lambda, 1, div(a, length)))
  const alongX = stopGradient(blend(lambda, 0, div(b, length)))
  const forX = add(
    mul(matmul(x, transpose(stopGradient(W))), add(1, mul(Y, sub(alongW, 1)))),
    mul(Y, mul(alongX, reduceSum(mul(x, stopGradient(x)), [1], { keepdims: true }))),
  )
  return add(forX, matmul(stopGradient(x), transpose(W)))
}

/** A-Softmax in the catalogue. */
export const aSoftmaxEntry = entry({
  name: 'a-softmax',
  aliases: ['asoftmax', 'sphereface'],
  title: 'Angular softmax (A-Softmax, SphereFace)',
  paper: { authors: 'Liu et al.', year: 2017, equation: '7' },
  formula:
    'target ‖x‖(λcosθ_y + ψ(θ_y))/(1 + λ), others ‖x‖cosθ_j, ψ(θ) = (−1)^k cos(mθ) − 2k on [kπ/m, (k + 1)π/m]',
  options: [
    {
      name: 'margin',
      kind: 'choice',
      default: 4,
      choices: [1, 2, 3, 4],
      published: 4,
      doc: 'm, by which the angle to the own class is multiplied',
    },
    {
      name: 'form',
      kind: 'choice',
      default: 'exact',
      choices: gradientForms,
      published: 'renormalised',
      doc: 'which gradient: the derivative, that of the SphereFace layer, or the margin not differentiated',
    },
    ...lambdaOptions(sphereFaceAnnealing),
    scale(64, null),
    normaliseFeatures(false),
  ],
  make: (values, s) => {
    const [m, lambda] = [values.margin as number, lambdaOf(values)]
    const form = values.form as GradientForm
    return {
      perLogit: true,
      loss: (x, W, labels) => aSoftmax(x, W, labels, { m, lambda, form, s }),
      renormalise: form === 'renormalised',
    }
  },
})
