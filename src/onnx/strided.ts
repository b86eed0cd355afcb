/**
 * 3×3 convolutions of stride 2 and padding 1 as one matrix product each: maps [N, H, W, C], weights [3, 3, Ci, Co].
 */
import { concat, constant, elementCount, matmul, reshape, slice, type Tensor } from '../graph/index.ts'
import { fusedMatmul } from './contrib.ts'
import { outside, pixels } from './pixels.ts'

const stride = 2
const strided = (length: number): number => Math.floor((length - 1) / stride) + 1

/** Every output's 3×3 neighbourhood as a row: x [N, H, W, C] -> [N·H'·W', 9·C]. */
function neighbourhoods(x: Tensor): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number]
  const count = strided(h) * strided(w)
  const places = new Int32Array(count * 9)
  let next = 0
  for (let row = -1; row < h - 1; row += stride)
    for (let column = -1; column < w - 1; column += stride)
      for (let i = row; i < row + 3; i++)
        for (let j = column; j < column + 3; j++)
          places[next++] = i >= 0 && i < h && j >= 0 && j < w ? i * w + j : outside
  return reshape(pixels(reshape(x, [1, n, h * w, c]), places, [1, count * 9]), [n * count, 9 * c])
}

/** x [N, H, W, Ci], w [3, 3, Ci, Co] -> [N, H', W', Co]. */
export function stridedConv(x: Tensor, w: Tensor): Tensor {
  const [n, height, width] = x.shape as [number, number, number, number]
  const co = w.shape[3]!
  const y = matmul(neighbourhoods(x), reshape(w, [elementCount(w.shape) / co, co]))
  return reshape(y, [n, strided(height), strided(width), co])
}

/** Its adjoint in w: x [N, H, W, Ci], g [N, H', W', Co] -> [3, 3, Ci, Co]. */
export function stridedConvWeight(x: Tensor, g: Tensor): Tensor {
  const co = g.shape[3]!
  const rows = neighbourhoods(x)
  return reshape(fusedMatmul(rows, reshape(g, [rows.shape[0]!, co]), { transA: true }), [
    3,
    3,
    x.shape[3]!,
    co,
  ])
}

/**
 * Its adjoint in x: g [N, H', W', Co] -> [N, H, W, Ci]. The input pixels of even and odd row and column see the taps
 * (1), (2, 0) of g at the same and the next place, so each output's 2×2 neighbourhood times one matrix of the taps gives
 * the four pixels of a 2×2 block of x, which are then put in place.
 */
export function stridedConvTranspose(g: Tensor, w: Tensor, [h, width]: readonly [number, number]): Tensor {
  const [n, gh, gw, co] = g.shape as [number, number, number, number]
  const ci = w.shape[2]!
  const count = gh * gw
  const places = new Int32Array(count * 4)
  let next = 0
  for (let row = 0; row < gh; row++)
    for (let column = 0; column < gw; column++)
      for (let i = row; i < row + 2; i++)
        for (let j = column; j < column + 2; j++) places[next++] = i < gh && j < gw ? i * gw + j : outside
  const taken = pixels(reshape(g, [1, n, count, co]), places, [1, count * 4])
  const rows = reshape(taken, [n * count, 4 * co])

  // Tap of the kernel that leads from g at shift s to the input pixel of parity p; none from the next place to even pixels.
  const tap = (p: number, s: number): number | null => (p === 0 ? (s === 0 ? 1 : null) : s === 0 ? 2 : 0)
  const taps = reshape(w, [9, ci, co])
  const none = constant(new Float32Array(ci * co), [1, ci, co])
  const both = [0, 1]
  const blocks = both.flatMap((pi) =>
    both.map((pj) => {
      const across = both.flatMap((si) =>
        both.map((sj) => {
          const i = tap(pi, si)
          const j = tap(pj, sj)
          return i === null || j === null ? none : slice(taps, 0, { start: 3 * i + j, end: 3 * i + j + 1 })
        }),
      )
      return concat(across, 2)
    }),
  )
  const matrix = reshape(concat(blocks, 0), [4 * ci, 4 * co])
  const apart = reshape(fusedMatmul(rows, matrix, { transB: true }), [1, n, count * 4, ci])

  const back = new Int32Array(h * width)
  next = 0
  for (let y = 0; y < h; y++)
    for (let x = 0; x < width; x++) back[next++] = 4 * ((y >> 1) * gw + (x >> 1)) + 2 * (y & 1) + (x & 1)
  return reshape(pixels(apart, back, [1, h * width]), [n, h, width, ci])
}
