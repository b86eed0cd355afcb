import { UsageError } from '../errors.ts'
import { combinedTurn } from './combined-margin.ts'
import type { MarginForm } from './margin-form.ts'
import type { SphereFace2Variant } from './sphere-face-2.ts'
import type { SphereFaceRVersion } from './sphere-face-r.ts'

/** A logit at an angle, divided by the scale, and its slope by the angle in radians, as the gradient of the loss has it. */
export interface LogitAt {
  readonly value: number
  readonly slope: number
}

/**
 * ψ of A-Softmax at an angle, with its piece and its slope, in float64 (Liu et al. 2017, eq. 6): (−1)^k cos(mθ) − 2k on
 * [kπ/m, (k+1)π/m]. `theta` in radians, 0 … π; `m` any whole number from 1. `slope` is dψ/dθ.
 * @throws UsageError
 */
export function psiAt(theta: number, m: number): LogitAt & { readonly piece: number } {
  if (!(Number.isInteger(m) && m >= 1)) throw new UsageError(`psi: m must be a whole number from 1, got ${m}`)
  const piece = Math.min(m - 1, Math.max(0, Math.floor((theta * m) / Math.PI)))
  const sign = piece % 2 === 0 ? 1 : -1
  return {
    value: sign * Math.cos(m * theta) - 2 * piece,
    piece,
    slope: -sign * m * Math.sin(m * theta),
  }
}

/** The margins of the papers; 0 where there is none. The losses of these names have a logit of the own class to show. */
export const defaultMargin = {
  softmax: 0,
  nsl: 0,
  'a-softmax': 4,
  lmcl: 0.35,
  'l-softmax': 4,
  arcface: 0.5,
  'sub-center-arcface': 0.5,
  'combined-margin': 0.4,
  'sphereface-r': 1.5,
  sphereface2: 0.4,
  'elasticface-arc': 0.5,
  'elasticface-cos': 0.35,
  uniface: 0.4,
  circle: 0.25,
  adacos: 0,
  curricularface: 0.5,
  magface: 0.45,
  adaface: 0.4,
} as const satisfies Readonly<Record<string, number>>

/** A loss as its logit of the own class shows it. */
export type MarginLoss = keyof typeof defaultMargin

/** The numbers of a loss that its logits depend on; each means something to the losses that are named, and nothing to others. */
export interface TargetLogitOptions {
  /** The margin: a factor of the angle, a cosine, or radians; the m2 of the combined margin; what a sample drew of ElasticFace; what MagFace gives a length. */
  readonly m?: number
  /** λ of A-Softmax and L-Softmax, from 0: what of cosθ is mixed in. */
  readonly lambda?: number
  /** m1 and m3 of the combined margin. */
  readonly m1?: number
  readonly m3?: number
  /** Of SphereFace-R. */
  readonly version?: SphereFaceRVersion
  /** Of SphereFace2, with its power t. */
  readonly variant?: SphereFace2Variant
  readonly power?: number
  /** Whether the margin of SphereFace-R and SphereFace2 is differentiated; not, as published, by default. */
  readonly form?: MarginForm
  /** ẑ of AdaFace, −1 … 1: how long the feature is beside others. */
  readonly quality?: number
  /** t of CurricularFace, 0 … 1. */
  readonly t?: number
}

export type Asked = Required<TargetLogitOptions>
type Curve = (theta: number, options: Asked) => LogitAt

/** The options with the published values of a loss where nothing is given; AdaFace's mean length, CurricularFace's t at first. */
export const complete = (loss: MarginLoss, options: TargetLogitOptions): Asked => ({
  m: defaultMargin[loss],
  lambda: 0,
  m1: 0.9,
  m3: 0.15,
  version: 'v1',
  variant: 'C',
  power: 3,
  form: 'detached',
  quality: 0,
  t: 0,
  ...options,
})

/** cosθ. */
export const plain = (theta: number): LogitAt => ({ value: Math.cos(theta), slope: -Math.sin(theta) })

/** cos of the angle less something, the slope that of cosθ. */
const below = (theta: number, margin: number): LogitAt => ({
  ...plain(theta),
  value: Math.cos(theta) - margin,
})

