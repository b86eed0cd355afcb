import { conv, input, topologicalOrder } from '../../graph/index.ts'
import { lower } from '../../onnx/index.ts'

/** A 3×3 convolution and the form that it is written in for the CPU. */
export interface ChosenLowering {
  readonly layer: string
  readonly form: string
}

/** Convolutions of SFNet: channels in and out, rows and columns of the map, stride. */
const layers = [
  { from: 3, to: 64, height: 112, width: 96, stride: 2 },
  { from: 64, to: 64, height: 56, width: 48, stride: 1 },
  { from: 128, to: 128, height: 28, width: 24, stride: 1 },
  { from: 256, to: 256, height: 14, width: 12, stride: 1 },
  { from: 512, to: 512, height: 7, width: 6, stride: 1 },
] as const

/** How the convolutions of an SFNet at 112×96 would be computed with batches of the given size. */
export function chosenLowerings({ batch = 32 } = {}): ChosenLowering[] {
  return layers.map(({ from, to, height, width, stride }) => {
    const x = input('x', [batch, from, height, width])
    const w = input('w', [to, from, 3, 3])
    const y = conv(x, w, { strides: [stride, stride], pads: [1, 1, 1, 1] })
    const nodes = topologicalOrder([lower({ y }).y!])
    // The product in Winograd's domain is a batch of (m + 2)² matrices.
    const sizes = nodes.filter(({ op, shape }) => /MatMul/.test(op?.type ?? '') && shape.length === 3)
    const tile = [4, 2].find((m) => sizes.some(({ shape }) => shape[0] === (m + 2) ** 2))
    const isPlain = nodes.some(({ op }) => op?.type === 'Conv')
    const form = isPlain ? 'plain Conv' : tile ? `Winograd F(${tile}×${tile}, 3×3)` : 'im2col'
    return { layer: `${from} → ${to} channels, ${height}x${width}, stride ${stride}`, form }
  })
}
