import {
  add,
  apply,
  cast,
  concat,
  constant,
  mul,
  type Op,
  reshape,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { anyBatch } from './any-batch.ts'

/** Where something is not in a map. */
export const outside = -1

const gatherOp: Op<[Tensor, Tensor]> = {
  type: 'Gather',
  attributes: { axis: 0 },
  infer: (x, index) => ({ shape: [...index.shape, ...x.shape.slice(1)], dtype: x.dtype }),
  vjp: null,
}

/**
 * Picks pixels of every image by one Gather node in place of a slice a tap: x [K, N, P, C] holds K·P pixels an image, and
 * `places` [A, B] names those to take by their number k·P + p, zeros where it is `outside`; -> [A, N, B, C]. N may be `anyBatch`.
 */
export function pixels(x: Tensor, places: Int32Array, [a, b]: readonly [number, number]): Tensor {
  const [k, n, p, c] = x.shape as [number, number, number, number]
  const flat = reshape(x, [k * n * p, c])
  // A row of zeros before the others: its number does not depend on N.
  const zeros = places.includes(outside) ? 1 : 0
  const rows = zeros ? concat([constant(new Float32Array(c), [1, c]), flat], 0) : flat
  const shape = { a, n, b, p, zeros }
  return apply(gatherOp, rows, n === anyBatch ? freeIndex(x, places, shape) : fixedIndex(places, shape))
}

interface IndexShape {
  readonly a: number
  readonly n: number
  readonly b: number
  /** Pixels of one image in one of the K parts. */
  readonly p: number
  /** Rows before the first pixel. */
  readonly zeros: number
}

/** The row of each pixel, [A, N, B] int32. */
function fixedIndex(places: Int32Array, { a, n, b, p, zeros }: IndexShape): Tensor {
  const index = new Int32Array(a * n * b)
  let next = 0
  for (let i = 0; i < a; i++)
    for (let image = 0; image < n; image++)
      for (let j = 0; j < b; j++) {
        const place = places[i * b + j]!
        index[next++] = place === outside ? 0 : zeros + (Math.floor(place / p) * n + image) * p + (place % p)
      }
  return constant(index, [a, n, b], 'int32')
}

/** The same, reckoned in the graph: row = zeros + p mod P + image·P + ⌊p / P⌋·P·N. */
function freeIndex(x: Tensor, places: Int32Array, { a, b, p, zeros }: IndexShape): Tensor {
  const inside = (row: (place: number) => number): Tensor =>
    constant(
      places.map((place) => (place === outside ? 0 : row(place))),
      [a, 1, b],
      'int32',
    )
  const { count, numbers } = images(x)
  const own = add(
    inside((place) => zeros + (place % p)),
    mul(
      inside(() => p),
      numbers,
    ),
  )
  return places.every((place) => place < p)
    ? own
    : add(
        own,
        mul(
          inside((place) => Math.floor(place / p) * p),
          count,
        ),
      )
}

/** The size N of the free batch [] and the numbers 0 … N − 1 of its images [N, 1], int32, from the graph's input. */
function images(x: Tensor): { count: Tensor; numbers: Tensor } {
  const batched = topologicalOrder([x]).find(
    ({ leaf, shape }) => leaf?.kind === 'input' && shape[0] === anyBatch,
  )!
  const count = reshape(cast(apply(sizeOp, batched), 'int32'), [])
  const [zero, one] = [0, 1].map((value) => constant([value], [], 'int32')) as [Tensor, Tensor]
  return { count, numbers: reshape(apply(rangeOp, zero, count, one), [anyBatch, 1]) }
}

const sizeOp: Op<[Tensor]> = {
  type: 'Shape',
  attributes: { start: 0, end: 1 },
  infer: () => ({ shape: [1], dtype: 'int64' }),
  vjp: null,
}

const rangeOp: Op<[Tensor, Tensor, Tensor]> = {
  type: 'Range',
  infer: () => ({ shape: [anyBatch], dtype: 'int32' }),
  vjp: null,
}
