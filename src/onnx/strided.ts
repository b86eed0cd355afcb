/**
 * 3×3 convolutions of stride 2 and padding 1 as one matrix product each: maps [N, H, W, C], weights [3, 3, Ci, Co].
 */
import { concat, constant, elementCount, matmul, reshape, type Tensor, transpose } from '../graph/index.ts'
import { fusedMatmul, padMap, windows } from './contrib.ts'

const stride = 2

/** Every output's 3×3 neighbourhood as a row: x [N, H, W, C] -> [N·H'·W', 9·C]. */
function neighbourhoods(x: Tensor): { readonly rows: Tensor; readonly size: readonly [number, number] } {
  const [n, h, w, c] = x.shape
  const size = [Math.floor((h! - 1) / stride) + 1, Math.floor((w! - 1) / stride) + 1] as const
  const padded = padMap(x, [1, 1, 1, 1])
  const taps: Tensor[] = []
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      taps.push(
        windows(padded, [
          { axis: 1, start: i, step: stride, count: size[0] },
          { axis: 2, start: j, step: stride, count: size[1] },
        ]),
      )
  return { rows: reshape(concat(taps, 3), [n! * size[0] * size[1], 9 * c!]), size }
}

/** x [N, H, W, Ci], w [3, 3, Ci, Co] -> [N, H', W', Co]. */
export function stridedConv(x: Tensor, w: Tensor): Tensor {
  const { rows, size } = neighbourhoods(x)
  const co = w.shape[3]!
  return reshape(matmul(rows, reshape(w, [elementCount(w.shape) / co, co])), [x.shape[0]!, ...size, co])
}

/** Its adjoint in w: x [N, H, W, Ci], g [N, H', W', Co] -> [3, 3, Ci, Co]. */
export function stridedConvWeight(x: Tensor, g: Tensor): Tensor {
  const co = g.shape[3]!
  const { rows } = neighbourhoods(x)
  return reshape(fusedMatmul(rows, reshape(g, [rows.shape[0]!, co]), { transA: true }), [
    3,
    3,
    x.shape[3]!,
    co,
  ])
}

/**
 * Its adjoint in x: g [N, H', W', Co] -> [N, H, W, Ci]. The input pixels of even and odd row and column see the taps
 * (1), (2, 0) of g at the same and the next place, so four shifted copies of g times one matrix of the taps give
 * the four pixels of each 2×2 block, which are then put side by side.
 */
export function stridedConvTranspose(g: Tensor, w: Tensor, [h, width]: readonly [number, number]): Tensor {
  const [n, gh, gw, co] = g.shape
  const ci = w.shape[2]!
  const padded = padMap(g, [0, 0, 1, 1])
  const shifts = [0, 1].flatMap((i) =>
    [0, 1].map((j) =>
      windows(padded, [
        { axis: 1, start: i, step: 1, count: gh! },
        { axis: 2, start: j, step: 1, count: gw! },
      ]),
    ),
  )
  // Tap of the kernel that leads from g at shift s to the input pixel of parity p; none from the next place to even pixels.
  const tap = (p: number, s: number): number | null => (p === 0 ? (s === 0 ? 1 : null) : s === 0 ? 2 : 0)
  const zero = constant(new Float32Array(ci * co!), [1, ci, co!])
  const taps = reshape(w, [9, ci, co!])
  // Rows: (parity, Ci); columns: (shift, Co).
  const blocks = [0, 1].flatMap((pi) =>
    [0, 1].map((pj) =>
      concat(
        [0, 1].flatMap((si) =>
          [0, 1].map((sj) => {
            const i = tap(pi, si)
            const j = tap(pj, sj)
            return i === null || j === null
              ? zero
              : windows(taps, [{ axis: 0, start: 3 * i + j, step: 1, count: 1 }])
          }),
        ),
        2,
      ),
    ),
  )
  const matrix = reshape(concat(blocks, 0), [4 * ci, 4 * co!])
  const rows = reshape(concat(shifts, 3), [n! * gh! * gw!, 4 * co!])
  const apart = reshape(fusedMatmul(rows, matrix, { transB: true }), [n!, gh!, gw!, 2, 2, ci])
  const map = reshape(transpose(apart, [0, 1, 3, 2, 4, 5]), [n!, 2 * gh!, 2 * gw!, ci])
  if (h === 2 * gh! && width === 2 * gw!) return map
  return windows(map, [
    { axis: 1, start: 0, step: 1, count: h },
    { axis: 2, start: 0, step: 1, count: width },
  ])
}
