/** Operators that only lowerings use; they have no gradient, since a graph is lowered after it was differentiated. */
import { apply, broadcastShape, concat, constant, type Op, reshape, type Tensor } from '../graph/index.ts'

/**
 * Matrix product with either operand read transposed (last two axes), [..., M, K] · [..., K, N]: ONNX Runtime's FusedMatMul.
 */
export function fusedMatmul(a: Tensor, b: Tensor, { transA = false, transB = false } = {}): Tensor {
  const op: Op<[Tensor, Tensor]> = {
    type: 'FusedMatMul',
    domain: 'com.microsoft',
    attributes: { transA: transA ? 1 : 0, transB: transB ? 1 : 0 },
    infer: (p, q) => ({
      shape: [
        ...broadcastShape(p.shape.slice(0, -2), q.shape.slice(0, -2)),
        p.shape.at(transA ? -1 : -2)!,
        q.shape.at(transB ? -2 : -1)!,
      ],
      dtype: p.dtype,
    }),
    vjp: null,
  }
  return apply(op, a, b)
}

const gatherOp: Op<[Tensor, Tensor]> = {
  type: 'Gather',
  attributes: { axis: 0 },
  infer: (x, index) => ({ shape: [...index.shape, ...x.shape.slice(1)], dtype: x.dtype }),
  vjp: null,
}

/** Where something is not in a map. */
export const outside = -1

/**
 * The pixels [..., C] of a map x [N, H, W, C] that `places` names by their number n·H·W + h·W + w, zeros where it is
 * `outside`; `shape` is the shape of `places`. One Gather node in place of a slice a tap.
 */
export function pixels(x: Tensor, places: Int32Array, shape: readonly number[]): Tensor {
  const [n, h, w, c] = x.shape
  const count = n! * h! * w!
  const flat = reshape(x, [count, c!])
  const needsZero = places.includes(outside)
  const rows = needsZero ? concat([flat, constant(new Float32Array(c!), [1, c!])], 0) : flat
  const index = needsZero ? places.map((place) => (place === outside ? count : place)) : places
  return apply(gatherOp, rows, constant(index, shape, 'int32'))
}
