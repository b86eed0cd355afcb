import {
  add,
  constant,
  cos,
  div,
  equal,
  exp,
  keeping,
  kept,
  less,
  log,
  max,
  min,
  mul,
  type Operand,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { angle } from './angle.ts'
import { entry } from './entry.ts'
import { nsl } from './nsl.ts'
import { oneHot } from './one-hot.ts'
import { cosine } from './unit.ts'

/** The fixed scale of AdaCos (Zhang et al. 2019, eq. 15): √2·ln(C − 1), not below 1, which it would be with fewer than four classes. */
export const adaCosScale = (classes: number): number => Math.max(1, Math.SQRT2 * Math.log(classes - 1))

/**
 * The scale that AdaCos takes after `s` (Zhang et al. 2019, eqs. 16 and 17): ln B / cos(min(π/4, θ_med)), B the mean over the
 * batch of Σ exp(s·cosθ_j) over the other classes, θ_med the median angle to the own class (of an even number the mean of the
 * two in the middle). Not below 1, where ln B may come with few classes. Not differentiated. -> []
 */
export function nextAdaCosScale(x: Tensor, W: Tensor, labels: Tensor, { s }: { s: Operand }): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const cosθ = stopGradient(cosine(x, W))
  const θ = angle(reduceSum(mul(Y, cosθ), [1]))
  // ln of a mean of exponentials, shifted by the largest; the own class is left out by exp of the least.
  const logits = mul(s, where(less(Y, 0.5), cosθ, -2))
  const most = reduceMax(logits)
  const others = mul(sub(1, Y), exp(sub(logits, most)))
  const logB = add(log(max(reduceMean(reduceSum(others, [1])), 1e-30)), most)
  return stopGradient(max(div(logB, cos(min(median(θ), Math.PI / 4))), 1))
}

/** The median of `values` [N], []: of an even number the mean of the two in the middle. */
export function median(values: Tensor): Tensor {
  const n = values.shape[0]!
  const [column, row] = [reshape(values, [n, 1]), reshape(values, [1, n])]
  // Places from 0 by counting, for want of a sort: below it, and of its equals those that come before.
  const index = Int32Array.from({ length: n }, (_, i) => i)
  const comesFirst = less(constant(index, [1, n], 'int32'), constant(index, [n, 1], 'int32'))
  const before = where(comesFirst, where(equal(row, column), 1, 0), 0)
  const place = reduceSum(add(where(less(row, column), 1, 0), before), [1])
  const at = (k: number): Tensor => reduceSum(where(equal(place, k), values, 0))
  const [low, high] = [Math.floor((n - 1) / 2), Math.ceil((n - 1) / 2)]
  return low === high ? at(low) : mul(add(at(low), at(high)), 0.5)
}

/**
 * AdaCos (Zhang et al. 2019, eq. 14): the normalised softmax loss with a scale that the step reckons for itself, so that none
 * need be chosen; `head.scale` [] is kept, the fixed scale (`adaCosScale`) at first. `adaptive` false stays with that one.
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function adaCos(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { adaptive = true }: { adaptive?: boolean } = {},
): Tensor {
  const fixed = adaCosScale(W.shape[0]!)
  if (!adaptive) return nsl(x, W, labels, { s: fixed })
  const s = kept('head.scale', [], { init: () => Float32Array.of(fixed) })
  const next = nextAdaCosScale(x, W, labels, { s })
  return keeping(nsl(x, W, labels, { s: next }), s, next)
}

/** AdaCos in the catalogue. */
export const adaCosEntry = entry({
  name: 'adacos',
  aliases: [],
  title: 'Adaptively scaled cosine loss (AdaCos)',
  paper: { authors: 'Zhang et al.', year: 2019, equation: '14' },
  formula: 'target s·cosθ_y, others s·cosθ_j, s = ln B / cos(min(π/4, θ_med)) by the batch',
  options: [
    {
      name: 'adaptive',
      kind: 'boolean',
      default: true,
      published: true,
      doc: 's follows the batches; otherwise it stays √2·ln(C − 1)',
    },
  ],
  make: ({ adaptive }) => ({
    loss: (x, W, labels) => adaCos(x, W, labels, { adaptive: adaptive === true }),
  }),
})
