import { add, mul, reduceSum, sub, type Tensor } from '../graph/index.ts'
import { oneHot } from './one-hot.ts'

/**
 * `values` [N, C] with that of each sample's own class put through `margin`, which gets and gives [N, 1]; `labels` [N] int32.
 * Only a column is computed: most margins touch no other class.
 */
export function atOwnClass(values: Tensor, labels: Tensor, margin: (own: Tensor) => Tensor): Tensor {
  const Y = oneHot(labels, values.shape[1]!)
  const own = reduceSum(mul(Y, values), [1], { keepdims: true })
  return add(values, mul(Y, sub(margin(own), own)))
}
