import { lossNamed } from './catalogue.ts'
import { type OptionValue, resolveOptions } from './loss-options.ts'
import type { SphereFace2Variant } from './sphere-face-2.ts'
import { defaultMargin, type MarginLoss, type TargetLogitOptions } from './target-logit.ts'

/** A loss under one choice of what its logit of the own class depends on besides the angle. */
export interface MarginCurve {
  /** The choice in words. */
  readonly name: string
  readonly loss: MarginLoss
  readonly options: TargetLogitOptions
}

type Values = Readonly<Record<string, OptionValue>>
type Choice = Omit<MarginCurve, 'loss'>

const cosine = (): Choice[] => [{ name: 'cosθ', options: {} }]
const oneMargin = ({ margin: m }: Values): Choice[] => [{ name: `m ${m}`, options: { m: Number(m) } }]

/** The mean margin, and those that 19 of 20 are within. */
const drawn = ({ margin, sigma }: Values): Choice[] =>
  [-2, 0, 2].map((z) => {
    const m = Number((Number(margin) + z * Number(sigma)).toFixed(4))
    return { name: `margin ${m}`, options: { m } }
  })

/** From the values of a loss's options, and what they are where others are given besides. */
type Choices = (values: Values, under: (more: Values) => Values) => Choice[]

const byName: Readonly<Record<MarginLoss, Choices>> = {
  softmax: cosine,
  nsl: cosine,
  adacos: cosine,
  'a-softmax': ({ margin, lambdaMin }) => {
    const m = Number(margin)
    return [
      { name: `m ${m}, no λ`, options: { m } },
      { name: `m ${m}, λ ${lambdaMin}`, options: { m, lambda: Number(lambdaMin) } },
    ]
  },
  'l-softmax': oneMargin,
  lmcl: oneMargin,
  arcface: oneMargin,
  'sub-center-arcface': oneMargin,
  uniface: oneMargin,
  circle: oneMargin,
  curricularface: oneMargin,
  'combined-margin': ({ m1, m2, m3 }) => [
    { name: `m1 ${m1}, m2 ${m2}, m3 ${m3}`, options: { m1: Number(m1), m: Number(m2), m3: Number(m3) } },
  ],
  'sphereface-r': (_, under) => [
    {
      name: `v1, m ${under({ version: 'v1' }).margin}`,
      options: { version: 'v1', m: Number(under({ version: 'v1' }).margin) },
    },
    {
      name: 'v2 (its margin is in the other classes)',
      options: { version: 'v2', m: Number(under({ version: 'v2' }).margin) },
    },
  ],
  sphereface2: ({ variant, margin, power }) => [
    {
      name: `${variant}, m ${margin}, t ${power}`,
      options: { variant: variant as SphereFace2Variant, m: Number(margin), power: Number(power) },
    },
  ],
  'elasticface-arc': drawn,
  'elasticface-cos': drawn,
  magface: ({ lowerMargin, upperMargin, lowerNorm, upperNorm }) =>
    [0, 0.5, 1].map((share) => {
      const between = (low: unknown, high: unknown): number =>
        Number(low) + share * (Number(high) - Number(low))
      return {
        name: `‖x‖ ${between(lowerNorm, upperNorm)}`,
        options: { m: between(lowerMargin, upperMargin) },
      }
    }),
  adaface: ({ margin: m }) =>
    (
      [
        [1, 'a long feature, ẑ 1'],
        [0, 'a mean one, ẑ 0'],
        [-1, 'a short one, ẑ −1'],
      ] as const
    ).map(([quality, name]) => ({ name, options: { m: Number(m), quality } })),
}

const hasLogit = (name: string): name is MarginLoss => Object.hasOwn(defaultMargin, name)

/**
 * The loss of that name under `given` options as `targetLogit` and `angleGradient` take it: where a feature's length or chance
 * has a say several times; ramps at their end. None where the loss has no logits (contrastive, triplet, center).
 * @throws UsageError for a name that there is not, or an option outside its domain
 */
export function marginCurves(name: string, given: Readonly<Record<string, unknown>> = {}): MarginCurve[] {
  const entry = lossNamed(name)
  const { name: loss } = entry
  if (!hasLogit(loss)) return []
  const under = (more: Values): Values =>
    resolveOptions(entry.options, { ...given, ...more }, { where: loss })
  return byName[loss](under({}), under).map((choice) => ({ ...choice, loss }))
}
