import { UsageError } from '../errors.ts'

/** A loss as its logit of the own class shows it. ArcFace is here as a formula, for comparison. */
export type MarginLoss = 'softmax' | 'nsl' | 'a-softmax' | 'lmcl' | 'arcface'

/**
 * ψ of A-Softmax at an angle, with its piece and its slope, in float64 (Liu et al. 2017, eq. 6): (−1)^k cos(mθ) − 2k on
 * [kπ/m, (k+1)π/m]. `theta` in radians, 0 … π; `m` any whole number from 1. `slope` is dψ/dθ.
 * @throws UsageError
 */
export function psiAt(
  theta: number,
  m: number,
): { readonly value: number; readonly piece: number; readonly slope: number } {
  if (!(Number.isInteger(m) && m >= 1)) throw new UsageError(`psi: m must be a whole number from 1, got ${m}`)
  const piece = Math.min(m - 1, Math.max(0, Math.floor((theta * m) / Math.PI)))
  const sign = piece % 2 === 0 ? 1 : -1
  return {
    value: sign * Math.cos(m * theta) - 2 * piece,
    piece,
    slope: -sign * m * Math.sin(m * theta),
  }
}

export interface TargetLogitOptions {
  /** The margin: a factor of the angle (A-Softmax), a cosine (LMCL), radians (ArcFace); the others have none. */
  readonly m?: number
  /** λ of A-Softmax, from 0: what of cosθ is mixed in. */
  readonly lambda?: number
}

/**
 * The logit of the own class at an angle `theta` to it (radians, 0 … π), divided by s or ‖x‖ (and by ‖W_y‖), and its slope by
 * θ, in float64. Softmax and NSL: cosθ. A-Softmax: (λcosθ + ψ(θ))/(1 + λ). LMCL: cosθ − m. ArcFace (Deng et al. 2019):
 * cos(θ + m), and past π − m cosθ − m·sin m, so that it goes on falling. @throws UsageError
 */
export function targetLogit(
  loss: MarginLoss,
  theta: number,
  { m = defaultMargin[loss], lambda = 0 }: TargetLogitOptions = {},
): { readonly value: number; readonly slope: number } {
  const [cosine, slope] = [Math.cos(theta), -Math.sin(theta)]
  switch (loss) {
    case 'softmax':
    case 'nsl':
      return { value: cosine, slope }
    case 'a-softmax': {
      const psi = psiAt(theta, m)
      return {
        value: (lambda * cosine + psi.value) / (1 + lambda),
        slope: (lambda * slope + psi.slope) / (1 + lambda),
      }
    }
    case 'lmcl':
      return { value: cosine - m, slope }
    case 'arcface':
      return theta <= Math.PI - m
        ? { value: Math.cos(theta + m), slope: -Math.sin(theta + m) }
        : { value: cosine - m * Math.sin(m), slope }
  }
}

/** The margins of the papers; 0 where there is none. */
export const defaultMargin: Readonly<Record<MarginLoss, number>> = {
  softmax: 0,
  nsl: 0,
  'a-softmax': 4,
  lmcl: 0.35,
  arcface: 0.5,
}
