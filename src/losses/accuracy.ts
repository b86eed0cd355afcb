import { cast, equal, mul, reduceMax, reduceMean, reduceSum, type Tensor } from '../graph/index.ts'
import { oneHot } from './one-hot.ts'
import { cosine } from './unit.ts'

/**
 * The part of the batch whose own prototype is at the smallest angle, no margin taken: [], 0 to 1, ties count as right.
 * In a step it shares its matrix product with the losses of this folder. It has no gradient.
 * `x` [N, D], `W` [C, D], `labels` [N] int32. @throws ShapeError
 */
export function accuracy(x: Tensor, W: Tensor, labels: Tensor): Tensor {
  const cosθ = cosine(x, W)
  // Compared with the largest, not by its place: ArgMax gives int64, which WebGPU cannot compare.
  const own = reduceSum(mul(oneHot(labels, W.shape[0]!), cosθ), [1])
  return reduceMean(cast(equal(own, reduceMax(cosθ, [1])), 'float32'))
}
