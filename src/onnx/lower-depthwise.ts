import {
  type ConvGeometry,
  geometryOf,
  inversePermutation,
  type RewriteRule,
  type Tensor,
} from '../graph/index.ts'
import { holdsAnyBatch } from './any-batch.ts'
import {
  blockedDepthwise,
  blockedDepthwiseTranspose,
  blockedDepthwiseWeight,
  canBeBlocked,
} from './blocked.ts'
import {
  depthwiseConv,
  depthwiseConvTranspose,
  depthwiseConvWeight,
  type Stride,
  spread,
  wholeDepthwise,
  wholeDepthwiseTranspose,
  wholeDepthwiseWeight,
} from './depthwise.ts'
import { mergedReshape, mergedTranspose } from './merged.ts'

/** Channels first to channels last, and back; weights [C, 1, Kh, Kw] to [Kh, Kw, 1, C]. */
const toLast = [0, 2, 3, 1]
const toFirst = inversePermutation(toLast)
const kernelLast = [2, 3, 1, 0]

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i])

type Walk = Required<ConvGeometry>

/** 1 or 2 where both numbers are that. */
const strideOf = ([rows, columns]: readonly number[]): Stride | null =>
  rows === columns && (rows === 1 || rows === 2) ? rows : null

/**
 * Depthwise convolutions of 3×3 kernels with padding 1 and stride 1 or 2, or of kernels as large as the map, and their
 * adjoints, with channels last. A file, whose batch is free, keeps its operator: there weights are constants, for which the
 * runtime has a kernel of its own.
 */
export const lowerDepthwise: RewriteRule = (node, [x, w]) => {
  const { op } = node
  if (!x || !w || (op?.type !== 'Conv' && op?.type !== 'ConvTranspose')) return null
  const walk = geometryOf(node)
  if (walk.group === 1 || x.shape.some(holdsAnyBatch)) return null
  const isDepthwise = x.shape[1] === walk.group && w.shape[0] === walk.group && w.shape[1] === 1
  if (op.type === 'Conv')
    return (isDepthwise ? forward(node, x, w, walk) : null) ?? byWeight(node, x, w, walk)
  return isDepthwise ? byInput(node, x, w, walk) : null
}

const isSmall = ({ shape }: Tensor, { dilations, pads }: Walk): boolean =>
  equal(shape.slice(2), [3, 3]) && equal(dilations, [1, 1]) && equal(pads, [1, 1, 1, 1])
const isPlain = ({ strides, dilations, pads }: Walk): boolean =>
  equal(strides, [1, 1]) && equal(dilations, [1, 1]) && equal(pads, [0, 0, 0, 0])

function forward({ shape }: Tensor, x: Tensor, w: Tensor, walk: Walk): Tensor | null {
  const stride = isSmall(w, walk) ? strideOf(walk.strides) : null
  const isWhole = isPlain(walk) && equal(shape.slice(2), [1, 1])
  if (!stride && !isWhole) return null
  const a = mergedTranspose(x, toLast)
  if (stride && canBeBlocked(a.shape[3]!)) return mergedTranspose(blockedDepthwise(a, w, walk), toFirst)
  const k = mergedTranspose(w, kernelLast)
  return mergedTranspose(stride ? depthwiseConv(a, k, stride) : wholeDepthwise(a, k), toFirst)
}

function byInput({ shape }: Tensor, g: Tensor, w: Tensor, walk: Walk): Tensor | null {
  const stride = isSmall(w, walk) ? strideOf(walk.strides) : null
  const isWhole = isPlain(walk) && equal(g.shape.slice(2), [1, 1])
  if (!stride && !isWhole) return null
  const a = mergedTranspose(g, toLast)
  const size = [shape[2]!, shape[3]!] as const
  if (stride && canBeBlocked(a.shape[3]!))
    return mergedTranspose(blockedDepthwiseTranspose(stride === 1 ? a : spread(a, size), w), toFirst)
  const k = mergedTranspose(w, kernelLast)
  return mergedTranspose(
    stride ? depthwiseConvTranspose(a, k, { stride, size }) : wholeDepthwiseTranspose(a, k),
    toFirst,
  )
}

/** The gradient in the weights, as `convWeight` writes it: samples stand for channels, x [1, C·N, H, W] and g [C, N, H', W']. */
function byWeight({ shape }: Tensor, x: Tensor, g: Tensor, walk: Walk): Tensor | null {
  const [channels, n, ...mapOfG] = g.shape as [number, number, number, number]
  const [, all, h, w] = x.shape as [number, number, number, number]
  if (x.shape[0] !== 1 || walk.group !== channels || all !== channels * n) return null
  // The stride of the convolution is the dilation here.
  const stride = strideOf(walk.dilations)
  const isOfSmall =
    stride !== null &&
    equal(shape.slice(2), [3, 3]) &&
    equal(walk.strides, [1, 1]) &&
    equal(walk.pads.slice(0, 2), [1, 1]) &&
    equal(mapOfG, [Math.ceil(h / stride), Math.ceil(w / stride)])
  const isOfWhole = isPlain(walk) && equal(mapOfG, [1, 1])
  if (!isOfSmall && !isOfWhole) return null
  const batchLast = [1, 2, 3, 0]
  const a = mergedTranspose(mergedReshape(x, [channels, n, h, w]), batchLast)
  const b = mergedTranspose(g, batchLast)
  if (isOfSmall && canBeBlocked(channels)) return blockedDepthwiseWeight(a, b, walk)
  return mergedTranspose(
    isOfSmall ? depthwiseConvWeight(a, b, stride) : wholeDepthwiseWeight(a, b),
    [2, 3, 0, 1],
  )
}
