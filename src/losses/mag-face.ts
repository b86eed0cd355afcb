import { UsageError } from '../errors.ts'
import {
  add,
  div,
  max,
  min,
  mul,
  type Operand,
  reduceMean,
  reduceSum,
  sub,
  type Tensor,
} from '../graph/index.ts'
import { addAngle } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { entry, fromZero, scale } from './entry.ts'
import type { LossOption } from './loss-options.ts'
import { oneHot } from './one-hot.ts'
import { cosine, norm } from './unit.ts'

/** What MagFace makes of ‖x‖. */
export interface MagFaceOptions {
  readonly s?: Operand
  /** l_a and u_a: lengths of features are taken as if they were within. */
  readonly lowerNorm?: number
  readonly upperNorm?: number
  /** Margins in radians at l_a and u_a, and in a straight line between them. */
  readonly lowerMargin?: number
  readonly upperMargin?: number
  /** λ_g, the weight of the regulariser. */
  readonly lambda?: number
}

/**
 * MagFace (Meng et al. 2021, eqs. 4 and 5): ArcFace whose margin m(a) grows with the length a of the feature, so that length
 * comes to tell quality, and the regulariser λ_g(1/a + a/u_a²), which draws easy samples to long features. a is ‖x‖ held to
 * l_a … u_a. `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function magFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  {
    s = 64,
    lowerNorm = 10,
    upperNorm = 110,
    lowerMargin = 0.45,
    upperMargin = 0.8,
    lambda = 35,
  }: MagFaceOptions = {},
): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const cosθ = cosine(x, W)
  const c = reduceSum(mul(Y, cosθ), [1], { keepdims: true })
  const a = min(max(norm(x), lowerNorm), upperNorm)
  const m = add(lowerMargin, mul((upperMargin - lowerMargin) / (upperNorm - lowerNorm), sub(a, lowerNorm)))
  const logits = mul(s, add(cosθ, mul(Y, sub(addAngle(c, m), c))))
  const g = add(div(1, a), mul(1 / upperNorm ** 2, a))
  return add(crossEntropy(logits, labels), mul(lambda, reduceMean(g)))
}

/**
 * The least λ_g for which a sample at its class centre has its best length within l_a … u_a (Meng et al. 2021, appendix):
 * s·K/(1/l_a² − 1/u_a²), K the slope of the margin.
 */
export const leastLambdaG = ({
  s,
  lowerNorm,
  upperNorm,
  lowerMargin,
  upperMargin,
}: Required<Omit<MagFaceOptions, 'lambda' | 's'>> & { readonly s: number }): number =>
  (s * (upperMargin - lowerMargin)) / (upperNorm - lowerNorm) / (1 / lowerNorm ** 2 - 1 / upperNorm ** 2)

const length = (name: string, value: number, doc: string): LossOption => ({
  name,
  kind: 'number',
  default: value,
  domain: { min: 0, open: true },
  published: value,
  doc,
})

const margin = (name: string, value: number, doc: string): LossOption => ({
  name,
  kind: 'number',
  default: value,
  domain: { min: 0, max: 2 },
  published: value,
  doc,
})

/** MagFace in the catalogue. */
export const magFaceEntry = entry({
  name: 'magface',
  aliases: [],
  title: 'Magnitude aware margin (MagFace)',
  paper: { authors: 'Meng et al.', year: 2021, equation: '4' },
  formula: 'target s·cos(θ_y + m(‖x‖)), others s·cosθ_j, besides λ_g(1/‖x‖ + ‖x‖/u_a²)',
  options: [
    length('lowerNorm', 10, 'l_a, the length of a feature that counts as the shortest'),
    length('upperNorm', 110, 'u_a, the length that counts as the longest'),
    margin('lowerMargin', 0.45, 'l_m in radians, the margin of the shortest features'),
    margin('upperMargin', 0.8, 'u_m in radians, the margin of the longest'),
    fromZero('lambdaG', 35, { doc: 'λ_g, the weight of the regulariser that makes features long' }),
    scale(64, 64),
  ],
  make: (values, s) => {
    const number = (name: string): number => values[name] as number
    const [lowerNorm, upperNorm] = [number('lowerNorm'), number('upperNorm')]
    const [lowerMargin, upperMargin] = [number('lowerMargin'), number('upperMargin')]
    if (upperNorm <= lowerNorm)
      throw new UsageError(`magface: upperNorm must be above lowerNorm ${lowerNorm}, got ${upperNorm}`)
    if (upperMargin < lowerMargin)
      throw new UsageError(
        `magface: upperMargin must not be below lowerMargin ${lowerMargin}, got ${upperMargin}`,
      )
    const options = { s: s!, lowerNorm, upperNorm, lowerMargin, upperMargin }
    const lambda = number('lambdaG')
    const least = leastLambdaG(options)
    return {
      perLogit: true,
      loss: (x, W, labels) => magFace(x, W, labels, { ...options, lambda }),
      warnings: () =>
        lambda < least
          ? [
              `magface: with these margins even easy samples are best short where lambdaG is below ${least.toFixed(2)}, got ${lambda}`,
            ]
          : [],
    }
  },
})
