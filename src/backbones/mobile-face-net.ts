import { add, type Tensor } from '../graph/index.ts'
import { batchNorm, dropout, fanInUniform, fullyConnected, type Training } from '../nn/index.ts'
import { convBlock } from './conv-block.ts'
import { flat } from './flat.ts'
import type { NetworkOptions } from './network-options.ts'
import { stageChannels } from './stage-channels.ts'

/** Bottlenecks: how much wider they are inside, their channels, how many, stride of the first (table 1 of the paper). */
const stages = [
  { expansion: 2, full: 64, count: 5, first: 2 },
  { expansion: 4, full: 128, count: 1, first: 2 },
  { expansion: 2, full: 128, count: 6, first: 1 },
  { expansion: 4, full: 128, count: 1, first: 2 },
  { expansion: 2, full: 128, count: 2, first: 1 },
] as const

const init = fanInUniform

/**
 * MobileFaceNet (Chen et al. 2018, table 1): pixels [N, 3, H, W] in about −1 … 1, published at 112×112, -> features [N, D],
 * D = 128 as published. Instead of a mean over the map, a depthwise convolution of the whole map weighs its places.
 * @throws UsageError for a width that leaves no channel
 */
export function mobileFaceNet(
  pixels: Tensor,
  { width = 1, dimensions = 128, dropout: rate = 0, training = false }: NetworkOptions = {},
): Tensor {
  const [first, last, ...channels] = stageChannels(
    'mobilefacenet',
    [64, 512, ...stages.map(({ full }) => full)],
    width,
  )
  let x = convBlock(pixels, 'stem', { out: first!, stride: 2, init, training })
  x = convBlock(x, 'depthwise', { out: first!, group: first!, init, training })
  stages.forEach(({ expansion, count, first: stride }, stage) => {
    for (let unit = 1; unit <= count; unit++)
      x = bottleneck(x, `stage${stage + 1}.unit${unit}`, {
        out: channels[stage]!,
        expansion,
        stride: unit === 1 ? stride : 1,
        training,
      })
  })
  x = convBlock(x, 'last', { out: last!, kernel: 1, init, training })
  x = convBlock(x, 'global', {
    out: last!,
    kernel: [x.shape[2]!, x.shape[3]!],
    pad: 0,
    group: last!,
    init,
    isLinear: true,
    training,
  })
  x = dropout(flat(x), 'dropout', { rate, training })
  x = fullyConnected(x, 'embedding', { out: dimensions, bias: false, init })
  return batchNorm(x, 'embedding.norm', { training })
}

/** 1×1 wider, 3×3 depthwise, 1×1 back without activation; x is added where nothing changes its shape. */
function bottleneck(
  x: Tensor,
  name: string,
  {
    out,
    expansion,
    stride,
    training,
  }: {
    readonly out: number
    readonly expansion: number
    readonly stride: number
    readonly training: Training
  },
): Tensor {
  const inside = expansion * x.shape[1]!
  let y = convBlock(x, `${name}.expand`, { out: inside, kernel: 1, init, training })
  y = convBlock(y, `${name}.depthwise`, { out: inside, stride, group: inside, init, training })
  y = convBlock(y, `${name}.project`, { out, kernel: 1, init, isLinear: true, training })
  return stride === 1 && x.shape[1] === out ? add(y, x) : y
}
