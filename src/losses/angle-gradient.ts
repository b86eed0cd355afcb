import { otherLogit } from './other-logit.ts'
import { sphereFace2Bias } from './sphere-face-2.ts'
import { type LogitAt, type MarginLoss, type TargetLogitOptions, targetLogit } from './target-logit.ts'
import { uniFaceBias } from './uni-face.ts'

export interface AngleGradientOptions extends TargetLogitOptions {
  /** The scale, or ‖x‖ where features keep their length. */
  readonly s?: number
  /** Classes in all, from 2. The own and the nearest span a plane in which the sample turns; the others are at right angles to it. */
  readonly classes?: number
  /** The angle between the own class and the nearest, in radians, 0 … π. */
  readonly between?: number
  /** What is added to all logits (SphereFace2) or taken from them (UniFace): where it starts by default. */
  readonly bias?: number
}

/** A loss at an angle: its value, its slope by the angle, and how sure it is of the own class, 0 … 1. */
export interface AngleGradient {
  readonly loss: number
  readonly posterior: number
  readonly slope: number
}

/** The logits of the own class, the nearest, and each of `rest` others; slopes by the angle to the own class. */
interface Logits {
  readonly own: LogitAt
  readonly near: LogitAt
  readonly other: LogitAt
  readonly rest: number
}

/**
 * How a sample at angle `theta` (radians, 0 … `between`) from its own class towards the nearest is pulled, in float64: its
 * posterior (under SphereFace2 and UniFace the answer to its own yes-or-no question), its loss, and dL/dθ, which is ‖x‖ times
 * the part of ∂L/∂x that turns the sample. Of MagFace without its regulariser; of SphereFace2 with weight 50 and α 0.7.
 * @throws UsageError
 */
export function angleGradient(
  loss: MarginLoss,
  theta: number,
  { s = 30, classes = 2, between = Math.PI / 2, bias, ...margin }: AngleGradientOptions = {},
): AngleGradient {
  const scaled = ({ value, slope }: LogitAt, towards = 1): LogitAt => ({
    value: s * value,
    slope: s * towards * slope,
  })
  const at = (angle: number): LogitAt => otherLogit(loss, angle, { own: theta, ...margin })
  const logits: Logits = {
    own: scaled(targetLogit(loss, theta, margin)),
    // As the sample turns away from its own class, the angle to the nearest closes.
    near: scaled(at(between - theta), -1),
    other: scaled(at(Math.PI / 2), 0),
    rest: classes - 2,
  }
  if (loss === 'uniface') return ofQuestions(logits, { bias: -(bias ?? uniFaceBias(classes)) })
  if (loss === 'sphereface2') {
    const [own, others] = [(50 * 0.7) / s, (50 * 0.3) / s]
    const { variant = 'C', m, power: t } = margin
    const start = sphereFace2Bias(classes, { variant, r: s, ...(m !== undefined && { m }), ...(t && { t }) })
    return ofQuestions(logits, { bias: bias ?? start, own, others })
  }
  return ofChoice(logits)
}

/** Cross-entropy: one question among all classes. */
function ofChoice({ own, near, other, rest }: Logits): AngleGradient {
  const most = Math.max(own.value, near.value, other.value)
  const [a, b, c] = [own, near, other].map(({ value }) => Math.exp(value - most)) as [number, number, number]
  const total = a + b + rest * c
  const others = b + rest * c
  return {
    loss: most - own.value + Math.log(total),
    posterior: a / total,
    // 1 − p as a sum of the others: it keeps its digits where p is close to 1.
    slope: -(others / total) * own.slope + (b / total) * near.slope,
  }
}

/** A yes-or-no question a class, with weights for the own one and for each other. */
function ofQuestions(
  { own, near, other, rest }: Logits,
  { bias, own: weight = 1, others = 1 }: { bias: number; own?: number; others?: number },
): AngleGradient {
  const wrong = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
  const share = (z: number): number => 1 / (1 + Math.exp(-z))
  const [p, q, r] = [own, near, other].map(({ value }) => value + bias) as [number, number, number]
  return {
    loss: weight * wrong(-p) + others * (wrong(q) + rest * wrong(r)),
    posterior: share(p),
    slope: -weight * share(-p) * own.slope + others * share(q) * near.slope,
  }
}
