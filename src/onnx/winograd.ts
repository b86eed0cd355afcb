/**
 * 3×3 convolutions of stride 1 as Winograd's F(m×m, 3×3) (Lavin and Gray 2016) in ordinary operators:
 * maps [N, H, W, C], weights [3, 3, Ci, Co]. Each tile of m×m outputs gathers its (m + 2)² pixels.
 */
import { constant, matmul, mul, reduceSum, reshape, type Tensor } from '../graph/index.ts'
import { fusedMatmul } from './contrib.ts'
import { outside, pixels } from './pixels.ts'

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

/** The tiles of one image, counted row by row. */
interface Tiles {
  readonly rows: number
  readonly columns: number
  readonly count: number
}

function tilesOf({ shape: [, h, w] }: Tensor, m: TileSize): Tiles {
  const rows = Math.ceil(h! / m)
  const columns = Math.ceil(w! / m)
  return { rows, columns, count: rows * columns }
}

/**
 * The pixel at (i, j) of each tile for all i, j < `side`, where a tile begins `border` pixels above and left of its m×m
 * outputs: places [side², tiles] in an image's map, `outside` where there is no pixel.
 */
function tilePlaces(
  { shape: [, h, w] }: Tensor,
  m: TileSize,
  { rows, columns, count, side, border }: Tiles & { side: number; border: number },
): Int32Array {
  const places = new Int32Array(side * side * count)
  let next = 0
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const y = row * m + i - border
          const x = column * m + j - border
          places[next++] = y >= 0 && y < h! && x >= 0 && x < w! ? y * w! + x : outside
        }
  return places
}

/** The tiles of a map [N, H, W, C] with `border` pixels around their m×m: [(m + 2·border)², N·tiles·C]. */
function tiled(map: Tensor, m: TileSize, border: number): Tensor {
  const [n, h, w, c] = map.shape as [number, number, number, number]
  const tiles = tilesOf(map, m)
  const side = m + 2 * border
  const places = tilePlaces(map, m, { ...tiles, side, border })
  const taken = pixels(reshape(map, [1, n, h * w, c]), places, [side * side, tiles.count])
  return reshape(taken, [side * side, n * tiles.count * c])
}

/** Bᵀ d B of every tile with its border: x [N, H, W, C] -> [(m+2)², N·tiles, C]. */
function inputTransform(x: Tensor, m: TileSize): Tensor {
  const [n, , , c] = x.shape
  const V = matmul(square(transforms[m].Bt), tiled(x, m, 1))
  return reshape(V, [(m + 2) ** 2, n! * tilesOf(x, m).count, c!])
}

/** Aᵀ M A of every tile, put together and cut to the size of the map: M [(m+2)², N·tiles, C] -> [N, H, W, C]. */
function outputTransform(M: Tensor, map: Tensor, m: TileSize): Tensor {
  const [n, h, w] = map.shape as [number, number, number]
  const [taps, all, c] = M.shape as [number, number, number]
  const tiles = tilesOf(map, m)
  const outputs = matmul(square(transforms[m].At), reshape(M, [taps, all * c]))
  const places = new Int32Array(h * w)
  tilePlaces(map, m, { ...tiles, side: m, border: 0 }).forEach((place, index) => {
    if (place !== outside) places[place] = index
  })
  return reshape(pixels(reshape(outputs, [m * m, n, tiles.count, c]), places, [1, h * w]), [n, h, w, c])
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
  const { At, G } = transforms[m]
  const ci = x.shape[3]!
  const [n, , , co] = g.shape as [number, number, number, number]
  const dM = matmul(square(transposed(At)), tiled(g, m, 0))
  const dU = fusedMatmul(inputTransform(x, m), reshape(dM, [(m + 2) ** 2, n * tilesOf(g, m).count, co]), {
    transA: true,
  })
  return reshape(matmul(square(transposed(G)), reshape(dU, [(m + 2) ** 2, ci * co])), [3, 3, ci, co])
}

/** Tiles of depthwise convolutions: the products are few, so the transforms should be, too. */
const depthwiseTile: TileSize = 4

/** A depthwise convolution with padding 1, its products elementwise: x [N, H, W, C], w [3, 3, 1, C] -> [N, H, W, C]. */
export function winogradDepthwise(x: Tensor, w: Tensor): Tensor {
  const U = kernelTransform(w, transforms[depthwiseTile].G)
  return outputTransform(mul(inputTransform(x, depthwiseTile), U), x, depthwiseTile)
}

/** Its adjoint in x: g [N, H, W, C] -> [N, H, W, C]. */
export function winogradDepthwiseTranspose(g: Tensor, w: Tensor): Tensor {
  const U = kernelTransform(w, turned(transforms[depthwiseTile].G))
  return outputTransform(mul(inputTransform(g, depthwiseTile), U), g, depthwiseTile)
}

/** Its adjoint in w, in the transformed domain: x [N, H, W, C], g [N, H, W, C] -> [3, 3, 1, C]. */
export function winogradDepthwiseWeight(x: Tensor, g: Tensor): Tensor {
  const { At, G } = transforms[depthwiseTile]
  const V = inputTransform(x, depthwiseTile)
  const dM = reshape(matmul(square(transposed(At)), tiled(g, depthwiseTile, 0)), V.shape)
  const dU = reduceSum(mul(V, dM), [1])
  return reshape(matmul(square(transposed(G)), dU), [3, 3, 1, x.shape[3]!])
}
