import { ShapeError } from '../errors.ts'
import { mul } from './elementwise.ts'
import { expand, reshape } from './movement.ts'
import { apply, type Op, type Shape, type Tensor } from './tensor.ts'

type Unary = Op<[Tensor]>

interface Keep {
  /** Keep the reduced axes with size 1. */
  readonly keepdims?: boolean
}

function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): Shape {
  for (const [i, axis] of axes.entries()) {
    if (!(Number.isInteger(axis) && axis >= 0 && axis < shape.length))
      throw new ShapeError(`reduce: axis out of range for [${shape}], got ${axis}`)
    if (axes.indexOf(axis) < i) throw new ShapeError(`reduce: an axis comes twice, got [${axes}]`)
  }
  return keepdims
    ? shape.map((n, i) => (axes.includes(i) ? 1 : n))
    : shape.filter((_, i) => !axes.includes(i))
}

const allAxes = (x: Tensor): number[] => x.shape.map((_, i) => i)

/** A reduction over `axes`; over none it is x itself, since to ONNX an empty list stands for all axes. */
function reduce(
  x: Tensor,
  { type, vjp, axes, keepdims = false }: Pick<Unary, 'type' | 'vjp'> & Keep & { axes: readonly number[] },
): Tensor {
  if (axes.length === 0) return x
  const op: Unary = {
    type,
    attributes: { keepdims: keepdims ? 1 : 0 },
    operands: [axes],
    infer: (a) => ({ shape: reducedShape(a.shape, axes, keepdims), dtype: a.dtype }),
    vjp,
  }
  return apply(op, x)
}

/** Sum over `axes` (all if absent). */
export function reduceSum(x: Tensor, axes: readonly number[] = allAxes(x), keep: Keep = {}): Tensor {
  const vjp: Unary['vjp'] = (g, _, a) => [expand(reshape(g, reducedShape(a.shape, axes, true)), a.shape)]
  return reduce(x, { type: 'ReduceSum', vjp, axes, ...keep })
}

/** Mean over `axes` (all if absent). */
export function reduceMean(x: Tensor, axes: readonly number[] = allAxes(x), keep: Keep = {}): Tensor {
  const count = axes.reduce((n, axis) => n * (x.shape[axis] ?? 1), 1)
  return mul(reduceSum(x, axes, keep), 1 / count)
}

/** Largest element over `axes` (all if absent); not differentiated, so use it behind `stopGradient` or for reports. */
export function reduceMax(x: Tensor, axes: readonly number[] = allAxes(x), keep: Keep = {}): Tensor {
  return reduce(x, { type: 'ReduceMax', vjp: null, axes, ...keep })
}

/** Index of the largest element along one axis, the first of equals, as int64 without that axis. */
export function argMax(x: Tensor, axis: number): Tensor {
  const op: Unary = {
    type: 'ArgMax',
    attributes: { axis, keepdims: 0 },
    infer: (a) => ({ shape: reducedShape(a.shape, [axis], false), dtype: 'int64' }),
    vjp: null,
  }
  return apply(op, x)
}
