import { type MarginLoss, type TargetLogitOptions, targetLogit } from './target-logit.ts'

export interface AngleGradientOptions extends TargetLogitOptions {
  /** The scale, or ‖x‖ where features keep their length. */
  readonly s?: number
  /** Classes in all, from 2. The own and the nearest span a plane in which the sample turns; the others are at right angles to it. */
  readonly classes?: number
  /** The angle between the own class and the nearest, in radians, 0 … π. */
  readonly between?: number
}

/**
 * How a sample at angle `theta` (radians, 0 … `between`) from its own class towards the nearest is pulled, in float64: its
 * posterior, its loss, and dL/dθ, which is ‖x‖ times the part of ∂L/∂x that turns the sample. @throws UsageError
 */
export function angleGradient(
  loss: MarginLoss,
  theta: number,
  { s = 30, classes = 2, between = Math.PI / 2, ...margin }: AngleGradientOptions = {},
): { readonly loss: number; readonly posterior: number; readonly slope: number } {
  const target = targetLogit(loss, theta, margin)
  const logits = [s * target.value, s * Math.cos(between - theta), 0]
  const most = Math.max(...logits)
  const [own, near, rest] = logits.map((logit) => Math.exp(logit - most)) as [number, number, number]
  const total = own + near + (classes - 2) * rest
  const others = near + (classes - 2) * rest
  return {
    loss: most - logits[0]! + Math.log(total),
    posterior: own / total,
    // 1 − p as a sum of the others: it keeps its digits where p is close to 1.
    slope: s * (-(others / total) * target.slope + (near / total) * Math.sin(between - theta)),
  }
}
