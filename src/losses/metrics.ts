import { equal, mul, reduceMax, reduceMean, reduceSum, type Tensor, where } from '../graph/index.ts'
import { oneHot } from './one-hot.ts'
import { cosine } from './unit.ts'

/**
 * What open-set recognition cares for, under any loss: `accuracy`, the share of samples that are nearest in angle to their
 * own prototype (a tie counts, NaN does not), and `cosine`, the mean cosine to it. In a step they share the loss's matrix
 * product. `x` [N, D], `W` [C, D], `labels` [N] int32 -> [] each. @throws ShapeError
 */
export function angularMetrics(x: Tensor, W: Tensor, labels: Tensor): { accuracy: Tensor; cosine: Tensor } {
  const cosθ = cosine(x, W)
  // Compared with the largest, not by its place: ArgMax gives int64, which WebGPU cannot compare.
  const own = reduceSum(mul(oneHot(labels, W.shape[0]!), cosθ), [1])
  return { accuracy: reduceMean(where(equal(own, reduceMax(cosθ, [1])), 1, 0)), cosine: reduceMean(own) }
}
