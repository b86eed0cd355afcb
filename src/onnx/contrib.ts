import { apply, broadcastShape, type Op, type Tensor } from '../graph/index.ts'

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
