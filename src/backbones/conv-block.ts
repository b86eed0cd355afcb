import type { Tensor } from '../graph/index.ts'
import { batchNorm, type ConvolutionOptions, convolution, prelu, type Training } from '../nn/index.ts'

export interface ConvBlockOptions extends Omit<ConvolutionOptions, 'bias'> {
  /** Without PReLU. */
  readonly isLinear?: boolean
  readonly training: Training
}

/** Convolution, batch normalisation and, unless it is linear, PReLU under one name: x [N, C, H, W] -> [N, out, H', W']. */
export function convBlock(
  x: Tensor,
  name: string,
  { isLinear = false, training, ...options }: ConvBlockOptions,
): Tensor {
  const y = batchNorm(convolution(x, name, { ...options, bias: false }), `${name}.norm`, { training })
  return isLinear ? y : prelu(y, name)
}
