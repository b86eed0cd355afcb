import { ShapeError } from '../errors.ts'
import type { Shape } from './tensor.ts'

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
