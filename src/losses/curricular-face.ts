import {
  add,
  cos,
  greater,
  keeping,
  kept,
  mul,
  type Operand,
  reduceMean,
  reduceSum,
  sin,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { addAngle, sine } from './angle.ts'
import { crossEntropy } from './cross-entropy.ts'
import { averageRate, entry, scale } from './entry.ts'
import { marginOption, rampedMargin, rampOption } from './margin-options.ts'
import { oneHot } from './one-hot.ts'
import { cosine } from './unit.ts'

/**
 * CurricularFace (Huang et al. 2020, eqs. 4 and 8): target logit s·cos(θ_y + m), s(cosθ_y − m·sin m) past π − m; the others
 * s·cosθ_j, but s·cosθ_j(t + cosθ_j) for those above cos(θ_y + m): hard ones count little at first and more as `t` grows.
 * `x` [N, D], `W` [C, D], `labels` [N] int32, `t` [] from 0 to 1 (`curriculum`) -> mean loss []. @throws ShapeError
 */
export function curricularFace(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { s = 64, m = 0.5, t }: { s?: Operand; m?: Operand; t: Operand },
): Tensor {
  const Y = oneHot(labels, W.shape[0]!)
  const cosθ = cosine(x, W)
  const c = reduceSum(mul(Y, cosθ), [1], { keepdims: true })
  // What is hard is told by cos(θ_y + m) itself, past π − m too (as released).
  const limit = sub(mul(c, cos(m)), mul(sine(c), sin(m)))
  const others = where(greater(cosθ, limit), mul(cosθ, add(t, cosθ)), cosθ)
  return crossEntropy(mul(s, add(others, mul(Y, sub(addAngle(c, m), others)))), labels)
}

/**
 * The loss that keeps its own t (eq. 9), `head.t` [], 0 at first: the mean cosine to the own class, averaged over steps with
 * weight `alpha` for the newest, whose share is in the t that the step uses (as released). As `curricularFace`.
 */
export function curricularFaceKept(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { alpha = 0.01, ...options }: { s?: Operand; m?: Operand; alpha?: number } = {},
): Tensor {
  const t = kept('head.t', [], { init: () => new Float32Array(1) })
  const own = reduceMean(reduceSum(mul(oneHot(labels, W.shape[0]!), cosine(x, W)), [1]))
  const next = stopGradient(add(mul(alpha, own), mul(1 - alpha, t)))
  return keeping(curricularFace(x, W, labels, { ...options, t: next }), t, next)
}

/** CurricularFace in the catalogue. */
export const curricularFaceEntry = entry({
  name: 'curricularface',
  aliases: ['curricular'],
  title: 'Adaptive curriculum learning loss (CurricularFace)',
  paper: { authors: 'Huang et al.', year: 2020, equation: '4' },
  formula: 'target s·cos(θ_y + m), others s·cosθ_j, s·cosθ_j(t + cosθ_j) where they are above cos(θ_y + m)',
  options: [
    marginOption(0.5, { max: 2, doc: 'm in radians, which is added to the angle to the own class' }),
    rampOption,
    scale(64, 64),
    averageRate('curriculumRate', 't, the mean cosine to the own class'),
  ],
  make: (values, s) => {
    const m = rampedMargin(values)
    const alpha = values.curriculumRate as number
    return { loss: (x, W, labels) => curricularFaceKept(x, W, labels, { s: s!, m, alpha }) }
  },
})
