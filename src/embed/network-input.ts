import type { Size } from '../image/warp.ts'
import type { TensorData } from '../runtime/session.ts'

/** How a network takes pixels. */
export interface PixelFormat extends Size {
  readonly type: 'uint8' | 'float32'
  readonly layout: 'nchw' | 'nhwc'
  readonly channels: 'rgb' | 'bgr'
  /** Per channel, in the network's order: a value v becomes (v − mean) / scale. */
  readonly mean: readonly [number, number, number]
  readonly scale: readonly [number, number, number]
}

/**
 * Pixels uint8 RGB [N, H, W, 3] as a network takes them. With `batch` above N, zeros follow up to that many images.
 */
export function networkInput(
  pixels: Uint8Array,
  { height, width, type, layout, channels, mean, scale }: PixelFormat,
  { batch = pixels.length / (height * width * 3) } = {},
): TensorData {
  const plane = height * width
  const planar = layout === 'nchw'
  const shape = planar ? [batch, 3, height, width] : [batch, height, width, 3]
  const size = batch * plane * 3
  const isPlain = type === 'uint8' && !planar && channels === 'rgb'
  if (isPlain && size === pixels.length) return { type, shape, data: pixels }
  const data = type === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
  // Where neighbours of one channel, and the channels of one pixel, lie.
  const [step, apart] = planar ? [1, plane] : [3, 1]
  for (let c = 0; c < 3; c++) {
    const table = Float64Array.from({ length: 256 }, (_, v) =>
      type === 'uint8' ? v : (v - mean[c]!) / scale[c]!,
    )
    const from = channels === 'rgb' ? c : 2 - c
    for (let image = 0, i = from; i < pixels.length; image++) {
      let o = image * plane * 3 + c * apart
      for (let p = 0; p < plane; p++, i += 3, o += step) data[o] = table[pixels[i]!]!
    }
  }
  return { type, shape, data }
}
