import {
  axisOf,
  broadcastIndices,
  broadcastShapes,
  count,
  forEachIndex,
  type Kernel,
  list,
  number,
  stridesOf,
  type Values,
  zeros,
} from './values.ts'

const reshape: Kernel = ([x, wanted]) => {
  const shape = Array.from(wanted!.data, (size, axis) => (size === 0 ? x!.shape[axis]! : size))
  const open = shape.indexOf(-1)
  if (open >= 0) shape[open] = x!.data.length / -count(shape)
  if (count(shape) !== x!.data.length)
    throw new Error(`evaluator: Reshape of [${x!.shape}] to [${wanted!.data}]`)
  return { shape, dtype: x!.dtype, data: x!.data.slice() }
}

const transpose: Kernel = ([x], attributes) => {
  const permutation = list(
    attributes,
    'perm',
    x!.shape.map((_, i) => x!.shape.length - 1 - i),
  )
  const y = zeros(
    permutation.map((axis) => x!.shape[axis]!),
    x!.dtype,
  )
  const strides = stridesOf(x!.shape)
  forEachIndex(y.shape, (index, flat) => {
    let at = 0
    for (let i = 0; i < index.length; i++) at += index[i]! * strides[permutation[i]!]!
    y.data[flat] = x!.data[at]!
  })
  return y
}

const expand: Kernel = ([x, wanted]) => {
  const shape = broadcastShapes(x!.shape, Array.from(wanted!.data))
  return {
    shape,
    dtype: x!.dtype,
    data: Float64Array.from(broadcastIndices(x!.shape, shape), (i) => x!.data[i]!),
  }
}

/** Start, end and count along one axis, clamped as ONNX says for steps of either sign. */
function sliceRange(size: number, start: number, end: number, step: number): { from: number; steps: number } {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
  const from = start < 0 ? start + size : start
  const to = end < 0 ? end + size : end
  const [first, last] =
    step > 0
      ? [clamp(from, 0, size), clamp(to, 0, size)]
      : [clamp(from, 0, size - 1), clamp(to, -1, size - 1)]
  return { from: first, steps: Math.max(0, Math.ceil((last - first) / step)) }
}

const slice: Kernel = ([x, starts, ends, axes, steps]) => {
  const ranges = x!.shape.map((size) => ({ from: 0, steps: size, step: 1 }))
  starts!.data.forEach((start, i) => {
    const axis = axisOf(axes ? axes.data[i]! : i, x!.shape.length)
    const step = steps ? steps.data[i]! : 1
    ranges[axis] = { ...sliceRange(x!.shape[axis]!, start, ends!.data[i]!, step), step }
  })
  const y = zeros(
    ranges.map((range) => range.steps),
    x!.dtype,
  )
  const strides = stridesOf(x!.shape)
  forEachIndex(y.shape, (index, flat) => {
    let at = 0
    for (let i = 0; i < index.length; i++) at += (ranges[i]!.from + index[i]! * ranges[i]!.step) * strides[i]!
    y.data[flat] = x!.data[at]!
  })
  return y
}

const pad: Kernel = ([x, pads, value]) => {
  const rank = x!.shape.length
  const y = zeros(
    x!.shape.map((size, i) => size + pads!.data[i]! + pads!.data[rank + i]!),
    x!.dtype,
  )
  if (value) y.data.fill(value.data[0]!)
  const strides = stridesOf(y.shape)
  forEachIndex(x!.shape, (index, flat) => {
    let at = 0
    for (let i = 0; i < rank; i++) {
      const place = index[i]! + pads!.data[i]!
      if (place < 0 || place >= y.shape[i]!) return
      at += place * strides[i]!
    }
    y.data[at] = x!.data[flat]!
  })
  return y
}

const concat: Kernel = (parts, attributes): Values => {
  const axis = axisOf(number(attributes, 'axis'), parts[0]!.shape.length)
  const total = parts.reduce((n, part) => n + part.shape[axis]!, 0)
  const y = zeros(parts[0]!.shape.with(axis, total), parts[0]!.dtype)
  const strides = stridesOf(y.shape)
  let start = 0
  for (const part of parts) {
    forEachIndex(part.shape, (index, flat) => {
      let at = start * strides[axis]!
      for (let i = 0; i < index.length; i++) at += index[i]! * strides[i]!
      y.data[at] = part.data[flat]!
    })
    start += part.shape[axis]!
  }
  return y
}

const gather: Kernel = ([x, index], attributes): Values => {
  const axis = axisOf(number(attributes, 'axis', 0), x!.shape.length)
  const size = x!.shape[axis]!
  const inner = count(x!.shape.slice(axis + 1))
  const outer = count(x!.shape.slice(0, axis))
  const y = zeros([...x!.shape.slice(0, axis), ...index!.shape, ...x!.shape.slice(axis + 1)], x!.dtype)
  const places = index!.data.length
  for (let o = 0; o < outer; o++)
    index!.data.forEach((given, place) => {
      const at = given < 0 ? given + size : given
      if (!(at >= 0 && at < size)) throw new Error(`evaluator: Gather at ${given} of ${size}`)
      for (let i = 0; i < inner; i++)
        y.data[(o * places + place) * inner + i] = x!.data[(o * size + at) * inner + i]!
    })
  return y
}

/** For every element of `index`, the flat place in `x` where its own place has `index` along `axis` instead. */
function placesAlong(x: Values, index: Values, axis: number): number[] {
  const [strides, places] = [stridesOf(x.shape), [] as number[]]
  forEachIndex(index.shape, (place, flat) => {
    const given = index.data[flat]!
    const along = given < 0 ? given + x.shape[axis]! : given
    if (!(along >= 0 && along < x.shape[axis]!))
      throw new Error(`evaluator: no element ${given} of ${x.shape}`)
    places.push(place.reduce((at, i, k) => at + (k === axis ? along : i) * strides[k]!, 0))
  })
  return places
}

const gatherElements: Kernel = ([x, index], attributes): Values => {
  const axis = axisOf(number(attributes, 'axis', 0), x!.shape.length)
  const data = Float64Array.from(placesAlong(x!, index!, axis), (at) => x!.data[at]!)
  return { shape: index!.shape, dtype: x!.dtype, data }
}

const scatterElements: Kernel = ([x, index, updates], attributes): Values => {
  if (attributes.reduction !== 'add') throw new Error('evaluator: ScatterElements that does not add')
  const axis = axisOf(number(attributes, 'axis', 0), x!.shape.length)
  const data = x!.data.slice()
  for (const [i, at] of placesAlong(x!, index!, axis).entries()) data[at]! += updates!.data[i]!
  return { shape: x!.shape, dtype: x!.dtype, data }
}

/** Operators that move elements about. */
export const movementKernels: Readonly<Record<string, Kernel>> = {
  Reshape: reshape,
  Transpose: transpose,
  Expand: expand,
  Slice: slice,
  Pad: pad,
  Concat: concat,
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
}
