import { UsageError } from '../errors.ts'
import { lossNamed } from './catalogue.ts'
import { combinedTurn } from './combined-margin.ts'
import { type OptionValue, resolveOptions } from './loss-options.ts'
import { psiAt, targetLogit } from './target-logit.ts'

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

const cosine: LossCurve = { name: 'cosθ', at: Math.cos }

const arcFace =
  (m: number): LossCurve['at'] =>
  (theta) =>
    targetLogit('arcface', theta, { m }).value

const annealed =
  (m: number, lambda: number): LossCurve['at'] =>
  (theta) =>
    targetLogit('a-softmax', theta, { m, lambda }).value

const logit = (...curves: LossCurve[]): LossCurves => ({ kind: 'logit', curves })

/** The squared distance of two unit vectors at an angle. */
const apart = (theta: number): number => 2 - 2 * Math.cos(theta)

/** From resolved options to curves, in float64, by the name of the loss; none learnt, none drawn, ramps at their end. */
const byName: Readonly<Record<string, (values: Values) => LossCurves>> = {
  softmax: () => logit(cosine),
  nsl: () => logit(cosine),
  'a-softmax': ({ margin, lambdaMin }) =>
    logit(
      { name: `m ${margin}, no λ`, at: (theta) => psiAt(theta, Number(margin)).value },
      { name: `m ${margin}, λ ${lambdaMin}`, at: annealed(Number(margin), Number(lambdaMin)) },
    ),
  'l-softmax': ({ margin }) =>
    logit({ name: `m ${margin}`, at: (theta) => psiAt(theta, Number(margin)).value }),
  lmcl: ({ margin }) => logit({ name: `m ${margin}`, at: (theta) => Math.cos(theta) - Number(margin) }),
  arcface: ({ margin }) => logit({ name: `m ${margin}`, at: arcFace(Number(margin)) }),
  'sub-center-arcface': ({ margin }) => logit({ name: `m ${margin}`, at: arcFace(Number(margin)) }),
  'combined-margin': ({ m1, m2, m3 }) =>
    logit({ name: `m1 ${m1}, m2 ${m2}, m3 ${m3}`, at: combined(Number(m1), Number(m2), Number(m3)) }),
  'sphereface-r': ({ margin }) =>
    logit(
      { name: `v1, m ${margin}`, at: (theta) => Math.cos(Math.min(Number(margin) * theta, Math.PI)) },
      { name: 'v2 (its margin is in the other classes)', at: Math.cos },
    ),
  sphereface2: ({ margin, power }) =>
    logit({
      name: `C, m ${margin}, t ${power}`,
      at: (theta) => 2 * ((Math.cos(theta) + 1) / 2) ** Number(power) - 1 - Number(margin),
    }),
  'elasticface-arc': ({ margin, sigma }) => logit(...drawn(Number(margin), Number(sigma), arcFace)),
  'elasticface-cos': ({ margin, sigma }) =>
    logit(...drawn(Number(margin), Number(sigma), (m) => (theta) => Math.cos(theta) - m)),
  uniface: ({ margin }) => logit({ name: `m ${margin}`, at: (theta) => Math.cos(theta) - Number(margin) }),
  circle: ({ margin }) =>
    logit({
      name: `m ${margin}`,
      at: (theta) => (1 + Number(margin) - Math.cos(theta)) * (Math.cos(theta) - 1 + Number(margin)),
    }),
  adacos: () => logit(cosine),
  curricularface: ({ margin }) => logit({ name: `m ${margin}`, at: arcFace(Number(margin)) }),
  magface: (values) => {
    const [lower, upper] = [Number(values.lowerMargin), Number(values.upperMargin)]
    const [short, long] = [Number(values.lowerNorm), Number(values.upperNorm)]
    return logit(
      ...[0, 0.5, 1].map((share) => ({
        name: `‖x‖ ${short + share * (long - short)}`,
        at: arcFace(lower + share * (upper - lower)),
      })),
    )
  },
  adaface: ({ margin }) =>
    logit(
      ...(
        [
          [1, 'a long feature, ẑ 1'],
          [0, 'a mean one, ẑ 0'],
          [-1, 'a short one, ẑ −1'],
        ] as const
      ).map(([z, name]) => ({
        name,
        at: (theta: number) => adaFaceLogit(theta, Number(margin), z),
      })),
    ),
  contrastive: ({ margin }) => ({
    kind: 'loss',
    curves: [
      { name: 'two of one class', at: (theta) => apart(theta) / 2 },
      {
        name: 'two of different classes',
        at: (theta) => Math.max(0, Number(margin) - Math.sqrt(apart(theta))) ** 2 / 2,
      },
    ],
  }),
  triplet: ({ margin }) => ({
    kind: 'loss',
    curves: [30, 60, 90].map((degrees) => ({
      name: `negative at ${degrees}°`,
      at: (theta: number) => Math.max(0, Number(margin) + apart(theta) - apart((degrees * Math.PI) / 180)),
    })),
  }),
  center: () => ({
    kind: 'loss',
    curves: [0.5, 1].map((length) => ({
      name: `‖x‖ 1, a centre of length ${length}`,
      at: (theta: number) => (1 + length * length) / 2 - length * Math.cos(theta),
    })),
  }),
}

const combined =
  (m1: number, m2: number, m3: number): LossCurve['at'] =>
  (theta) => {
    const { angle, shift } = combinedTurn(m1, m2)
    return (theta < angle ? Math.cos(m1 * theta + m2) : Math.cos(theta) - shift) - m3
  }

/** The mean margin, and those that 19 of 20 are within. */
const drawn = (m: number, sigma: number, at: (m: number) => LossCurve['at']): LossCurve[] =>
  [-2, 0, 2].map((z) => ({ name: `margin ${Number((m + z * sigma).toFixed(4))}`, at: at(m + z * sigma) }))

const adaFaceLogit = (theta: number, m: number, z: number): number =>
  Math.cos(Math.min(Math.PI, Math.max(0, theta - m * z))) - m * z - m

/**
 * What the loss of that name makes of the angle to the own class under `given` options, in float64: its curves, where a
 * feature's length or chance has a say several. @throws UsageError for a name that there is not, or an option outside its domain
 */
export function lossCurves(name: string, given: Readonly<Record<string, unknown>> = {}): LossCurves {
  const entry = lossNamed(name)
  const curves = byName[entry.name]
  if (!curves) throw new UsageError(`loss: no curve is known, got ${entry.name}`)
  return curves(resolveOptions(entry.options, given, { where: entry.name }))
}
