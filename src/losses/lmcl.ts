import { mul, type Operand, scheduled, sub, type Tensor } from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'
import { oneHot } from './one-hot.ts'
import { cosine, norm } from './unit.ts'

/**
 * Large margin cosine loss (Wang et al. 2018, eq. 4): target logit s(cosθ_y − m), others s·cosθ_j. With `s` = null features
 * keep their length, ‖x‖ in place of s (start that one from a softmax model). `m` may be a scalar tensor (`marginRamp`).
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function lmcl(
  x: Tensor,
  W: Tensor,
  labels: Tensor,
  { s = 64, m = 0.35 }: { s?: Operand | null; m?: Operand } = {},
): Tensor {
  const margin = mul(m, oneHot(labels, W.shape[0]!))
  return crossEntropy(mul(s ?? norm(x), sub(cosine(x, W), margin)), labels)
}

/** A margin that grows in a straight line to `m` over the first `steps` steps (m/steps at the first), then stays: []. */
export const marginRamp = (m: number, steps: number): Tensor =>
  scheduled('margin', (step) => m * Math.min(1, step / steps))
