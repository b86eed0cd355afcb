import { add, matmul, type Tensor, transpose } from '../graph/index.ts'
import { crossEntropy } from './cross-entropy.ts'

/**
 * Softmax loss, the baseline (Liu et al. 2017, eq. 3): logits W_jᵀx + b_j, neither weights nor features normalised.
 * `x` [N, D], `W` [C, D], `labels` [N] int32, `bias` [C] -> mean loss []. @throws ShapeError
 */
export function softmax(x: Tensor, W: Tensor, labels: Tensor, { bias }: { bias?: Tensor } = {}): Tensor {
  const logits = matmul(x, transpose(W))
  return crossEntropy(bias ? add(logits, bias) : logits, labels)
}
