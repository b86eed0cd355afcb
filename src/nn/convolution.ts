import { add, conv, type Initialiser, parameter, type Tensor } from '../graph/index.ts'
import { filled } from './initialisers.ts'

export interface ConvolutionOptions {
  /** Output channels. */
  readonly out: number
  /** Side of the square kernel. */
  readonly kernel?: number
  readonly stride?: number
  /** Zeros on each side; by default those that keep the size at stride 1. */
  readonly pad?: number
  readonly bias?: boolean
  readonly init: Initialiser
}

/** A convolution with its own weight [out, Ci, kernel, kernel] and bias: x [N, Ci, H, W] -> [N, out, H', W']. */
export function convolution(
  x: Tensor,
  name: string,
  { out, kernel = 3, stride = 1, pad = Math.floor(kernel / 2), bias = true, init }: ConvolutionOptions,
): Tensor {
  const w = parameter(`${name}.weight`, [out, x.shape[1]!, kernel, kernel], { init })
  const y = conv(x, w, { strides: [stride, stride], pads: [pad, pad, pad, pad] })
  return bias ? add(y, parameter(`${name}.bias`, [out, 1, 1], { init: filled(0) })) : y
}
