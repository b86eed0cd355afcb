import { ShapeError } from '../errors.ts'
import { apply, elementCount, type Op, type Shape, type Tensor } from './tensor.ts'

type Unary = Op<[Tensor]>

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i])

/** x with another shape of as many elements, row-major. @throws ShapeError */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (elementCount(shape) !== elementCount(x.shape) || shape.some((size) => size < 1))
    throw new ShapeError(
      `reshape: [${x.shape}] has ${elementCount(x.shape)} elements, not those of [${shape}]`,
    )
  if (sameNumbers(x.shape, shape)) return x
  const op: Unary = {
    type: 'Reshape',
    operands: [shape],
    infer: (a) => ({ shape, dtype: a.dtype }),
    vjp: (g, _, a) => [reshape(g, a.shape)],
  }
  return apply(op, x)
}

/**
 * x with its axes in the order `permutation` (reversed if absent): axis i of the result is axis permutation[i] of x;
 * x itself where nothing moves.
 * @throws ShapeError
 */
export function transpose(
  x: Tensor,
  permutation: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i),
): Tensor {
  if (
    !sameNumbers(
      [...permutation].sort((a, b) => a - b),
      x.shape.map((_, i) => i),
    )
  )
    throw new ShapeError(`transpose: [${permutation}] is no permutation of the axes of [${x.shape}]`)
  if (permutation.every((axis, i) => axis === i)) return x
  const op: Unary = {
    type: 'Transpose',
    attributes: { perm: permutation },
    infer: (a) => ({ shape: permutation.map((axis) => a.shape[axis]!), dtype: a.dtype }),
    vjp: (g) => [transpose(g, inversePermutation(permutation))],
  }
  return apply(op, x)
}

/** The permutation that undoes `permutation`. */
export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length)
  permutation.forEach((axis, i) => {
    inverse[axis] = i
  })
  return inverse
}

/** x broadcast to `shape`. @throws ShapeError */
export function expand(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.shape.length
  if (lead < 0 || x.shape.some((size, i) => size !== 1 && size !== shape[lead + i]))
    throw new ShapeError(`expand: [${x.shape}] does not broadcast to [${shape}]`)
  if (sameNumbers(x.shape, shape)) return x
  const op: Unary = {
    type: 'Expand',
    operands: [shape],
    infer: (a) => ({ shape, dtype: a.dtype }),
    vjp: (g) => [g],
  }
  return apply(op, x)
}

/**
 * Elements start, start + step, … below end along one axis, 0 ≤ start < end ≤ size, step ≥ 1.
 * @throws ShapeError
 */
export function slice(
  x: Tensor,
  axis: number,
  { start = 0, end = x.shape[axis] ?? 0, step = 1 } = {},
): Tensor {
  const size = x.shape[axis]
  if (
    size === undefined ||
    ![start, end, step].every(Number.isInteger) ||
    start < 0 ||
    end > size ||
    start >= end ||
    step < 1
  )
    throw new ShapeError(`slice: ${start}:${end}:${step} does not fit axis ${axis} of [${x.shape}]`)
  if (start === 0 && end === size && step === 1) return x
  const count = Math.ceil((end - start) / step)
  const shape = x.shape.map((n, i) => (i === axis ? count : n))
  const op: Unary = {
    type: 'Slice',
    operands: [[start], [end], [axis], [step]],
    infer: (a) => ({ shape, dtype: a.dtype }),
    vjp: (g, _, a) => [placeStrided(g, axis, { start, step, size: a.shape[axis]! })],
  }
  return apply(op, x)
}

/** The adjoint of `slice`: the elements of g at start, start + step, … along an axis of `size` elements, zeros elsewhere. */
function placeStrided(
  g: Tensor,
  axis: number,
  { start, step, size }: { start: number; step: number; size: number },
): Tensor {
  const count = g.shape[axis]!
  if (step === 1) return pad(g, axis, { before: start, after: size - start - count })
  // Interleave with zeros: a new axis after this one, padded to the step, folded in; then cut or pad to the size.
  const opened = reshape(g, [...g.shape.slice(0, axis + 1), 1, ...g.shape.slice(axis + 1)])
  const spread = pad(opened, axis + 1, { before: 0, after: step - 1 })
  const folded = reshape(
    spread,
    g.shape.map((n, i) => (i === axis ? n * step : n)),
  )
  const last = (count - 1) * step + 1
  return pad(slice(folded, axis, { end: last }), axis, { before: start, after: size - start - last })
}

/** x with the elements of one axis in reverse order: a mirror image. @throws ShapeError */
export function reverse(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]
  if (size === undefined) throw new ShapeError(`reverse: no axis ${axis} in [${x.shape}]`)
  const op: Unary = {
    type: 'Slice',
    operands: [[size - 1], [-size - 1], [axis], [-1]],
    infer: (a) => ({ shape: a.shape, dtype: a.dtype }),
    vjp: (g) => [reverse(g, axis)],
  }
  return apply(op, x)
}

/** x with `before` and `after` zeros at the ends of one axis. @throws ShapeError */
export function pad(x: Tensor, axis: number, { before, after }: { before: number; after: number }): Tensor {
  const size = x.shape[axis]
  if (size === undefined || ![before, after].every(Number.isInteger) || before < 0 || after < 0)
    throw new ShapeError(`pad: ${before} and ${after} do not fit axis ${axis} of [${x.shape}]`)
  if (before === 0 && after === 0) return x
  const pads = new Array<number>(2 * x.shape.length).fill(0)
  pads[axis] = before
  pads[x.shape.length + axis] = after
  const op: Unary = {
    type: 'Pad',
    operands: [pads],
    infer: (a) => ({
      shape: a.shape.map((n, i) => n + pads[i]! + pads[a.shape.length + i]!),
      dtype: a.dtype,
    }),
    vjp: (g, _, a) => [slice(g, axis, { start: before, end: before + a.shape[axis]! })],
  }
  return apply(op, x)
}

/** Tensors joined along an axis, in order. @throws ShapeError */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts
  if (!first) throw new ShapeError('concat: no tensors')
  for (const part of parts)
    if (
      part.dtype !== first.dtype ||
      first.shape[axis] === undefined ||
      !sameNumbers(part.shape.toSpliced(axis, 1), first.shape.toSpliced(axis, 1))
    )
      throw new ShapeError(
        `concat: ${first.dtype} [${first.shape}] and ${part.dtype} [${part.shape}] do not join along axis ${axis}`,
      )
  if (parts.length === 1) return first
  const total = parts.reduce((n, part) => n + part.shape[axis]!, 0)
  const op: Op = {
    type: 'Concat',
    attributes: { axis },
    infer: () => ({ shape: first.shape.with(axis, total), dtype: first.dtype }),
    vjp: (g, _, ...x) => {
      let start = 0
      return x.map((part) => {
        const end = start + part.shape[axis]!
        const piece = slice(g, axis, { start, end })
        start = end
        return piece
      })
    },
  }
  return apply(op, ...parts)
}
