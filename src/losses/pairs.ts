import {
  add,
  cast,
  constant,
  equal,
  matmul,
  max,
  mul,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { oneHot } from './one-hot.ts'

/** 0, 1, … n − 1 as int32 [n]. */
export const range = (n: number): Tensor =>
  constant(
    Int32Array.from({ length: n }, (_, i) => i),
    [n],
    'int32',
  )

/** Which two samples of a batch are of one class and which are not, a sample with itself in neither: 0 or 1, [N, N] each. */
export function pairsOf(labels: Tensor): { readonly same: Tensor; readonly other: Tensor } {
  const n = labels.shape[0]!
  const alike = cast(equal(reshape(labels, [n, 1]), reshape(labels, [1, n])), 'float32')
  return { same: sub(alike, oneHot(range(n), n)), other: sub(1, alike) }
}

/**
 * Squared distances between the rows of `x` [N, D]: [N, N], 0 or more. By ‖a‖² + ‖b‖² − 2a·b, so off by about 1e-7·‖x‖² in
 * float32.
 */
export function squaredDistances(x: Tensor): Tensor {
  const n = x.shape[0]!
  const squares = reduceSum(square(x), [1])
  const sums = add(reshape(squares, [n, 1]), reshape(squares, [1, n]))
  return max(sub(sums, mul(2, matmul(x, transpose(x)))), 0)
}

/** Distances of their squares `d2`, elementwise, not below 1e-6: there √ has no finite slope, and the gradient is 0. */
export const distances = (d2: Tensor): Tensor => sqrt(max(d2, 1e-12))
