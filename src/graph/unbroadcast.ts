import { reshape } from './movement.ts'
import { reduceSum } from './reduction.ts'
import type { Shape, Tensor } from './tensor.ts'

/** Sums `g` over the axes along which `shape` was broadcast to `g.shape`: the adjoint of broadcasting. */
export function unbroadcast(g: Tensor, shape: Shape): Tensor {
  const lead = g.shape.length - shape.length
  const axes = g.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  )
  const sum = axes.length > 0 ? reduceSum(g, axes, { keepdims: false }) : g
  return reshape(sum, shape)
}
