import { UsageError } from '../errors.ts'
import { add, type Tensor } from '../graph/index.ts'
import {
  type ConvolutionOptions,
  convolution,
  dropout,
  fanInUniform,
  fullyConnected,
  gaussian,
  prelu,
} from '../nn/index.ts'
import { convBlock } from './conv-block.ts'
import { flat } from './flat.ts'
import type { NetworkOptions } from './network-options.ts'
import { stageChannels } from './stage-channels.ts'

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

export interface SfnetOptions extends NetworkOptions {
  readonly depth?: SfnetDepth
  /** Batch normalisation between each convolution, which has no bias then, and its activation; none as published. */
  readonly batchNorm?: boolean
}

/**
 * SFNet, the network of SphereFace (Liu et al. 2017): pixels [N, 3, H, W] in about −1 … 1 -> features [N, D].
 * Each stage halves the map by a stride-2 convolution and refines it by residual units; channels 64, 128, 256, 512 times
 * `width`; no activation at the end. As published without batch normalisation and dropout.
 * @throws UsageError for a depth that does not exist, a width that leaves no channel or a dropout outside 0 … 1
 */
export function sfnet(
  pixels: Tensor,
  {
    depth = 20,
    width = 1,
    dimensions = 512,
    batchNorm = false,
    dropout: rate = 0,
    training = false,
  }: SfnetOptions = {},
): Tensor {
  const stages = unitsByDepth[depth]
  if (!stages) throw new UsageError(`sfnet: depth must be one of ${sfnetDepths.join(', ')}, got ${depth}`)
  const channels = stageChannels('sfnet', [64, 128, 256, 512], width)
  const layer = (x: Tensor, name: string, options: ConvolutionOptions): Tensor =>
    batchNorm ? convBlock(x, name, { ...options, training }) : prelu(convolution(x, name, options), name)
  /** x + PReLU(conv(PReLU(conv(x)))), nothing after the addition. */
  const residualUnit = (x: Tensor, name: string): Tensor => {
    const options = { out: x.shape[1]!, bias: false, init: gaussian(0.01) }
    return add(x, layer(layer(x, `${name}.conv1`, options), `${name}.conv2`, options))
  }
  let x = pixels
  stages.forEach((units, stage) => {
    const name = `stage${stage + 1}`
    x = layer(x, `${name}.down`, { out: channels[stage]!, stride: 2, init: fanInUniform })
    for (let unit = 1; unit <= units; unit++) x = residualUnit(x, `${name}.unit${unit}`)
  })
  x = dropout(flat(x), 'dropout', { rate, training })
  return fullyConnected(x, 'embedding', { out: dimensions, init: fanInUniform })
}
