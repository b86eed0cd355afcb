import { checkRoom, type Size } from './warp.ts'

/** Where each pixel of a picture is looked up, and what becomes of its colours. */
export interface Jitter {
  /** Angle in radians by which what is seen turns clockwise. */
  readonly angle: number
  /** How much larger what is seen becomes. */
  readonly zoom: number
  /** Where the middle is taken from, in widths and heights from the middle. */
  readonly x: number
  readonly y: number
  /** The colours (r, g, b) become `colours` · (r, g, b, 1), row-major [3, 4], in grey levels. */
  readonly colours: ArrayLike<number>
}

/** Colours as they are. */
export const sameColours: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]

/**
 * Turns, enlarges and moves a picture about its middle and changes its colours, in one pass in place: uint8 RGB
 * [height, width, 3] at `offset` of `pixels`. Interpolation is bilinear; beyond an edge its pixels go on.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function jitter(
  pixels: Uint8Array,
  { height, width }: Size,
  { angle, zoom, x: moveX, y: moveY, colours }: Jitter,
  offset = 0,
): void {
  checkRoom('jitter', { height, width }, pixels, offset)
  const row = 3 * width
  const size = height * row
  const data = pixels.slice(offset, offset + size)
  // Clamps and rounds what is stored.
  const out = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset + offset, size)
  const [p, q] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom]
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = Array.from(colours) as Twelve
  const [lastX, lastY] = [width - 1, height - 1]
  let o = 0
  for (let v = 0; v < height; v++) {
    let x = middleX + moveX * width - p * middleX + q * (v - middleY)
    let y = middleY + moveY * height + q * middleX + p * (v - middleY)
    for (let u = 0; u < width; u++, o += 3, x += p, y -= q) {
      const cx = Math.min(lastX, Math.max(0, x))
      const cy = Math.min(lastY, Math.max(0, y))
      const x0 = cx | 0
      const y0 = cy | 0
      const a = cx - x0
      const b = cy - y0
      const w11 = a * b
      const w10 = b - w11
      const w01 = a - w11
      const w00 = 1 - a - w10
      const i = y0 * row + 3 * x0
      // In the last column and row the weight beyond is 0.
      const right = x0 < lastX ? 3 : 0
      const j = y0 < lastY ? i + row : i
      const red = w00 * data[i]! + w01 * data[i + right]! + w10 * data[j]! + w11 * data[j + right]!
      const green =
        w00 * data[i + 1]! + w01 * data[i + right + 1]! + w10 * data[j + 1]! + w11 * data[j + right + 1]!
      const blue =
        w00 * data[i + 2]! + w01 * data[i + right + 2]! + w10 * data[j + 2]! + w11 * data[j + right + 2]!
      out[o] = m0 * red + m1 * green + m2 * blue + m3
      out[o + 1] = m4 * red + m5 * green + m6 * blue + m7
      out[o + 2] = m8 * red + m9 * green + m10 * blue + m11
    }
  }
}

type Twelve = [number, number, number, number, number, number, number, number, number, number, number, number]