/** cos(θ + m), and past π − m cosθ − m·sin m. */
const added: Curve = (theta, { m }) =>
  theta <= Math.PI - m ? plain(theta + m) : below(theta, m * Math.sin(m))

const annealed: Curve = (theta, { m, lambda }) => {
  const psi = psiAt(theta, m)
  const mix = (of: number, margin: number): number => (lambda * of + margin) / (1 + lambda)
  const { value, slope } = plain(theta)
  return { value: mix(value, psi.value), slope: mix(slope, psi.slope) }
}

const combined: Curve = (theta, { m1, m: m2, m3 }) => {
  const { angle, shift } = combinedTurn(m1, m2)
  if (theta >= angle) return below(theta, shift + m3)
  const turned = m1 * theta + m2
  return { value: Math.cos(turned) - m3, slope: -m1 * Math.sin(turned) }
}

/** cos(min(factor·θ + turn, π)), flat from π on, with its own slope or that of cosθ. */
function held(theta: number, { factor = 1, turn = 0 }: { factor?: number; turn?: number }): LogitAt {
  const turned = factor * theta + turn
  return turned < Math.PI
    ? { value: Math.cos(turned), slope: -factor * Math.sin(turned) }
    : { value: -1, slope: 0 }
}

/** A logit with its own slope, or with that of cosθ at `theta`. */
export const inForm = (form: MarginForm, logit: LogitAt, theta: number): LogitAt =>
  form === 'exact' ? logit : { value: logit.value, slope: plain(theta).slope }

/** g of SphereFace2, 2((z + 1)/2)^t − 1 of a cosine z. */
export const adjusted = ({ value, slope }: LogitAt, t: number): LogitAt => ({
  value: 2 * ((value + 1) / 2) ** t - 1,
  slope: t * ((value + 1) / 2) ** (t - 1) * slope,
})

const sphereFace2: Curve = (theta, { variant, m, power, form }) => {
  const cosine = held(theta, variant === 'A' ? { turn: m } : variant === 'M' ? { factor: m } : {})
  const g = adjusted(cosine, power)
  return inForm(form, variant === 'C' ? { ...g, value: g.value - m } : g, theta)
}

const adaFace: Curve = (theta, { m, quality }) => {
  const turned = theta - m * quality
  const { value, slope } = plain(Math.min(Math.PI, Math.max(0, turned)))
  return { value: value - m * quality - m, slope: turned > 0 && turned < Math.PI ? slope : 0 }
}

const cosineMargin: Curve = (theta, { m }) => below(theta, m)

const curves: Readonly<Record<MarginLoss, Curve>> = {
  softmax: plain,
  nsl: plain,
  adacos: plain,
  'a-softmax': annealed,
  'l-softmax': annealed,
  lmcl: cosineMargin,
  uniface: cosineMargin,
  'elasticface-cos': cosineMargin,
  arcface: added,
  'sub-center-arcface': added,
  'elasticface-arc': added,
  curricularface: added,
  magface: added,
  'combined-margin': combined,
  'sphereface-r': (theta, { version, m, form }) =>
    version === 'v2' ? plain(theta) : inForm(form, held(theta, { factor: m }), theta),
  sphereface2: sphereFace2,
  // The weight is not differentiated.
  circle: (theta, { m }) => {
    const weight = Math.max(0, 1 + m - Math.cos(theta))
    return { value: weight * (Math.cos(theta) - 1 + m), slope: weight * -Math.sin(theta) }
  },
  adaface: adaFace,
}

/**
 * The logit of the own class at an angle `theta` to it (radians, 0 … π), divided by s or ‖x‖ (and by ‖W_y‖), and its slope by
 * θ as the loss's gradient has it, in float64: that of the value, but for what a loss does not differentiate (Circle's weights,
 * the `detached` margins). ArcFace (Deng et al. 2019): cos(θ + m), and past π − m cosθ − m·sin m, so that it goes on falling.
 * @throws UsageError
 */
export const targetLogit = (loss: MarginLoss, theta: number, options: TargetLogitOptions = {}): LogitAt =>
  curves[loss](theta, complete(loss, options))
