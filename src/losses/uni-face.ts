import { add, mul, neg, type Operand, reduceMean, reduceSum, sub, type Tensor } from '../graph/index.ts'
import { headThreshold } from './bias.ts'
import { entry, fromZero, scale } from './entry.ts'
import { marginOption, rampedMargin, rampOption } from './margin-options.ts'
import { oneHot } from './one-hot.ts'
import { softplus } from './softplus.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/**
 * Unified cross-entropy (UniFace; Zhou et al. 2023, eq. 13): one threshold for all, which own cosines have to pass and others
 * must stay below: ln(1 + e^(b − s(cosθ_y − m))) + weight·Σ_{j≠y} ln(1 + e^(s·cosθ_j − b)). The `bias` b is learnt, from
 * `uniFaceBias`: b/s is the cosine at which two faces are one person's. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean
 * loss []. @throws ShapeError
 */
export function uniFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    m = 0.4,
    weight = 1,
    bias,
    similarity = cosine,
  }: { s?: Operand; m?: Operand; weight?: number; bias?: Operand; similarity?: Similarity } = {},
): Tensor {
  const c = similarity(x, W)
  const Y = oneHot(labels, c.shape[1]!)
  const above = sub(mul(s, sub(c, mul(m, Y))), bias ?? headThreshold(uniFaceBias(c.shape[1]!)))
  // Own cosines must be above the threshold, others below.
  const own = mul(Y, softplus(neg(above)))
  const others = mul(sub(1, Y), softplus(above))
  return reduceMean(reduceSum(add(own, mul(weight, others)), [1]))
}

/** Where the bias starts: ln(10·C), so that the C − 1 others of each sample do not swamp the own class at first. */
export const uniFaceBias = (classes: number): number => Math.log(10 * classes)

/** UniFace in the catalogue. */
export const uniFaceEntry = entry({
  name: 'uniface',
  aliases: [],
  title: 'Unified cross-entropy (UniFace)',
  paper: { authors: 'Zhou et al.', year: 2023, equation: '13' },
  formula: 'ln(1 + e^(b − s(cosθ_y − m))) + weight·Σ ln(1 + e^(s·cosθ_j − b)), b is learnt',
  options: [
    marginOption(0.4, { max: 2, doc: 'm, which is taken from the cosine to the own class' }),
    rampOption,
    fromZero('weight', 1, { doc: 'λ, what the other classes weigh' }),
    scale(64, 64),
    subCentresOption(1),
  ],
  make: (values, s) => {
    const { similarity, prototypesPerClass } = similarityOf(values)
    const options = { s: s!, m: rampedMargin(values), weight: values.weight as number, similarity }
    return { bias: true, loss: (x, W, y) => uniFace(x, W, y, options), prototypesPerClass }
  },
})
