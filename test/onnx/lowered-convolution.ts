import { type Tensor, transpose } from '../../src/graph/index.ts'
import { stridedConv, stridedConvTranspose, stridedConvWeight } from '../../src/onnx/strided.ts'
import {
  type TileSize,
  winogradConv,
  winogradConvTranspose,
  winogradConvWeight,
} from '../../src/onnx/winograd.ts'
import { convolutionOf } from '../graph/conv-geometry.ts'
import type { Case } from './run-cases.ts'

/** A 3×3 convolution with padding 1: pictures, channels into and out of it, rows and columns. */
export interface Small {
  readonly batch: number
  readonly channels: [number, number]
  readonly size: [number, number]
}

/** Sizes that fit tiles and strides, miss them by one, or are smaller than a tile; colour pictures; one channel; a batch. */
export const smallConvolutions: readonly Small[] = [
  { batch: 2, channels: [4, 5], size: [8, 8] },
  { batch: 3, channels: [2, 3], size: [7, 6] },
  { batch: 1, channels: [3, 6], size: [9, 5] },
  { batch: 2, channels: [3, 4], size: [14, 12] },
  { batch: 1, channels: [1, 1], size: [1, 1] },
  { batch: 2, channels: [2, 1], size: [1, 4] },
  { batch: 1, channels: [1, 3], size: [3, 2] },
  { batch: 2, channels: [5, 2], size: [2, 13] },
]

export const nameOf = ({ batch, channels, size }: Small): string =>
  `${channels[0]} → ${channels[1]} channels, ${size.join('×')}, batch ${batch}`

/** The convolution and its adjoints as plain operators, stride `stride`. */
export const plainConvolution = (small: Small, stride: 1 | 2) =>
  convolutionOf({
    ...small,
    kernel: [3, 3],
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
  })

const toLast = [0, 2, 3, 1]
const toFirst = [0, 3, 1, 2]
const kernelLast = [2, 3, 1, 0]
const kernelFirst = [3, 2, 0, 1]

type Forms = readonly [
  (x: Tensor, w: Tensor) => Tensor,
  (g: Tensor, w: Tensor) => Tensor,
  (x: Tensor, g: Tensor) => Tensor,
]

/** The same in a lowered form, over the same inputs: `form` is a tile size of Winograd's, or `strided` for stride 2. */
export function loweredConvolution(small: Small, form: TileSize | 'strided'): Case {
  const { x, w, g, feeds } = plainConvolution(small, form === 'strided' ? 2 : 1)
  const [conv, convTranspose, convWeight]: Forms =
    form === 'strided'
      ? [stridedConv, (a, k) => stridedConvTranspose(a, k, small.size), stridedConvWeight]
      : [
          (a, k) => winogradConv(a, k, form),
          (a, k) => winogradConvTranspose(a, k, form),
          (a, b) => winogradConvWeight(a, b, form),
        ]
  const [a, k, b] = [transpose(x, toLast), transpose(w, kernelLast), transpose(g, toLast)]
  return {
    outputs: {
      y: transpose(conv(a, k), toFirst),
      dx: transpose(convTranspose(b, k), toFirst),
      dw: transpose(convWeight(a, b), kernelFirst),
    },
    feeds,
  }
}
