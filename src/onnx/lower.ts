import {
  geometryOf,
  inversePermutation,
  type RewriteRule,
  rewrite,
  type Tensor,
  withoutKeeping,
} from '../graph/index.ts'
import { anyBatch, holdsAnyBatch } from './any-batch.ts'
import { lowerChoices } from './choices.ts'
import { lowerDepthwise } from './lower-depthwise.ts'
import { mergedReshape, mergedTranspose } from './merged.ts'
import { pointwiseConv, pointwiseConvTranspose, pointwiseConvWeight } from './pointwise.ts'
import { sinkTranspose } from './sink-transpose.ts'
import { stridedConv, stridedConvTranspose, stridedConvWeight } from './strided.ts'
import { tidy } from './tidy.ts'
import { wideRows } from './wide-rows.ts'
import { type TileSize, winogradConv, winogradConvTranspose, winogradConvWeight } from './winograd.ts'

/** Channels first to channels last, and back. */
const toLast = [0, 2, 3, 1]
const toFirst = inversePermutation(toLast)
/** Weights [Co, Ci, Kh, Kw] to [Kh, Kw, Ci, Co]. */
const kernelLast = [2, 3, 1, 0]

const equal = (a: unknown, b: readonly number[]): boolean => JSON.stringify(a) === JSON.stringify(b)

const isZero = (pads: readonly number[]): boolean => pads.every((n) => n === 0)

/** Convolutions of 1×1 kernels without padding, and their adjoints, as matrix products. */
const lowerPointwise: RewriteRule = (node, [x, w]) => {
  const { op } = node
  if (!x || !w || (op?.type !== 'Conv' && op?.type !== 'ConvTranspose')) return null
  const { strides, dilations, pads, group } = geometryOf(node)
  if (!isZero(pads) || group !== 1) return null
  const isPoint = equal(w.shape.slice(2), [1, 1])
  if (op.type === 'ConvTranspose')
    return isPoint
      ? mergedTranspose(
          pointwiseConvTranspose(mergedTranspose(x, toLast), mergedTranspose(w, kernelLast), strides, [
            node.shape[2]!,
            node.shape[3]!,
          ]),
          toFirst,
        )
      : null
  if (isPoint)
    return mergedTranspose(
      pointwiseConv(mergedTranspose(x, toLast), mergedTranspose(w, kernelLast), strides),
      toFirst,
    )
  // A kernel that spans the map is a gradient in the weights: batch and channels have changed places. A file has no such thing.
  const taken = [0, 1].map((axis) => Math.ceil(x.shape[2 + axis]! / dilations[axis]!))
  if (!equal(node.shape.slice(2), [1, 1]) || !equal(w.shape.slice(2), taken) || x.shape.some(holdsAnyBatch))
    return null
  const [a, g] = [mergedTranspose(x, [1, 2, 3, 0]), mergedTranspose(w, [1, 2, 3, 0])]
  return mergedTranspose(pointwiseConvWeight(a, g, dilations), [2, 3, 0, 1])
}

/** Convolutions of 3×3 kernels, padding 1 and stride 1 or 2, and their adjoints, in forms that are faster on the CPU. */
const lowerConvolution: RewriteRule = (node, [x, w]) => {
  const { op } = node
  if (!x || !w || (op?.type !== 'Conv' && op?.type !== 'ConvTranspose')) return null
  // A map of ones, by which a shift was folded, is worked out once, when the file is opened.
  const { strides, dilations, pads, group } = geometryOf(node)
  if (group !== 1 || x.leaf?.kind === 'constant') return null
  const ones = equal(dilations, [1, 1])
  const size = [x.shape[2]!, x.shape[3]!] as const
  const kernel = [w.shape[2]!, w.shape[3]!]
  const isSmall = equal(kernel, [3, 3]) && ones && equal(pads, [1, 1, 1, 1])

  if (op.type === 'ConvTranspose' && isSmall) {
    const [g, k] = [mergedTranspose(x, toLast), mergedTranspose(w, kernelLast)]
    const out = [node.shape[2]!, node.shape[3]!] as const
    if (equal(strides, [1, 1])) return mergedTranspose(winogradConvTranspose(g, k, tileSize(g, k)), toFirst)
    if (equal(strides, [2, 2])) return mergedTranspose(stridedConvTranspose(g, k, out), toFirst)
    return null
  }
  if (op.type !== 'Conv') return null
  // A kernel as large as the map is a gradient in the weights: batch and channels have changed places.
  if (equal(strides, [1, 1]) && equal(node.shape.slice(2), [3, 3]) && pads[0] === 1 && pads[1] === 1) {
    const [a, g] = [mergedTranspose(x, [1, 2, 3, 0]), mergedTranspose(w, [1, 2, 3, 0])]
    const back = [2, 3, 0, 1]
    if (ones && equal(kernel, size)) return mergedTranspose(winogradConvWeight(a, g, tileSize(a, g)), back)
    const strided = size.map((length) => Math.ceil(length / 2))
    if (equal(dilations, [2, 2]) && equal(kernel, strided))
      return mergedTranspose(stridedConvWeight(a, g), back)
  }
  if (!isSmall) return null
  const [a, k] = [mergedTranspose(x, toLast), mergedTranspose(w, kernelLast)]
  if (equal(strides, [1, 1])) return mergedTranspose(winogradConv(a, k, tileSize(a, k)), toFirst)
  if (equal(strides, [2, 2])) return mergedTranspose(stridedConv(a, k), toFirst)
  return null
}

/** The batch that a file with a free one is made for. */
const usualBatch = 32

/** Large tiles save the most arithmetic, small ones transform fewer weights: where weights outweigh the map, small ones win. */
function tileSize(map: Tensor, other: Tensor): TileSize {
  const [n, h, w, c] = map.shape
  const tiles = (n === anyBatch ? usualBatch : n!) * Math.ceil(h! / 4) * Math.ceil(w! / 4)
  return tiles < Math.max(c!, other.shape[3]!) ? 2 : 4
}

/** Transposes and reshapes meet those that the other rules made, and merge. */
export const mergeMovement: RewriteRule = ({ op }, [x]) => {
  if (op?.type === 'Transpose') return mergedTranspose(x!, op.attributes!.perm as readonly number[])
  if (op?.type === 'Reshape') return mergedReshape(x!, op.operands![0]!)
  return null
}

/** The graph of `outputs` in forms that are faster on a CPU: same values but for rounding, other operators, no `keeping`. */
export function lower(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const tidied = rewrite(tidy(withoutKeeping(outputs)), lowerChoices)
  const sunk = rewrite(
    tidied,
    (node, inputs) =>
      mergeMovement(node, inputs) ??
      lowerPointwise(node, inputs) ??
      lowerDepthwise(node, inputs) ??
      lowerConvolution(node, inputs) ??
      sinkTranspose(node, inputs),
  )
  return rewrite(sunk, wideRows)
}
