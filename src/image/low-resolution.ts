import { resize } from './resize.ts'
import { checkRoom, type Size } from './warp.ts'

/**
 * Makes a picture as if it had been taken small and enlarged, in place: brought to `scale` (in (0, 1]) of its size and back,
 * uint8 RGB [height, width, 3] at `offset` of `pixels`.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function lowResolution(pixels: Uint8Array, { height, width }: Size, scale: number, offset = 0): void {
  checkRoom('low resolution', { height, width }, pixels, offset)
  const small = { height: Math.max(1, Math.round(scale * height)), width: 0 }
  // Rounded up, so that no column at the edge is black.
  small.width = Math.ceil((width * small.height) / height)
  if (small.height === height) return
  const data = pixels.subarray(offset, offset + height * width * 3)
  const shrunk = resize({ height, width, data }, small)
  resize({ ...small, data: shrunk }, { height, width }, pixels, offset)
}
