import { UsageError } from '../errors.ts'
import { add, reshape, type Tensor } from '../graph/index.ts'
import { convolution, fanInUniform, fullyConnected, gaussian, prelu } from '../nn/index.ts'

/** Residual units in the four stages, by the number of layers (Liu et al. 2017, table 2). */
const unitsByDepth = {
  4: [0, 0, 0, 0],
  10: [0, 1, 2, 0],
  20: [1, 2, 4, 1],
  36: [2, 4, 8, 2],
  64: [3, 8, 16, 3],
} as const

/** The depths that exist. */
export type SfnetDepth = keyof typeof unitsByDepth

export const sfnetDepths = Object.keys(unitsByDepth).map(Number) as SfnetDepth[]

export interface SfnetOptions {
  readonly depth?: SfnetDepth
  /** Multiplies the channels 64, 128, 256, 512 of the stages. */
  readonly width?: number
  /** Length D of the embedding. */
  readonly dimensions?: number
}

/**
 * SFNet, the network of SphereFace (Liu et al. 2017): pixels [N, 3, H, W] in about −1 … 1 -> features [N, D].
 * Each stage halves the map by a stride-2 convolution and refines it by residual units; no batch normalisation,
 * no activation at the end.
 * @throws UsageError for a depth that does not exist or a width that leaves no channel
 */
export function sfnet(
  pixels: Tensor,
  { depth = 20, width = 1, dimensions = 512 }: SfnetOptions = {},
): Tensor {
  const stages = unitsByDepth[depth]
  if (!stages) throw new UsageError(`sfnet: depth must be one of ${sfnetDepths.join(', ')}, got ${depth}`)
  const channels = [64, 128, 256, 512].map((c) => Math.floor(c * width))
  if (!(channels[0]! >= 1)) throw new UsageError(`sfnet: width must leave at least one channel, got ${width}`)
  let x = pixels
  stages.forEach((units, stage) => {
    const out = channels[stage]!
    const name = `stage${stage + 1}`
    x = convolution(x, `${name}.down`, { out, stride: 2, init: fanInUniform })
    x = prelu(x, `${name}.down`)
    for (let unit = 1; unit <= units; unit++) x = residualUnit(x, `${name}.unit${unit}`)
  })
  const [n, c, h, w] = x.shape
  return fullyConnected(reshape(x, [n!, c! * h! * w!]), 'embedding', { out: dimensions, init: fanInUniform })
}

/** x + PReLU(conv(PReLU(conv(x)))), nothing after the addition. */
function residualUnit(x: Tensor, name: string): Tensor {
  let y = x
  for (const layer of [`${name}.conv1`, `${name}.conv2`]) {
    y = convolution(y, layer, { out: x.shape[1]!, bias: false, init: gaussian(0.01) })
    y = prelu(y, layer)
  }
  return add(x, y)
}
