import type { Attribute, Dtype, Shape } from '../../src/graph/index.ts'

/** An array while a graph is evaluated: real numbers in float64; integers and bools are held as numbers too. */
export interface Values {
  readonly shape: Shape
  readonly dtype: Dtype
  readonly data: Float64Array
}

export type Attributes = Readonly<Record<string, Attribute>>

/** Computes one ONNX operator: all its inputs in ONNX's order (shapes and axes among them) and its attributes. */
export type Kernel = (x: readonly Values[], attributes: Attributes) => Values

/** Number of elements. */
export const count = (shape: Shape): number => shape.reduce((n, size) => n * size, 1)

/** An array of zeros. */
export const zeros = (shape: Shape, dtype: Dtype): Values => ({
  shape,
  dtype,
  data: new Float64Array(count(shape)),
})

/** How far apart neighbours along each axis lie in row-major order. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

/** Calls `visit(index, flat)` for every element of `shape` in row-major order; `index` is reused. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], flat: number) => void): void {
  const index = new Array<number>(shape.length).fill(0)
  const total = count(shape)
  for (let flat = 0; flat < total; flat++) {
    visit(index, flat)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

/** Multidirectional broadcasting: trailing axes are aligned, and an axis of size 1 is repeated. */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  const result = new Array<number>(rank).fill(1)
  for (const shape of shapes)
    shape.forEach((size, i) => {
      const axis = rank - shape.length + i
      if (size === 1) return
      if (result[axis] !== 1 && result[axis] !== size)
        throw new Error(`evaluator: shapes ${shapes.map((s) => `[${s}]`).join(' ')} do not broadcast`)
      result[axis] = size
    })
  return result
}

/** For every element of `shape`, the flat index of the element of `x` that is broadcast there. */
export function broadcastIndices(x: Shape, shape: Shape): Int32Array {
  const lead = shape.length - x.length
  const strides = stridesOf(x).map((stride, axis) => (x[axis] === 1 ? 0 : stride))
  const indices = new Int32Array(count(shape))
  forEachIndex(shape, (index, flat) => {
    let at = 0
    for (let axis = 0; axis < x.length; axis++) at += index[lead + axis]! * strides[axis]!
    indices[flat] = at
  })
  return indices
}

/** A number as the dtype can hold it: integers lose what is behind the point and wrap, bools are 0 or 1. */
export function narrow(value: number, dtype: Dtype): number {
  if (dtype === 'float32') return value
  if (dtype === 'bool') return value === 0 ? 0 : 1
  if (dtype === 'uint8') return Math.trunc(value) & 255
  if (dtype === 'int32') return Math.trunc(value) | 0
  return Math.trunc(value)
}

/** An attribute that is a list of numbers. */
export function list(attributes: Attributes, name: string, absent?: readonly number[]): readonly number[] {
  const value = attributes[name] ?? absent
  if (typeof value !== 'object') throw new Error(`evaluator: attribute ${name} must be a list, got ${value}`)
  return value
}

/** An attribute that is a number. */
export function number(attributes: Attributes, name: string, absent?: number): number {
  const value = attributes[name] ?? absent
  if (typeof value !== 'number')
    throw new Error(`evaluator: attribute ${name} must be a number, got ${value}`)
  return value
}

/** An axis counted from the end where it is negative. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
