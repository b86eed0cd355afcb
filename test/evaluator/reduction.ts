import type { Shape } from '../../src/graph/index.ts'
import {
  type Attributes,
  axisOf,
  count,
  forEachIndex,
  type Kernel,
  number,
  stridesOf,
  type Values,
} from './values.ts'

interface Reduced {
  /** Shape of the result. */
  readonly shape: Shape
  /** For every element of the input, the flat index of the result that it falls into. */
  readonly target: Int32Array
}

function reduced(x: Values, axes: readonly number[], keepdims: boolean): Reduced {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size))
  const strides = stridesOf(kept)
  const target = new Int32Array(x.data.length)
  forEachIndex(x.shape, (index, flat) => {
    let at = 0
    for (let i = 0; i < index.length; i++) if (!axes.includes(i)) at += index[i]! * strides[i]!
    target[flat] = at
  })
  return { shape: keepdims ? kept : x.shape.filter((_, i) => !axes.includes(i)), target }
}

/** No axes, or an empty list of them, stand for all axes (unless noop_with_empty_axes says otherwise). */
function axesOf(x: Values, axes: Values | undefined, attributes: Attributes): number[] {
  if (axes && axes.data.length > 0) return Array.from(axes.data, (axis) => axisOf(axis, x.shape.length))
  return number(attributes, 'noop_with_empty_axes', 0) === 1 ? [] : x.shape.map((_, i) => i)
}

const fold =
  (first: number, join: (a: number, b: number) => number): Kernel =>
  ([x, axes], attributes) => {
    const { shape, target } = reduced(
      x!,
      axesOf(x!, axes, attributes),
      number(attributes, 'keepdims', 1) === 1,
    )
    const data = new Float64Array(count(shape)).fill(first)
    x!.data.forEach((value, i) => {
      data[target[i]!] = join(data[target[i]!]!, value)
    })
    return { shape, dtype: x!.dtype, data }
  }

const argMax: Kernel = ([x], attributes) => {
  const axis = axisOf(number(attributes, 'axis', 0), x!.shape.length)
  const { shape, target } = reduced(x!, [axis], number(attributes, 'keepdims', 1) === 1)
  const largest = new Float64Array(count(shape)).fill(-Infinity)
  const data = new Float64Array(count(shape))
  forEachIndex(x!.shape, (index, flat) => {
    const at = target[flat]!
    if (x!.data[flat]! > largest[at]!) {
      largest[at] = x!.data[flat]!
      data[at] = index[axis]!
    }
  })
  return { shape, dtype: 'int64', data }
}

/** Operators that fold axes away. */
export const reductionKernels: Readonly<Record<string, Kernel>> = {
  ReduceSum: fold(0, (a, b) => a + b),
  ReduceMax: fold(-Infinity, Math.max),
  ArgMax: argMax,
}
