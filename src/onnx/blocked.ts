/**
 * Depthwise convolutions by ONNX Runtime's operators for maps in blocks of channels (com.microsoft.nchwc). To a graph such a
 * map is [N, C, H, W], whatever order its memory has; the runtime's reordering operators lead in and out of it.
 */
import { apply, conv, type Op, reduceSum, reshape, reverse, type Tensor } from '../graph/index.ts'

const domain = 'com.microsoft.nchwc'

/** Blocks are of 8 or 16 channels, by the processor: what is a multiple of this is whole blocks on each. */
const wholeBlocks = 16

/** Whether a runtime of this machine surely has these operators: it has them for all x64 processors, but not in a browser. */
const isThere = globalThis.process?.arch === 'x64'

/** Whether maps of so many channels can be in blocks. */
export const canBeBlocked = (channels: number): boolean => isThere && channels % wholeBlocks === 0

/** The map of `x` in blocks: x [N, H, W, C], or [N, C, H, W] where `isLast` is false, to [N, C, H, W]. */
export function blocked(x: Tensor, { isLast = true } = {}): Tensor {
  const op: Op<[Tensor]> = {
    type: 'ReorderInput',
    domain,
    attributes: { channels_last: isLast ? 1 : 0 },
    infer: ({ shape, dtype }) => ({
      shape: isLast ? [0, 3, 1, 2].map((axis) => shape[axis]!) : shape,
      dtype,
    }),
    vjp: null,
  }
  return apply(op, x)
}

/** Out of blocks: [N, C, H, W] to [N, H, W, C], or to [N, C, H, W] where `isLast` is false. */
export function unblocked(x: Tensor, { isLast = true } = {}): Tensor {
  const op: Op<[Tensor]> = {
    type: 'ReorderOutput',
    domain,
    attributes: { channels: x.shape[1]!, channels_last: isLast ? 1 : 0 },
    infer: ({ shape, dtype }) => ({
      shape: isLast ? [0, 2, 3, 1].map((axis) => shape[axis]!) : shape,
      dtype,
    }),
    vjp: null,
  }
  return apply(op, x)
}

interface Geometry {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

type Walk = Parameters<typeof conv>[2]

/** A depthwise convolution of what is in blocks: x [N, C, H, W], w [C, 1, Kh, Kw]. */
function blockedConv(x: Tensor, w: Tensor, geometry: Geometry): Tensor {
  const plain = conv(x, w, { ...geometry, group: x.shape[1]! } as Walk)
  const op = plain.op!
  return apply(
    { ...op, domain, attributes: { ...op.attributes, kernel_shape: w.shape.slice(2) }, vjp: null },
    x,
    w,
  )
}

/** Kernels [C, 1, Kh, Kw] in blocks: those of one channel each lie as the channels of one map do. */
function blockedKernels(w: Tensor): Tensor {
  const [c, , h, width] = w.shape as [number, number, number, number]
  return reshape(blocked(reshape(w, [1, c, h, width]), { isLast: false }), w.shape)
}

/** x [N, H, W, C], w [C, 1, Kh, Kw] -> [N, H', W', C]. */
export const blockedDepthwise = (x: Tensor, w: Tensor, geometry: Geometry): Tensor =>
  unblocked(blockedConv(blocked(x), blockedKernels(w), geometry))

/** Its adjoint in x for 3×3 kernels, padding 1 and stride 1: g [N, H, W, C] -> [N, H, W, C], by the turned kernels. */
export const blockedDepthwiseTranspose = (g: Tensor, w: Tensor): Tensor =>
  blockedDepthwise(g, reverse(reverse(w, 2), 3), {
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
  })

/**
 * Its adjoint in w: x [N, H, W, C], g [N, H', W', C] -> [1, C, Kh, Kw]. Samples stand for channels, each with its own g as the
 * kernel; `geometry` is that of this convolution, the stride of the other as its dilation.
 */
export function blockedDepthwiseWeight(x: Tensor, g: Tensor, geometry: Geometry): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number]
  const [, gh, gw] = g.shape as [number, number, number]
  const samples = reshape(blocked(x), [1, n * c, h, w])
  const kernels = reshape(blocked(g), [n * c, 1, gh, gw])
  const each = unblocked(blockedConv(samples, kernels, geometry), { isLast: false })
  const [, , kh, kw] = each.shape as [number, number, number, number]
  return reshape(reduceSum(reshape(each, [n, c * kh * kw]), [0]), [1, c, kh, kw])
}
