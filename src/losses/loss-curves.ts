import { UsageError } from '../errors.ts'
import { lossNamed } from './catalogue.ts'
import { type OptionValue, resolveOptions } from './loss-options.ts'
import type { SphereFace2Variant } from './sphere-face-2.ts'
import { type MarginLoss, type TargetLogitOptions, targetLogit } from './target-logit.ts'

/** A number for each angle, 0 … π radians. */
export interface LossCurve {
  readonly name: string
  readonly at: (theta: number) => number
}

/** What a loss makes of the angle to the own class. */
export interface LossCurves {
  /** The logit of the own class, divided by s or ‖x‖; or the loss of two samples at that angle, where there are no logits. */
  readonly kind: 'logit' | 'loss'
  readonly curves: readonly LossCurve[]
}

type Values = Readonly<Record<string, OptionValue>>
type Named = readonly (readonly [name: string, options: TargetLogitOptions])[]

const plain: Named = [['cosθ', {}]]
const withMargin = ({ margin }: Values): Named => [[`m ${margin}`, { m: Number(margin) }]]

/** The mean margin, and those that 19 of 20 are within. */
const drawn = ({ margin, sigma }: Values): Named =>
  [-2, 0, 2].map((z) => {
    const m = Number(margin) + z * Number(sigma)
    return [`margin ${Number(m.toFixed(4))}`, { m }]
  })

/** Under which names and options `targetLogit` shows a loss, from its resolved options; ramps at their end. */
const logits: Readonly<Record<MarginLoss, (values: Values) => Named>> = {
  softmax: () => plain,
  nsl: () => plain,
  adacos: () => plain,
  'a-softmax': ({ margin, lambdaMin }) => [
    [`m ${margin}, no λ`, { m: Number(margin) }],
    [`m ${margin}, λ ${lambdaMin}`, { m: Number(margin), lambda: Number(lambdaMin) }],
  ],
  'l-softmax': withMargin,
  lmcl: withMargin,
  uniface: withMargin,
  arcface: withMargin,
  'sub-center-arcface': withMargin,
  curricularface: withMargin,
  circle: withMargin,
  'elasticface-arc': drawn,
  'elasticface-cos': drawn,
  'combined-margin': ({ m1, m2, m3 }) => [
    [`m1 ${m1}, m2 ${m2}, m3 ${m3}`, { m1: Number(m1), m: Number(m2), m3: Number(m3) }],
  ],
  'sphereface-r': ({ margin }) => [
    [`v1, m ${margin}`, { m: Number(margin) }],
    ['v2 (its margin is in the other classes)', { version: 'v2' }],
  ],
  sphereface2: ({ variant, margin, power }) => [
    [
      `${variant}, m ${margin}, t ${power}`,
      { variant: variant as SphereFace2Variant, m: Number(margin), power: Number(power) },
    ],
  ],
  magface: (values) => {
    const [lower, upper] = [Number(values.lowerMargin), Number(values.upperMargin)]
    const [short, long] = [Number(values.lowerNorm), Number(values.upperNorm)]
    return [0, 0.5, 1].map((share) => [
      `‖x‖ ${short + share * (long - short)}`,
      { m: lower + share * (upper - lower) },
    ])
  },
  adaface: ({ margin }) => [
    ['a long feature, ẑ 1', { m: Number(margin), quality: 1 }],
    ['a mean one, ẑ 0', { m: Number(margin) }],
    ['a short one, ẑ −1', { m: Number(margin), quality: -1 }],
  ],
}

/** The squared distance of two unit vectors at an angle. */
const apart = (theta: number): number => 2 - 2 * Math.cos(theta)

/** The losses without logits: what two samples, a triplet or a sample and its centre give, of length 1 where none is said. */
const losses: Readonly<Record<string, (values: Values) => readonly LossCurve[]>> = {
  contrastive: ({ margin }) => [
    { name: 'two of one class', at: (theta) => apart(theta) / 2 },
    {
      name: 'two of different classes',
      at: (theta) => Math.max(0, Number(margin) - Math.sqrt(apart(theta))) ** 2 / 2,
    },
  ],
  triplet: ({ margin }) =>
    [30, 60, 90].map((degrees) => ({
      name: `negative at ${degrees}°`,
      at: (theta) => Math.max(0, Number(margin) + apart(theta) - apart((degrees * Math.PI) / 180)),
    })),
  center: () =>
    [0.5, 1].map((length) => ({
      name: `a centre of length ${length}`,
      at: (theta) => (1 + length * length) / 2 - length * Math.cos(theta),
    })),
}

const hasLogit = (name: string): name is MarginLoss => name in logits

/**
 * What the loss of that name makes of the angle to the own class under `given` options, in float64: its curves, where a
 * feature's length or chance has a say several. @throws UsageError for a name that there is not, or an option outside its domain
 */
export function lossCurves(name: string, given: Readonly<Record<string, unknown>> = {}): LossCurves {
  const { name: loss, options } = lossNamed(name)
  const values = resolveOptions(options, given, { where: loss })
  if (hasLogit(loss)) {
    const curves = logits[loss](values).map(([curve, asked]) => ({
      name: curve,
      at: (theta: number) => targetLogit(loss, theta, asked).value,
    }))
    return { kind: 'logit', curves }
  }
  const curves = losses[loss]?.(values)
  if (!curves) throw new UsageError(`loss: no curve is known, got ${loss}`)
  return { kind: 'loss', curves }
}
