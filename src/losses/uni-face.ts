import {
  add,
  drawn,
  max,
  mul,
  neg,
  type Operand,
  reduceMax,
  reduceMean,
  reduceSum,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { permutation } from '../math/rng.ts'
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
 * `uniFaceBias`: b/s is the cosine at which two faces are one person's. With a `ratio` r below 1 the others are of r·C classes,
 * rounded up, drawn anew at each step, and of those of the batch: fewer others weigh the own class against them. `x` [N, D],
 * `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function uniFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    m = 0.4,
    weight = 1,
    ratio = 1,
    bias,
    similarity = cosine,
  }: {
    s?: Operand
    m?: Operand
    weight?: number
    ratio?: number
    bias?: Operand
    similarity?: Similarity
  } = {},
): Tensor {
  const c = similarity(x, W)
  const classes = c.shape[1]!
  const Y = oneHot(labels, classes)
  const above = sub(mul(s, sub(c, mul(m, Y))), bias ?? headThreshold(uniFaceBias(classes, { ratio })))
  // Own cosines must be above the threshold, others below.
  const own = mul(Y, softplus(neg(above)))
  const others = mul(sub(1, Y), softplus(above))
  const counted = ratio < 1 ? mul(others, someClasses(Y, ratio)) : others
  return reduceMean(reduceSum(add(own, mul(weight, counted)), [1]))
}

/** 1 for the classes of the batch and a share `ratio` of all, 0 for the rest: [1, C], the same for every sample. */
function someClasses(Y: Tensor, ratio: number): Tensor {
  const classes = Y.shape[1]!
  const count = Math.ceil(ratio * classes)
  const mask = drawn('head.negatives', [1, classes], (random) =>
    Float32Array.from(permutation(classes, random), (place) => Number(place < count)),
  )
  return max(mask, reduceMax(Y, [0], { keepdims: true }))
}

/**
 * Where the bias starts: ln(10·C·r), so that the others of each sample, C − 1 or a share r of them, do not swamp the own class
 * at first (as released).
 */
export const uniFaceBias = (classes: number, { ratio = 1 }: { ratio?: number } = {}): number =>
  Math.log(10 * classes * ratio)

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
    {
      name: 'negativeRatio',
      kind: 'number',
      default: 1,
      domain: { min: 0, max: 1, open: true },
      published: 1,
      doc: 'r, the share of classes, drawn anew at each step, that a sample is told from besides those of its batch',
    },
    scale(64, 64),
    subCentresOption(1),
  ],
  make: (values, s) => {
    const { similarity, prototypesPerClass } = similarityOf(values)
    const options = {
      s: s!,
      m: rampedMargin(values),
      weight: values.weight as number,
      ratio: values.negativeRatio as number,
      similarity,
    }
    return { bias: true, loss: (x, W, y) => uniFace(x, W, y, options), prototypesPerClass }
  },
})
