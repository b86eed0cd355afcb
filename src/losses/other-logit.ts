import {
  adjusted,
  complete,
  inForm,
  type LogitAt,
  type MarginLoss,
  plain,
  type TargetLogitOptions,
} from './target-logit.ts'

/**
 * The logit of another class at an angle `theta` to it, `own` from the own class (radians, 0 … π), divided by the scale, with
 * its slope by θ, in float64: cosθ under most losses. SphereFace-R v2: cos(θ/m). SphereFace2: g(cosθ), with the margin of C.
 * Circle: [cosθ + m]₊(cosθ − m), its weight not differentiated. CurricularFace: cosθ(t + cosθ) where it is above cos(own + m).
 */
export function otherLogit(
  loss: MarginLoss,
  theta: number,
  { own, ...options }: TargetLogitOptions & { readonly own: number },
): LogitAt {
  const { m, version, variant, power, form, t } = complete(loss, options)
  const cosine = plain(theta)
  if (loss === 'sphereface-r' && version === 'v2')
    return inForm(form, { value: Math.cos(theta / m), slope: -Math.sin(theta / m) / m }, theta)
  if (loss === 'sphereface2') {
    const g = adjusted(cosine, power)
    return inForm(form, variant === 'C' ? { ...g, value: g.value + m } : g, theta)
  }
  if (loss === 'circle') {
    const weight = Math.max(0, cosine.value + m)
    return { value: weight * (cosine.value - m), slope: weight * cosine.slope }
  }
  if (loss === 'curricularface' && cosine.value > Math.cos(own + m))
    return { value: cosine.value * (t + cosine.value), slope: (t + 2 * cosine.value) * cosine.slope }
  return cosine
}

/** Whether the logits of other classes are cosθ, so that where two classes part is told by the own one's alone. */
export const othersArePlain = (loss: MarginLoss, { version }: TargetLogitOptions = {}): boolean =>
  !['sphereface2', 'uniface', 'circle', 'curricularface'].includes(loss) &&
  !(loss === 'sphereface-r' && version === 'v2')
