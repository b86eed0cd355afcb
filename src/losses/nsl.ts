import { mul, type Operand, type Tensor } from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'
import { cosine, norm } from './unit.ts'

/**
 * Normalised softmax loss (Wang et al. 2018, eq. 3): logits s·cosθ_j. With `s` = null features keep their length, logits
 * ‖x‖cosθ_j: the modified softmax of Liu et al. 2017, eq. 5.
 * `x` [N, D], `W` [C, D], `labels` [N] int32 -> mean loss []. @throws ShapeError
 */
export function nsl(x: Tensor, W: Tensor, labels: Tensor, { s = 30 }: { s?: Operand | null } = {}): Tensor {
  return crossEntropy(mul(s ?? norm(x), cosine(x, W)), labels)
}
