import { ShapeError } from '../errors.ts'
import { add } from './elementwise.ts'
import { topologicalOrder } from './order.ts'
import { constant, elementCount, type Tensor } from './tensor.ts'
import { unbroadcast } from './unbroadcast.ts'

/**
 * Reverse-mode gradients of the scalar `y` with respect to each of `wrt`, as tensors of the same shapes built from ordinary
 * nodes (so that gradients of gradients are had the same way). A tensor that `y` does not depend on gets zeros.
 * @throws ShapeError when y is no scalar, or a gradient would have to flow through an operator that has none
 */
export function grad(y: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (elementCount(y.shape) !== 1) throw new ShapeError(`grad: y must be a scalar, got [${y.shape}]`)
  const order = topologicalOrder([y])
  const needed = new Set<Tensor>(wrt)
  for (const node of order) if (node.inputs.some((x) => needed.has(x))) needed.add(node)

  const cotangents = new Map<Tensor, Tensor>([[y, constant(new Float64Array(1).fill(1), y.shape)]])
  for (const node of order.reverse()) {
    const g = cotangents.get(node)
    if (!g || !node.op || !needed.has(node) || !node.inputs.some((x) => needed.has(x))) continue
    if (!node.op.vjp)
      throw new ShapeError(`grad: ${node.op.type} has no gradient; put stopGradient around it`)
    node.op.vjp(g, node, ...node.inputs).forEach((cotangent, i) => {
      const x = node.inputs[i]!
      if (!cotangent || !needed.has(x)) return
      const fitted = unbroadcast(cotangent, x.shape)
      const before = cotangents.get(x)
      cotangents.set(x, before ? add(before, fitted) : fitted)
    })
  }
  return wrt.map((x) => cotangents.get(x) ?? constant(new Float32Array(elementCount(x.shape)), x.shape))
}
