import { ShapeError } from '../errors.ts'
import { reshape } from './movement.ts'
import { reduceSum } from './reduction.ts'
import type { Shape, Tensor } from './tensor.ts'

/** The shape that two shapes broadcast to, by NumPy's rule. @throws ShapeError */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const p = a[i - rank + a.length] ?? 1
    const q = b[i - rank + b.length] ?? 1
    if (p !== q && p !== 1 && q !== 1) throw new ShapeError(`broadcast: shapes [${a}] and [${b}] do not fit`)
    return p === 1 ? q : p
  })
}

/** Sums `g` over the axes along which `shape` was broadcast to `g.shape`: the adjoint of broadcasting. */
export function unbroadcast(g: Tensor, shape: Shape): Tensor {
  const lead = g.shape.length - shape.length
  const axes = g.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  )
  const sum = axes.length > 0 ? reduceSum(g, axes, { keepdims: false }) : g
  return reshape(sum, shape)
}
