import { UsageError } from '../errors.ts'
import {
  add,
  cos,
  exp,
  log,
  max,
  min,
  mul,
  type Operand,
  reduceMean,
  reduceSum,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { angle } from './angle.ts'
import { headThreshold } from './bias.ts'
import { entry, scale } from './entry.ts'
import { formOption, type MarginForm, withForm } from './margin-form.ts'
import { oneHot } from './one-hot.ts'
import { atOwnClass } from './own-class.ts'
import { softplus } from './softplus.ts'
import { type Similarity, similarityOf, subCentresOption } from './sub-centres.ts'
import { cosine } from './unit.ts'

/** Where the margin is: on the adjusted cosine of both sides (`C`), or on the own angle, added (`A`) or as a factor (`M`). */
export type SphereFace2Variant = 'C' | 'A' | 'M'

/** The numbers of SphereFace2 that the start of its bias depends on. */
export interface SphereFace2Shape {
  readonly variant?: SphereFace2Variant
  /** What the own class weighs, 0 … 1; every other class weighs the rest to 1. */
  readonly alpha?: number
  /** The scale, above 0. */
  readonly r?: number
  /** Of the cosine (C), in radians (A), or a factor (M). */
  readonly m?: number
  /** The power of the adjustment, from 1. */
  readonly t?: number
}

/**
 * SphereFace2 (Wen et al. 2022, eq. 6): C yes-or-no questions a sample instead of one among C. With g(z) = 2((z + 1)/2)^t − 1,
 * which spreads cosines over −1 … 1, the logit of a class is p = r·g(cosθ) + b, and the loss weight/r·(α·ln(1 + e^−p_y) +
 * (1 − α)·Σ_{j≠y} ln(1 + e^p_j)). The margin is for C g(cosθ_y) − m and g(cosθ_j) + m, for A the own cosine
 * cos(min(θ_y + m, π)), for M cos(min(m·θ_y, π)). The `bias` is learnt, from `sphereFace2Bias`; 0 is the threshold that is
 * learnt with it. The published gradient is `detached`. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss [].
 * @throws ShapeError
 */
export function sphereFace2(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    variant = 'C',
    alpha = 0.7,
    r = 40,
    m = 0.4,
    t = 3,
    weight = 50,
    bias,
    form = 'detached',
    similarity = cosine,
  }: SphereFace2Shape & {
    weight?: number
    bias?: Operand
    form?: MarginForm
    similarity?: Similarity
  } = {},
): Tensor {
  const c = similarity(x, W)
  const Y = oneHot(labels, c.shape[1]!)
  const adjusted = adjust(variant === 'C' ? c : atOwnClass(c, labels, (own) => turned(own, variant, m)), t)
  const margined = variant === 'C' ? sub(adjusted, mul(m, sub(mul(2, Y), 1))) : adjusted
  const b = bias ?? headThreshold(sphereFace2Bias(c.shape[1]!, { variant, alpha, r, m, t }))
  const p = add(mul(r, withForm(form, c, margined)), b)
  // −p for the own class, p for the others.
  const wrong = softplus(mul(sub(1, mul(2, Y)), p))
  const weights = add(1 - alpha, mul(Y, 2 * alpha - 1))
  return mul(weight / r, reduceMean(reduceSum(mul(weights, wrong), [1])))
}

/** Where the logarithm of (z + 1)/2 ends: what float32 still tells from 0 beside 1. */
const smallestHalf = 1e-7

/** g(z) = 2((z + 1)/2)^t − 1. */
function adjust(z: Tensor, t: number): Tensor {
  const half = mul(add(z, 1), 0.5)
  const power = Number.isInteger(t)
    ? Array.from({ length: t - 1 }).reduce<Tensor>((product) => mul(product, half), half)
    : exp(mul(t, log(max(half, smallestHalf))))
  return sub(mul(2, power), 1)
}

const turned = (own: Tensor, variant: 'A' | 'M', m: number): Tensor =>
  cos(min(variant === 'A' ? add(angle(own), m) : mul(m, angle(own)), Math.PI))

/**
 * Where the bias starts: its own gradient vanishes there while all cosines are 0, as they are before training, so that the
 * C − 1 others of each sample do not swamp the own class (Wen et al. 2022, appendix A). `classes` ≥ 2.
 */
export function sphereFace2Bias(
  classes: number,
  { variant = 'C', alpha = 0.7, r = 40, m = 0.4, t = 3 }: SphereFace2Shape = {},
): number {
  const g = (theta: number): number => 2 * ((Math.cos(Math.min(theta, Math.PI)) + 1) / 2) ** t - 1
  const right = Math.PI / 2
  const own = r * (variant === 'C' ? g(right) - m : g(variant === 'A' ? right + m : right * m))
  const other = r * (variant === 'C' ? g(right) + m : g(right))
  const z = alpha / ((1 - alpha) * (classes - 1))
  const root = Math.sqrt((1 - z) ** 2 + 4 * z * Math.exp(own - other))
  // One number in two ways: each where it subtracts nothing from its like.
  return z < 1 ? Math.log((2 * z) / (1 - z + root)) - other : Math.log((z - 1 + root) / 2) - own
}

/** SphereFace2 in the catalogue. */
export const sphereFace2Entry = entry({
  name: 'sphereface2',
  aliases: [],
  title: 'SphereFace2',
  paper: { authors: 'Wen et al.', year: 2022, equation: '6' },
  formula:
    'weight/r·(α ln(1 + e^−p_y) + (1 − α)Σ ln(1 + e^p_j)), p = r·g(cosθ) + b, g(z) = 2((z + 1)/2)^t − 1, for C with g(cosθ_y) − m and g(cosθ_j) + m',
  options: [
    {
      name: 'variant',
      kind: 'choice',
      default: 'C',
      choices: ['C', 'A', 'M'],
      published: 'C',
      doc: 'where the margin is: on the cosines (C), added to the own angle (A) or multiplying it (M)',
    },
    {
      name: 'margin',
      kind: 'number',
      default: 0.4,
      domain: { min: 0, max: 4 },
      published: 0.4,
      doc: 'm: of the cosine (C), in radians (A), or a factor from 1 (M)',
    },
    {
      name: 'alpha',
      kind: 'number',
      default: 0.7,
      domain: { min: 0.01, max: 0.99 },
      published: 0.7,
      doc: 'α, what the own class weighs; every other class weighs 1 − α',
    },
    {
      name: 'power',
      kind: 'number',
      default: 3,
      domain: { min: 1, max: 10 },
      published: 3,
      doc: 't, how far similar cosines are spread: 2((cos + 1)/2)^t − 1',
    },
    {
      name: 'weight',
      kind: 'number',
      default: 50,
      domain: { min: 0, open: true },
      published: 50,
      doc: 'multiplies the loss, which is divided by the scale',
    },
    { ...scale(40, 40), doc: 'r, the scale of the cosines' },
    formOption,
    subCentresOption(1),
  ],
  make: (values, r) => {
    const { similarity, prototypesPerClass } = similarityOf(values)
    const number = (name: string): number => values[name] as number
    const variant = values.variant as SphereFace2Variant
    const m = number('margin')
    if (variant === 'M' && m < 1)
      throw new UsageError(`sphereface2: margin of variant M must be at least 1, got ${m}`)
    const options = {
      ...{ variant, m, r: r!, alpha: number('alpha'), t: number('power'), weight: number('weight') },
      ...{ form: values.form as MarginForm, similarity },
    }
    return { bias: true, loss: (x, W, y) => sphereFace2(x, W, y, options), prototypesPerClass }
  },
})
