import {
  add,
  div,
  matmul,
  max,
  mul,
  type Operand,
  reduceSum,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { lambdaOf, lambdaOptions, lSoftmaxAnnealing } from './anneal.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry } from './entry.ts'
import { oneHot } from './one-hot.ts'
import { psi } from './psi.ts'
import { norm } from './unit.ts'

/**
 * Large-margin softmax loss (L-Softmax; Liu et al. 2016, eqs. 4 and 5): target logit ‖W_y‖‖x‖(λcosθ_y + ψ(θ_y))/(1 + λ),
 * others W_jᵀx, neither weights nor features normalised; m = 1, 2, 3 or 4. `lambda` ≥ 0 is a number or a scalar tensor
 * (`annealedLambda`). `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError, UsageError
 */
export function lSoftmax(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { m = 4, lambda = 0 }: { m?: number; lambda?: Operand } = {},
): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const logits = matmul(x, transpose(W))
  const own = reduceSum(mul(Y, logits), [1], { keepdims: true })
  const length = mul(norm(x), matmul(Y, norm(W)))
  // A sample whose class is not among these rows has length 0, and its ψ is not used: it must only be a number.
  const ψ = mul(length, psi(div(own, max(length, 1e-30)), m))
  const target = div(add(mul(lambda, own), ψ), add(1, lambda))
  return crossEntropy(add(logits, mul(Y, sub(target, own))), labels)
}

/** L-Softmax in the catalogue. */
export const lSoftmaxEntry = entry({
  name: 'l-softmax',
  aliases: ['lsoftmax'],
  title: 'Large-margin softmax (L-Softmax)',
  paper: { authors: 'Liu et al.', year: 2016, equation: '4' },
  formula: 'target ‖W_y‖‖x‖(λcosθ_y + ψ(θ_y))/(1 + λ), others W_jᵀx, ψ that of A-Softmax',
  options: [
    {
      name: 'margin',
      kind: 'choice',
      default: 4,
      choices: [1, 2, 3, 4],
      published: 4,
      doc: 'm, by which the angle to the own class is multiplied',
    },
    ...lambdaOptions(lSoftmaxAnnealing),
  ],
  make: (values) => {
    const options = { m: values.margin as number, lambda: lambdaOf(values) }
    return { perLogit: true, loss: (x, W, labels) => lSoftmax(x, W, labels, options) }
  },
})
