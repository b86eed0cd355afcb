import { UsageError } from '../errors.ts'
import {
  add,
  div,
  exp,
  greater,
  log,
  max,
  mul,
  neg,
  type Operand,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, scale } from './entry.ts'
import { marginOption } from './margin-options.ts'
import { pairCosines } from './metrics.ts'
import { oneHot } from './one-hot.ts'
import { softplus } from './softplus.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/** γ·α_p(s_p − Δ_p) with α_p = [1 + m − s_p]₊, Δ_p = 1 − m, for the similarity to the own class; α is not differentiated. */
const ownLogit = (c: Tensor, { m, gamma }: { m: number; gamma: Operand }): Tensor =>
  mul(gamma, mul(stopGradient(relu(sub(1 + m, c))), sub(c, 1 - m)))

/** γ·α_n(s_n − Δ_n) with α_n = [s_n + m]₊, Δ_n = m, for the similarity to another. */
const otherLogit = (c: Tensor, { m, gamma }: { m: number; gamma: Operand }): Tensor =>
  mul(gamma, mul(stopGradient(relu(add(c, m))), sub(c, m)))

/**
 * Circle loss with class labels (Sun et al. 2020, eqs. 6 to 8 for one own prototype): cross-entropy of logits whose every
 * cosine is weighted by how far it is from its optimum, 1 + m for the own class and −m for others. `gamma` is the scale.
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function circle(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    m = 0.25,
    gamma = 256,
    similarity = cosine,
  }: { m?: number; gamma?: Operand; similarity?: Similarity } = {},
): Tensor {
  const c = similarity(x, W)
  const Y = oneHot(labels, c.shape[1]!)
  const options = { m, gamma }
  return crossEntropy(where(greater(Y, 0), ownLogit(c, options), otherLogit(c, options)), labels)
}

/**
 * Circle loss with pair labels (Sun et al. 2020, eq. 6): each sample against the others of its batch, ln(1 + Σ_n e^(γα_n(s_n −
 * Δ_n))·Σ_p e^(−γα_p(s_p − Δ_p))) over its own people's images p and all others n; the mean over the samples that have
 * both, 0 where none has. No prototypes. `x` [N, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function circlePairs(
  x: Tensor,
  labels: Tensor,
  { m = 0.25, gamma = 256 }: { m?: number; gamma?: Operand } = {},
): Tensor {
  const { cosθ: c, positive: same, self } = pairCosines(x, labels)
  const other = sub(sub(1, same), self)
  const p = logSumExp(neg(ownLogit(c, { m, gamma })), same)
  const q = logSumExp(otherLogit(c, { m, gamma }), other)
  const both = mul(reduceMax(same, [1]), reduceMax(other, [1]))
  const loss = where(greater(both, 0), softplus(add(p, q)), 0)
  return div(reduceSum(loss), max(reduceSum(both), 1))
}

/** ln Σ_j mask·e^z of each row; where a row's mask is empty, any finite number. */
function logSumExp(z: Tensor, mask: Tensor): Tensor {
  const shown = where(greater(mask, 0), z, -1e6)
  const top = stopGradient(reduceMax(shown, [1], { keepdims: true }))
  return add(reshape(top, [z.shape[0]!]), log(reduceSum(exp(sub(shown, top)), [1])))
}

/** Circle loss in the catalogue. */
export const circleEntry = entry({
  name: 'circle',
  aliases: [],
  title: 'Circle loss',
  paper: { authors: 'Sun et al.', year: 2020, equation: '6' },
  formula:
    'target γ[1 + m − cosθ_y]₊(cosθ_y − 1 + m), others γ[cosθ_j + m]₊(cosθ_j − m), what is in brackets not differentiated',
  options: [
    {
      name: 'form',
      kind: 'choice',
      default: 'class',
      choices: ['class', 'pair'],
      published: null,
      doc: 'against the prototypes of classes, or against the other samples of a batch, which must hold several a person',
    },
    { ...marginOption(0.25, { max: 1, doc: 'm, how far from their optimum cosines may stay' }) },
    { ...scale(256, 256), doc: 'γ, the scale' },
    subCentresOption(1),
  ],
  make: (values, gamma) => {
    const options = { m: values.margin as number, gamma: gamma! }
    if (values.form === 'pair' && values.subCentres !== 1)
      throw new UsageError(`circle: subCentres needs form class, got form pair and ${values.subCentres}`)
    if (values.form === 'pair')
      return {
        loss: (x, _, y) => circlePairs(x, y, options),
        usesPrototypes: false,
        comparesPairs: true,
      }
    const { similarity, prototypesPerClass } = similarityOf(values)
    return {
      perLogit: true,
      loss: (x, W, y) => circle(x, W, y, { ...options, similarity }),
      prototypesPerClass,
    }
  },
})
