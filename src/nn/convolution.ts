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
  /** Groups of channels; as many as input channels for a depthwise convolution. */
  readonly group?: number
  readonly init: Initialiser
}

/**
 * A convolution with its own weight [out, Ci / group, kernel, kernel] and bias: x [N, Ci, H, W] -> [N, out, H', W'].
 * @throws ShapeError where the groups do not part the channels
 */
export function convolution(
  x: Tensor,
  name: string,
  {
    out,
    kernel = 3,
    stride = 1,
    pad = Math.floor(kernel / 2),
    bias = true,
    group = 1,
    init,
  }: ConvolutionOptions,
): Tensor {
  const w = parameter(`${name}.weight`, [out, Math.ceil(x.shape[1]! / group), kernel, kernel], { init })
  const y = conv(x, w, { strides: [stride, stride], pads: [pad, pad, pad, pad], group })
  return bias ? add(y, parameter(`${name}.bias`, [out, 1, 1], { init: filled(0) })) : y
}
