import { add, conv, type Initialiser, parameter, type Tensor } from '../graph/index.ts'
import { filled } from './initialisers.ts'

export interface ConvolutionOptions {
  /** Output channels. */
  readonly out: number
  /** Rows and columns of the kernel, or the side of a square one. */
  readonly kernel?: number | readonly [number, number]
  readonly stride?: number
  /** Zeros on each side; by default those that keep the size at stride 1, where the kernel's sides are odd. */
  readonly pad?: number
  readonly bias?: boolean
  /** Groups of channels; as many as input channels for a depthwise convolution. */
  readonly group?: number
  readonly init: Initialiser
}

/**
 * A convolution with its own weight [out, Ci / group, rows, columns] and bias: x [N, Ci, H, W] -> [N, out, H', W'].
 * @throws ShapeError where the groups do not part the channels
 */
export function convolution(
  x: Tensor,
  name: string,
  { out, kernel = 3, stride = 1, pad, bias = true, group = 1, init }: ConvolutionOptions,
): Tensor {
  const [rows, columns] = typeof kernel === 'number' ? [kernel, kernel] : kernel
  const [above, beside] = [pad ?? Math.floor(rows / 2), pad ?? Math.floor(columns / 2)]
  const w = parameter(`${name}.weight`, [out, Math.ceil(x.shape[1]! / group), rows, columns], { init })
  const y = conv(x, w, { strides: [stride, stride], pads: [above, beside, above, beside], group })
  return bias ? add(y, parameter(`${name}.bias`, [out, 1, 1], { init: filled(0) })) : y
}
