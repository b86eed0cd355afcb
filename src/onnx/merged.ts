import { reshape, type Shape, type Tensor, transpose } from '../graph/index.ts'

/** `transpose` that merges with one just before it; the two may cancel. */
export function mergedTranspose(x: Tensor, permutation: readonly number[]): Tensor {
  if (x.op?.type !== 'Transpose') return transpose(x, permutation)
  const before = x.op.attributes!.perm as readonly number[]
  return transpose(
    x.inputs[0]!,
    permutation.map((axis) => before[axis]!),
  )
}

/** `reshape` that merges with one just before it. */
export function mergedReshape(x: Tensor, shape: Shape): Tensor {
  return reshape(x.op?.type === 'Reshape' ? x.inputs[0]! : x, shape)
}
