/**
 * 3×3 convolutions of stride 1 as Winograd's F(m×m, 3×3) (Lavin and Gray 2016) in ordinary operators:
 * maps [N, H, W, C], weights [3, 3, Ci, Co]. Tiles of m×m outputs are read as (m + 2)² strided windows.
 */
import { concat, constant, matmul, reshape, type Tensor, transpose } from '../graph/index.ts'
import { fusedMatmul, padMap, windows } from './contrib.ts'

/** Outputs a tile and axis. */
export type TileSize = 2 | 4

type Matrix = readonly (readonly number[])[]

/** Bᵀ, G and Aᵀ of the algorithm, for points 0, ±1 (and ±2) and infinity. */
const transforms: Record<TileSize, { readonly Bt: Matrix; readonly G: Matrix; readonly At: Matrix }> = {
  2: {
    Bt: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    G: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    At: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    Bt: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    G: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    At: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
}

/** The Kronecker product of a matrix with itself, as a constant: both axes of a tile in one matrix product. */
function kronecker(a: Matrix): {
  readonly values: number[]
  readonly rows: number
  readonly columns: number
} {
  const n = a[0]!.length
  const values = a.flatMap((p) => a.flatMap((q) => p.flatMap((u) => q.map((v) => u * v))))
  return { values, rows: a.length ** 2, columns: n ** 2 }
}

const square = (a: Matrix): Tensor => {
  const { values, rows, columns } = kronecker(a)
  return constant(values, [rows, columns])
}
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!))
/** Columns in reverse: the transform of a kernel that is turned by 180°. */
const turned = (a: Matrix): Matrix => a.map((row) => [...row].reverse())

interface Grid {
  readonly rows: number
  readonly columns: number
  /** Tiles in the whole batch. */
  readonly count: number
}

function grid(x: Tensor, m: TileSize): Grid {
  const rows = Math.ceil(x.shape[1]! / m)
  const columns = Math.ceil(x.shape[2]! / m)
  return { rows, columns, count: x.shape[0]! * rows * columns }
}

/** Bᵀ d B of every tile with its border: x [N, H, W, C] -> [(m+2)², tiles, C]. */
function inputTransform(x: Tensor, m: TileSize): Tensor {
  const { rows, columns, count } = grid(x, m)
  const [, h, w, c] = x.shape
  const padded = padMap(x, [1, 1, rows * m + 1 - h!, columns * m + 1 - w!])
  const taps: Tensor[] = []
  for (let i = 0; i < m + 2; i++)
    for (let j = 0; j < m + 2; j++)
      taps.push(
        windows(padded, [
          { axis: 1, start: i, step: m, count: rows },
          { axis: 2, start: j, step: m, count: columns },
        ]),
      )
  const tiles = reshape(concat(taps, 0), [taps.length, count * c!])
  return reshape(matmul(square(transforms[m].Bt), tiles), [taps.length, count, c!])
}

/** Aᵀ M A of every tile, put together and cut to size: M [(m+2)², tiles, C] -> [N, H, W, C]. */
function outputTransform(M: Tensor, like: Tensor, m: TileSize): Tensor {
  const { rows, columns, count } = grid(like, m)
  const [n, h, w] = like.shape
  const c = M.shape[2]!
  const tiles = matmul(square(transforms[m].At), reshape(M, [(m + 2) ** 2, count * c]))
  const apart = reshape(tiles, [m, m, n!, rows, columns, c])
  const map = reshape(transpose(apart, [2, 3, 0, 4, 1, 5]), [n!, rows * m, columns * m, c])
  if (h === rows * m && w === columns * m) return map
  return windows(map, [
    { axis: 1, start: 0, step: 1, count: h! },
    { axis: 2, start: 0, step: 1, count: w! },
  ])
}

/** G w Gᵀ of every kernel: w [3, 3, Ci, Co] -> [(m+2)², Ci, Co]. */
function kernelTransform(w: Tensor, G: Matrix): Tensor {
  const [, , ci, co] = w.shape
  return reshape(matmul(square(G), reshape(w, [9, ci! * co!])), [G.length ** 2, ci!, co!])
}

/** Convolution with padding 1: x [N, H, W, Ci], w [3, 3, Ci, Co] -> [N, H, W, Co]. */
export function winogradConv(x: Tensor, w: Tensor, m: TileSize): Tensor {
  const U = kernelTransform(w, transforms[m].G)
  return outputTransform(matmul(inputTransform(x, m), U), x, m)
}

/** Its adjoint in x: g [N, H, W, Co] -> [N, H, W, Ci], the convolution by the turned kernel. */
export function winogradConvTranspose(g: Tensor, w: Tensor, m: TileSize): Tensor {
  const U = kernelTransform(w, turned(transforms[m].G))
  return outputTransform(fusedMatmul(inputTransform(g, m), U, { transB: true }), g, m)
}

/** Its adjoint in w, wholly in the transformed domain (x's transform is shared with the forward): -> [3, 3, Ci, Co]. */
export function winogradConvWeight(x: Tensor, g: Tensor, m: TileSize): Tensor {
  const { rows, columns, count } = grid(g, m)
  const [n, h, w, co] = g.shape
  const padded = padMap(g, [0, 0, rows * m - h!, columns * m - w!])
  const apart = transpose(reshape(padded, [n!, rows, m, columns, m, co!]), [2, 4, 0, 1, 3, 5])
  const { At, G } = transforms[m]
  const dM = reshape(matmul(square(transposed(At)), reshape(apart, [m * m, count * co!])), [
    (m + 2) ** 2,
    count,
    co!,
  ])
  const dU = fusedMatmul(inputTransform(x, m), dM, { transA: true })
  const ci = x.shape[3]!
  return reshape(matmul(square(transposed(G)), reshape(dU, [(m + 2) ** 2, ci * co!])), [3, 3, ci, co!])
}
