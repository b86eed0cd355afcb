import { UsageError } from '../errors.ts'
import { add, type Tensor } from '../graph/index.ts'
import { batchNorm, dropout, fanInUniform, fullyConnected, gaussian, type Training } from '../nn/index.ts'
import { convBlock } from './conv-block.ts'
import { flat } from './flat.ts'
import type { NetworkOptions } from './network-options.ts'
import { stageChannels } from './stage-channels.ts'

/** Residual units in the four stages, by the number of layers. */
const unitsByDepth = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 14, 3],
  100: [3, 13, 30, 3],
} as const

/** The depths that exist. */
export type IrDepth = keyof typeof unitsByDepth

export const irDepths = Object.keys(unitsByDepth).map(Number) as IrDepth[]

export interface IrOptions extends NetworkOptions {
  readonly depth?: IrDepth
}

/** As the reproductions start: batch normalisation takes the size of the weights away, but not how fast a rate turns them. */
const init = gaussian(0.1)

/**
 * The residual network of ArcFace (Deng et al. 2019, section 3.1: "improved" units) as its reproductions build it: pixels
 * [N, 3, H, W] in about −1 … 1, published at 112×112, -> features [N, D]. The first unit of each stage halves the map.
 * Channels 64, 128, 256, 512 times `width`; dropout before the embedding, batch normalisation behind it.
 * @throws UsageError for a depth that does not exist, a width that leaves no channel
 */
export function ir(
  pixels: Tensor,
  { depth = 50, width = 1, dimensions = 512, dropout: rate = 0, training = false }: IrOptions = {},
): Tensor {
  const stages = unitsByDepth[depth]
  if (!stages) throw new UsageError(`ir: depth must be one of ${irDepths.join(', ')}, got ${depth}`)
  const channels = stageChannels('ir', [64, 128, 256, 512], width)
  let x = convBlock(pixels, 'stem', { out: channels[0]!, init, training })
  stages.forEach((units, stage) => {
    for (let unit = 1; unit <= units; unit++) {
      const stride = unit === 1 ? 2 : 1
      x = residualUnit(x, `stage${stage + 1}.unit${unit}`, { out: channels[stage]!, stride, training })
    }
  })
  x = dropout(batchNorm(x, 'output.norm', { training }), 'dropout', { rate, training })
  x = fullyConnected(flat(x), 'embedding', { out: dimensions, init: fanInUniform })
  return batchNorm(x, 'embedding.norm', { training })
}

/** BN-conv-BN-PReLU-conv-BN beside x itself, or beside a 1×1 convolution with BN where the map is halved. */
function residualUnit(
  x: Tensor,
  name: string,
  { out, stride, training }: { readonly out: number; readonly stride: number; readonly training: Training },
): Tensor {
  let y = batchNorm(x, `${name}.input.norm`, { training })
  y = convBlock(y, `${name}.conv1`, { out, init, training })
  y = convBlock(y, `${name}.conv2`, { out, stride, init, isLinear: true, training })
  if (stride === 1) return add(y, x)
  return add(y, convBlock(x, `${name}.shortcut`, { out, kernel: 1, stride, init, isLinear: true, training }))
}
