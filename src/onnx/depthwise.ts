/**
 * Depthwise convolutions, each channel by a kernel of its own, channels last: maps [N, H, W, C]. 3×3 kernels [3, 3, 1, C] with
 * padding 1: stride 1 by Winograd's tiles, where the products are elementwise, stride 2 by one picture a tap. Kernels
 * [H, W, 1, C] as large as the map: a weighted sum.
 */
import { mul, reduceSum, reshape, type Shape, type Tensor } from '../graph/index.ts'
import { outside, pixels } from './pixels.ts'
import { winogradDepthwise, winogradDepthwiseTranspose, winogradDepthwiseWeight } from './winograd.ts'

export type Stride = 1 | 2

/** x [N, H, W, C], w [3, 3, 1, C] -> [N, H', W', C]. */
export function depthwiseConv(x: Tensor, w: Tensor, stride: Stride): Tensor {
  if (stride === 1) return winogradDepthwise(x, w)
  const [n, h, width, c] = x.shape as [number, number, number, number]
  const y = reduceSum(mul(taps(x), reshape(w, [9, 1, 1, c])), [0])
  return reshape(y, [n, strided(h), strided(width), c])
}

/** Its adjoint in x: g [N, H', W', C] -> [N, H, W, C] with (H, W) = `size`. */
export function depthwiseConvTranspose(
  g: Tensor,
  w: Tensor,
  { stride, size }: { readonly stride: Stride; readonly size: readonly [number, number] },
): Tensor {
  return winogradDepthwiseTranspose(stride === 1 ? g : spread(g, size), w)
}

/** Its adjoint in w: x [N, H, W, C], g [N, H', W', C] -> [3, 3, 1, C]. */
export function depthwiseConvWeight(x: Tensor, g: Tensor, stride: Stride): Tensor {
  if (stride === 1) return winogradDepthwiseWeight(x, g)
  const [n, h, width, c] = g.shape as [number, number, number, number]
  return reshape(reduceSum(mul(taps(x), reshape(g, [1, n, h * width, c])), [1, 2]), [3, 3, 1, c])
}

/** A kernel as large as the map: x [N, H, W, C], w [H, W, 1, C] -> [N, 1, 1, C]. */
export const wholeDepthwise = (x: Tensor, w: Tensor): Tensor =>
  reduceSum(mul(x, reshape(w, ofMap(x))), [1, 2], { keepdims: true })

/** Its adjoint in x: g [N, 1, 1, C], w [H, W, 1, C] -> [N, H, W, C]. */
export function wholeDepthwiseTranspose(g: Tensor, w: Tensor): Tensor {
  const [h, width, , c] = w.shape as [number, number, number, number]
  return mul(g, reshape(w, [1, h, width, c]))
}

/** Its adjoint in w: x [N, H, W, C], g [N, 1, 1, C] -> [H, W, 1, C]. */
export function wholeDepthwiseWeight(x: Tensor, g: Tensor): Tensor {
  const [, h, width, c] = x.shape as [number, number, number, number]
  return reshape(reduceSum(mul(x, g), [0]), [h, width, 1, c])
}

const ofMap = ({ shape: [, h, w, c] }: Tensor): Shape => [1, h!, w!, c!]

const strided = (length: number): number => Math.floor((length - 1) / 2) + 1

/** The pixel under each of the nine taps at every second place: x [N, H, W, C] -> [9, N, H'·W', C]. */
function taps(x: Tensor): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number]
  const count = strided(h) * strided(w)
  const places = new Int32Array(9 * count)
  let next = 0
  for (let i = -1; i < 2; i++)
    for (let j = -1; j < 2; j++)
      for (let row = i; row < h + i; row += 2)
        for (let column = j; column < w + j; column += 2)
          places[next++] = row >= 0 && row < h && column >= 0 && column < w ? row * w + column : outside
  return pixels(reshape(x, [1, n, h * w, c]), places, [9, count])
}

/** The map of `size` with g at every second place and zeros between: [N, H', W', C] -> [N, H, W, C]. */
export function spread(g: Tensor, [h, w]: readonly [number, number]): Tensor {
  const [n, rows, columns, c] = g.shape as [number, number, number, number]
  const places = new Int32Array(h * w).fill(outside)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) places[2 * row * w + 2 * column] = row * columns + column
  return reshape(pixels(reshape(g, [1, n, rows * columns, c]), places, [1, h * w]), [n, h, w, c])
}
