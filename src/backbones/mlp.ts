import type { Tensor } from '../graph/index.ts'
import { dropout, fanInUniform, fullyConnected, batchNorm as normalised, prelu } from '../nn/index.ts'
import { flat } from './flat.ts'
import type { NetworkOptions } from './network-options.ts'
import { stageChannels } from './stage-channels.ts'

export interface MlpOptions extends NetworkOptions {
  /** Lengths of the layers between, each multiplied by `width`; none for a single linear map. */
  readonly hidden?: readonly number[]
  readonly batchNorm?: boolean
}

/**
 * Fully connected layers with PReLU between them: vectors [N, K] that come from elsewhere (or pixels [N, 3, H, W], flattened)
 * -> features [N, D]. Dropout after each layer but the last.
 * @throws UsageError for a hidden layer of no length
 */
export function mlp(
  vectors: Tensor,
  {
    hidden = [512],
    width = 1,
    dimensions = 512,
    batchNorm = false,
    dropout: rate = 0,
    training = false,
  }: MlpOptions = {},
): Tensor {
  let x = flat(vectors)
  stageChannels('mlp', hidden, width).forEach((out, i) => {
    const name = `layer${i + 1}`
    x = fullyConnected(x, name, { out, bias: !batchNorm, init: fanInUniform })
    if (batchNorm) x = normalised(x, `${name}.norm`, { training })
    x = dropout(prelu(x, name), `${name}.dropout`, { rate, training })
  })
  return fullyConnected(x, 'embedding', { out: dimensions, init: fanInUniform })
}
