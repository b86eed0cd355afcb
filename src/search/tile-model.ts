import { apply, input, type Op, type Tensor } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'

const gemm: Op<[Tensor, Tensor, Tensor]> = {
  type: 'Gemm',
  attributes: { transB: 1 },
  infer: (a, b) => ({ shape: [a.shape[0]!, b.shape[0]!], dtype: a.dtype }),
  vjp: null,
}

/** The model `y = a·bᵀ + c`: a [rows, columns], b [stride, columns], c [stride] -> y [rows, stride]. */
export function tileModel(rows: number, stride: number, columns: number): Uint8Array {
  const y = apply(gemm, input('a', [rows, columns]), input('b', [stride, columns]), input('c', [stride]))
  return emit({ y }, { name: 'tile' })
}
