/**
 * 1×1 convolutions without padding as one matrix product each: maps [N, H, W, C], weights [1, 1, Ci, Co]. With a stride only
 * the pixels that are met take part.
 */
import { matmul, reshape, slice, type Tensor } from '../graph/index.ts'
import { fusedMatmul } from './contrib.ts'
import { outside, pixels } from './pixels.ts'

type Pair = readonly [number, number]

const met = (x: Tensor, [rows, columns]: Pair): Tensor =>
  slice(slice(x, 1, { step: rows }), 2, { step: columns })

/** A map as a matrix: [N, H, W, C] -> [N·H·W, C]. */
const flat = (x: Tensor): Tensor => {
  const [n, h, w, c] = x.shape as [number, number, number, number]
  return reshape(x, [n * h * w, c])
}

/** x [N, H, W, Ci], w [1, 1, Ci, Co] -> [N, H', W', Co]. */
export function pointwiseConv(x: Tensor, w: Tensor, strides: Pair): Tensor {
  const taken = met(x, strides)
  const [, , ci, co] = w.shape as [number, number, number, number]
  return reshape(matmul(flat(taken), reshape(w, [ci, co])), [...taken.shape.slice(0, 3), co])
}

/** Its adjoint in x: g [N, H', W', Co] -> [N, H, W, Ci] with (H, W) = `size`; pixels that were not met get 0. */
export function pointwiseConvTranspose(g: Tensor, w: Tensor, strides: Pair, size: Pair): Tensor {
  const [n, gh, gw] = g.shape as [number, number, number]
  const [, , ci, co] = w.shape as [number, number, number, number]
  const dx = fusedMatmul(flat(g), reshape(w, [ci, co]), { transB: true })
  if (gh === size[0] && gw === size[1]) return reshape(dx, [n, gh, gw, ci])
  const places = new Int32Array(size[0] * size[1])
  let next = 0
  for (let y = 0; y < size[0]; y++)
    for (let x = 0; x < size[1]; x++) {
      const isMet = y % strides[0] === 0 && x % strides[1] === 0
      places[next++] = isMet ? (y / strides[0]) * gw + x / strides[1] : outside
    }
  const back = pixels(reshape(dx, [1, n, gh * gw, ci]), places, [1, size[0] * size[1]])
  return reshape(back, [n, ...size, ci])
}

/**
 * Its adjoint in w: x [N, H, W, Ci], g [N, H', W', Co] -> [1, 1, Ci, Co]. Any convolution of a whole map to one place is such
 * a product, too.
 */
export function pointwiseConvWeight(x: Tensor, g: Tensor, strides: Pair): Tensor {
  const product = fusedMatmul(flat(met(x, strides)), flat(g), { transA: true })
  return reshape(product, [1, 1, ...product.shape])
}
