import {
  add,
  cast,
  constant,
  drawn,
  equal,
  greater,
  matmul,
  mul,
  type Operand,
  reduceSum,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import type { Random } from '../math/rng.ts'
import { addAngle } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, type LossEntry, scale } from './entry.ts'
import { marginOption, rampedMargin, rampOption } from './margin-options.ts'
import { oneHot } from './one-hot.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/** Where the margin is: added to the angle, or taken from the cosine. */
export type ElasticVariant = 'arc' | 'cos'

/** σ of ElasticFace+; public reproductions have 0.02 for `cos`. */
const plusSigma = { arc: 0.0175, cos: 0.025 } as const

/**
 * ElasticFace (Boutros et al. 2022, eqs. 6 and 7): ArcFace, or LMCL, with a margin of its own for each sample, m + σz with z
 * standard normal, drawn anew at each step. With `plus` a batch's margins go to its samples by their angles, the largest to
 * the farthest from its prototype. `m` in radians (arc) or of the cosine (cos). `x` [N, D], `W` [C, D], `labels` [N] int32 ->
 * mean loss []. @throws ShapeError
 */
export function elasticFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    variant = 'arc',
    m = variant === 'arc' ? 0.5 : 0.35,
    plus = false,
    sigma = plus ? plusSigma[variant] : 0.05,
    s = 64,
    similarity = cosine,
  }: {
    variant?: ElasticVariant
    m?: Operand
    plus?: boolean
    sigma?: number
    s?: Operand
    similarity?: Similarity
  } = {},
): Tensor {
  const c = similarity(x, W)
  const Y = oneHot(labels, c.shape[1]!)
  const own = reduceSum(mul(Y, c), [1], { keepdims: true })
  const z = plus ? stopGradient(farthestMost(own)) : anyOrder(own.shape[0]!)
  const margin = add(m, mul(sigma, z))
  const target = variant === 'arc' ? addAngle(own, margin) : sub(own, margin)
  return crossEntropy(mul(s, add(c, mul(Y, sub(target, own)))), labels)
}

/** z of each sample, in no order. */
const anyOrder = (n: number): Tensor => drawn('head.margins', [n, 1], (random) => normals(random, n))

/** z of each sample, the larger the smaller its `own` cosine [N, 1]; of equal cosines the first has the smaller. */
function farthestMost(own: Tensor): Tensor {
  const n = own.shape[0]!
  const sorted = drawn('head.margins', [n, 1], (random) => normals(random, n).sort())
  const row = reshape(own, [1, n])
  // How many are nearer, and how many of those that are as near come before: the place in the order.
  const earlier = constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % n < Math.floor(i / n) ? 1 : 0)),
    [n, n],
  )
  const ahead = where(greater(row, own), 1, where(equal(row, own), earlier, 0))
  return matmul(oneHot(cast(reduceSum(ahead, [1]), 'int32'), n), sorted)
}

const normals = (random: Random, n: number): Float32Array =>
  Float32Array.from({ length: n }, () => random.normal())

/** An entry of the catalogue for either variant. */
const elasticEntry = (variant: ElasticVariant): LossEntry =>
  entry({
    name: `elasticface-${variant}`,
    aliases: variant === 'arc' ? ['elasticface'] : [],
    title: variant === 'arc' ? 'ElasticFace-Arc' : 'ElasticFace-Cos',
    paper: { authors: 'Boutros et al.', year: 2022, equation: variant === 'arc' ? '6' : '7' },
    formula:
      variant === 'arc'
        ? 'target s·cos(θ_y + m + σz), others s·cosθ_j, z standard normal, drawn for each sample'
        : 'target s(cosθ_y − m − σz), others s·cosθ_j, z standard normal, drawn for each sample',
    options: [
      variant === 'arc'
        ? marginOption(0.5, { max: 2, doc: 'mean margin in radians, added to the angle to the own class' })
        : marginOption(0.35, { max: 2, doc: 'mean margin, taken from the cosine to the own class' }),
      rampOption,
      {
        name: 'sigma',
        kind: 'number',
        default: 0.05,
        domain: { min: 0 },
        published: 0.05,
        doc: 'σ, the standard deviation of margins',
        under: { option: 'plus', is: true, default: plusSigma[variant] },
      },
      {
        name: 'plus',
        kind: 'boolean',
        default: false,
        published: false,
        doc: 'give the larger margins of a batch to the samples farther from their prototypes',
      },
      scale(64, 64),
      subCentresOption(1),
    ],
    make: (values, s) => {
      const { similarity, prototypesPerClass } = similarityOf(values)
      const [sigma, plus, m] = [values.sigma as number, values.plus === true, rampedMargin(values)]
      const options = { variant, m, sigma, plus, s: s!, similarity }
      // Sorted by angle, margins depend on the other samples' prototypes.
      return { perLogit: !plus, loss: (x, W, y) => elasticFace(x, W, y, options), prototypesPerClass }
    },
  })

/** ElasticFace-Arc in the catalogue. */
export const elasticArcEntry = elasticEntry('arc')

/** ElasticFace-Cos in the catalogue. */
export const elasticCosEntry = elasticEntry('cos')
