import {
  div,
  matmul,
  max,
  mul,
  reduceSum,
  reshape,
  sqrt,
  square,
  type Tensor,
  transpose,
} from '../graph/index.ts'

/** Below its root a row counts as zero; it keeps √ and the quotient finite in float32. */
const smallest = 1e-12

/** ‖x‖ of each row of `x` [N, D], not below 1e-6: [N, 1]. The gradient of a shorter row is 0. */
export const norm = (x: Tensor): Tensor => sqrt(max(reduceSum(square(x), [1], { keepdims: true }), smallest))

/**
 * Rows of `x` [N, D] brought to length 1: x / √max(Σx², 1e-12). A zero row stays zero, and its gradient is finite: 10⁶ times
 * the incoming one. In float32 rows may be up to 10¹⁹ long.
 */
export const unit = (x: Tensor): Tensor => div(x, norm(x))

/**
 * The cosines between the rows of `x` [N, D] and those of `W` [C, D]: [N, C]; 0 for a zero row. The products are divided by
 * ‖W_j‖, not the rows: with many classes each pass over `W`, there and in the gradient, is dear. @throws ShapeError
 */
export const cosine = (x: Tensor, W: Tensor): Tensor =>
  mul(matmul(unit(x), transpose(W)), reshape(div(1, norm(W)), [1, W.shape[0]!]))
