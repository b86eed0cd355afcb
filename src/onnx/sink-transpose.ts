import {
  apply,
  elementCount,
  expand,
  inversePermutation,
  type RewriteRule,
  reduceMax,
  reduceSum,
  type Tensor,
} from '../graph/index.ts'
import { mergedReshape, mergedTranspose } from './merged.ts'

const elementwise = new Set([
  'Abs', 'Add', 'Cast', 'Div', 'Equal', 'Exp', 'Greater', 'HardSigmoid', 'Identity', 'Less', 'Log', 'Max', 'Min', 'Mul', 'Neg', 'Relu',
  'Sqrt', 'Sub', 'Where',
]) // biome-ignore format: a list reads best in rows

const permutationOf = (x: Tensor): readonly number[] | null =>
  x.op?.type === 'Transpose' ? (x.op.attributes!.perm as readonly number[]) : null

/** x, broadcast against `rank` axes in the order `permutation`, with its axes in the order before that permutation. */
function unpermuted(x: Tensor, permutation: readonly number[]): Tensor {
  if (elementCount(x.shape) === 1) return mergedReshape(x, [])
  const full = mergedReshape(x, [
    ...new Array<number>(permutation.length - x.shape.length).fill(1),
    ...x.shape,
  ])
  const inverse = inversePermutation(permutation)
  // Axes of size 1 move for nothing: then a new shape does what a transpose would.
  const order = (axes: readonly number[]): number[] => axes.filter((axis) => full.shape[axis] !== 1)
  const kept = order(inverse)
  if (kept.every((axis, i) => i === 0 || axis > kept[i - 1]!))
    return mergedReshape(
      full,
      inverse.map((axis) => full.shape[axis]!),
    )
  return mergedTranspose(full, inverse)
}

/**
 * Moves transposes past elementwise operators, expansions and reductions, so that those before a convolution meet those behind
 * the last one and vanish: a whole network then runs in the layout that its convolutions are lowered to.
 */
export const sinkTranspose: RewriteRule = (node, inputs) => {
  const { op } = node
  if (!op) return null
  const permutation = inputs
    .filter((x) => x.shape.length === node.shape.length)
    .map(permutationOf)
    .find((p) => p !== null)
  // One element alone has nothing to move (and loses its axes of size 1 in `unpermuted`).
  if (elementwise.has(op.type) && permutation && elementCount(node.shape) > 1) {
    return mergedTranspose(apply(op, ...inputs.map((x) => unpermuted(x, permutation))), permutation)
  }
  const [x] = inputs
  const perm = x && permutationOf(x)
  if (perm && op.type === 'Expand' && perm.length === node.shape.length)
    return mergedTranspose(
      expand(
        x.inputs[0]!,
        inversePermutation(perm).map((axis) => node.shape[axis]!),
      ),
      perm,
    )
  if (perm && (op.type === 'ReduceSum' || op.type === 'ReduceMax')) {
    const axes = op.operands![0]!.map((axis) => perm[axis]!).sort((a, b) => a - b)
    const keepdims = op.attributes!.keepdims === 1
    const inner = x.inputs[0]!
    const reduced = (op.type === 'ReduceSum' ? reduceSum : reduceMax)(inner, axes, { keepdims })
    if (keepdims) return mergedTranspose(reduced, perm)
    const kept = perm.filter((axis) => !axes.includes(axis))
    const sorted = [...kept].sort((a, b) => a - b)
    return mergedTranspose(
      reduced,
      kept.map((axis) => sorted.indexOf(axis)),
    )
  }
  return null
}
