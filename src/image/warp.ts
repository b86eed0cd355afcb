import { ShapeError } from '../errors.ts'
import { type Affine, invertAffine } from '../math/similarity.ts'
import type { Picture } from './decode.ts'

/** The size of a picture to make, in pixels. */
export interface Size {
  readonly height: number
  readonly width: number
}

/**
 * Moves a picture by an affine map from its coordinates to those of the result, and writes the result, uint8 RGB
 * [height, width, 3], at `offset` of `out`. Each pixel is looked up by the inverse map and interpolated bilinearly;
 * pixel centres have whole coordinates and what lies outside the picture is black, as in OpenCV's `warpAffine` with
 * `INTER_LINEAR` and a constant border. There is no smoothing before shrinking.
 * @throws DataError when the map has no inverse.
 * @throws ShapeError when `out` has no room.
 */
export function warpAffine(
  picture: Picture,
  matrix: Affine,
  { height, width }: Size,
  out: Uint8Array = new Uint8Array(height * width * 3),
  offset = 0,
): Uint8Array {
  checkRoom('warp affine', { height, width }, out, offset)
  const [a, b, c, d, e, f] = invertAffine(matrix)
  const { data, width: w, height: h } = picture
  const row = 3 * w
  let o = offset
  for (let v = 0; v < height; v++) {
    const xOfRow = b * v + c
    const yOfRow = e * v + f
    for (let u = 0; u < width; u++, o += 3) {
      const x = a * u + xOfRow
      const y = d * u + yOfRow
      if (!(x >= 0 && y >= 0 && x < w - 1 && y < h - 1)) {
        sampleAtEdge(picture, x, y, out, o)
        continue
      }
      const x0 = x | 0
      const y0 = y | 0
      const p = x - x0
      const q = y - y0
      const w11 = p * q
      const w10 = q - w11
      const w01 = p - w11
      const w00 = 1 - p - w10
      const i = y0 * row + 3 * x0
      const j = i + row
      out[o] = w00 * data[i]! + w01 * data[i + 3]! + w10 * data[j]! + w11 * data[j + 3]! + 0.5
      out[o + 1] = w00 * data[i + 1]! + w01 * data[i + 4]! + w10 * data[j + 1]! + w11 * data[j + 4]! + 0.5
      out[o + 2] = w00 * data[i + 2]! + w01 * data[i + 5]! + w10 * data[j + 2]! + w11 * data[j + 5]! + 0.5
    }
  }
  return out
}

/** The same where some of the four neighbours may lie outside, and count as black. */
function sampleAtEdge(
  { data, width, height }: Picture,
  x: number,
  y: number,
  out: Uint8Array,
  o: number,
): void {
  if (!(x > -1 && y > -1 && x < width && y < height)) {
    out[o] = out[o + 1] = out[o + 2] = 0
    return
  }
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0.5
    for (let j = Math.max(0, y0); j <= Math.min(height - 1, y0 + 1); j++) {
      for (let i = Math.max(0, x0); i <= Math.min(width - 1, x0 + 1); i++) {
        sum += (1 - Math.abs(x - i)) * (1 - Math.abs(y - j)) * data[3 * (j * width + i) + channel]!
      }
    }
    out[o + channel] = sum
  }
}

/**
 * Checks that a picture of the given size fits into `out` at `offset`.
 * @throws ShapeError when it does not.
 */
export function checkRoom(where: string, { height, width }: Size, out: Uint8Array, offset: number): void {
  if (!(height > 0 && width > 0 && offset >= 0 && offset + height * width * 3 <= out.length)) {
    throw new ShapeError(
      `${where}: expected room for ${height} x ${width} x 3 bytes at ${offset}, got ${out.length} bytes`,
    )
  }
}
