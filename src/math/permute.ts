/**
 * Row-major values of a tensor with its axes put in another order: axis i of the result is axis permutation[i] of the input,
 * as a transpose in a graph.
 */
export function permuteAxes(
  values: Float32Array,
  shape: readonly number[],
  permutation: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((n, size) => n * size, 1))
  const sizes = permutation.map((axis) => shape[axis]!)
  const steps = permutation.map((axis) => strides[axis]!)
  const out = new Float32Array(values.length)
  const place = new Int32Array(sizes.length)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!
    // Counts up the place, the last axis fastest, and moves `from` along.
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++place[axis]! < sizes[axis]!) break
      from -= steps[axis]! * sizes[axis]!
      place[axis] = 0
    }
  }
  return out
}
