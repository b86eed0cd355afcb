import { checkRoom, type Size } from './warp.ts'

/** Something in front of a face. */
export interface Occluder {
  /** Its middle, in widths and heights of the picture from its upper left corner. */
  readonly x: number
  readonly y: number
  /** Its share of the picture's area, and its width over its height. */
  readonly area: number
  readonly aspect: number
  /** Red, green and blue, 0 … 255. */
  readonly colour: readonly [number, number, number]
}

/**
 * Covers a part of a picture by an upright rectangle of one colour (random erasing, Zhong et al. 2020), in place: uint8 RGB
 * [height, width, 3] at `offset` of `pixels`. What lies outside the picture covers nothing.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function occlude(
  pixels: Uint8Array,
  { height, width }: Size,
  { x, y, area, aspect, colour: [red, green, blue] }: Occluder,
  offset = 0,
): void {
  checkRoom('occlude', { height, width }, pixels, offset)
  const high = Math.sqrt((area * height * width) / aspect)
  const wide = high * aspect
  const [top, bottom] = span(y * height, high, height)
  const [left, right] = span(x * width, wide, width)
  for (let v = top; v < bottom; v++)
    for (let i = offset + 3 * (v * width + left); i < offset + 3 * (v * width + right); i += 3) {
      pixels[i] = red
      pixels[i + 1] = green
      pixels[i + 2] = blue
    }
}

/** The pixels whose middles lie within `length` about `middle`, from the first to before the last, of `side`. */
function span(middle: number, length: number, side: number): [number, number] {
  const inside = (edge: number): number => Math.min(side, Math.max(0, Math.round(edge)))
  return [inside(middle - length / 2), inside(middle + length / 2)]
}
