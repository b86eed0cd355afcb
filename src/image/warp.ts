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
    for (let u = 0; u < width; u++, o += 3) {
      const x = a * u + b * v + c
      const y = d * u + e * v + f
      const x0 = Math.floor(x)
      const y0 = Math.floor(y)
      if (x0 < -1 || y0 < -1 || x0 >= w || y0 >= h) {
        out[o] = out[o + 1] = out[o + 2] = 0
        continue
      }
      const p = x - x0
      const q = y - y0
      // The weight of a neighbour outside the picture is 0, and its index is any one inside.
      const left = x0 < 0 ? 0 : 1 - p
      const right = x0 + 1 < w ? p : 0
      const above = y0 < 0 ? 0 : 1 - q
      const below = y0 + 1 < h ? q : 0
      const i00 = (y0 < 0 ? 0 : y0 * row) + (x0 < 0 ? 0 : 3 * x0)
      const i01 = x0 < 0 || x0 + 1 >= w ? i00 : i00 + 3
      const down = y0 < 0 || y0 + 1 >= h ? 0 : row
      const i10 = i00 + down
      const i11 = i01 + down
      const w00 = above * left
      const w01 = above * right
      const w10 = below * left
      const w11 = below * right
      out[o] = w00 * data[i00]! + w01 * data[i01]! + w10 * data[i10]! + w11 * data[i11]! + 0.5
      out[o + 1] =
        w00 * data[i00 + 1]! + w01 * data[i01 + 1]! + w10 * data[i10 + 1]! + w11 * data[i11 + 1]! + 0.5
      out[o + 2] =
        w00 * data[i00 + 2]! + w01 * data[i01 + 2]! + w10 * data[i10 + 2]! + w11 * data[i11 + 2]! + 0.5
    }
  }
  return out
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
