import { checkRoom, type Size } from './warp.ts'

/**
 * Mirrors a picture left to right in place: uint8 RGB [height, width, 3] at `offset` of `pixels`.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function mirror(pixels: Uint8Array, { height, width }: Size, offset = 0): Uint8Array {
  checkRoom('mirror', { height, width }, pixels, offset)
  for (let y = 0; y < height; y++) {
    let i = offset + 3 * width * y
    let j = i + 3 * (width - 1)
    for (; i < j; i += 3, j -= 3) {
      for (let c = 0; c < 3; c++) {
        const value = pixels[i + c]!
        pixels[i + c] = pixels[j + c]!
        pixels[j + c] = value
      }
    }
  }
  return pixels
}
