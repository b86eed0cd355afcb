import { checkRoom, type Size } from './warp.ts'

/** The tables of ITU-T T.81, K.1: how coarsely brightness and colour are kept, [8, 8], by vertical and horizontal frequency. */
const brightness = [
  ...[16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55],
  ...[14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62],
  ...[18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92],
  ...[49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99],
]
const colour = [
  ...[17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99],
  ...[24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99],
  ...new Array<number>(32).fill(99),
]

/** The cosines of the transform: rows are frequencies [8, 8], orthonormal. */
const cosines = Float64Array.from({ length: 64 }, (_, i) => {
  const [k, n] = [i >> 3, i & 7]
  return (k === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * n + 1) * k * Math.PI) / 16)
})

/**
 * What is left of a picture after JPEG of the given quality (1 … 100, the scale of libjpeg, colours at half the size), in
 * place: uint8 RGB [height, width, 3] at `offset` of `pixels`. The coefficients are rounded as a file holds them, without
 * the file: packing them into bits loses nothing, and would take the time.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function jpeg(pixels: Uint8Array, { height, width }: Size, quality: number, offset = 0): void {
  checkRoom('jpeg', { height, width }, pixels, offset)
  const wide = 16 * Math.ceil(width / 16)
  const high = 16 * Math.ceil(height / 16)
  const luma = new Float64Array(high * wide)
  const [blue, red] = [new Float64Array((high * wide) / 4), new Float64Array((high * wide) / 4)]
  const half = wide / 2
  const rows = Math.ceil(height / 2)
  for (let y = 0; y < high; y++) {
    const row = offset + 3 * width * Math.min(y, height - 1)
    // Below the picture goes on what was made small of its last rows.
    const isBelow = y >= 2 * rows
    for (let x = 0; x < wide; x++) {
      const i = row + 3 * Math.min(x, width - 1)
      const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!]
      luma[y * wide + x] = 0.299 * r + 0.587 * g + 0.114 * b - 128
      if (isBelow) continue
      const at = (y >> 1) * half + (x >> 1)
      blue[at]! += Math.round(-0.168736 * r - 0.331264 * g + 0.5 * b) / 4
      red[at]! += Math.round(0.5 * r - 0.418688 * g - 0.081312 * b) / 4
    }
  }
  for (const plane of [blue, red])
    for (let y = rows; y < high / 2; y++) plane.copyWithin(y * half, (rows - 1) * half, rows * half)
  coarsen(luma, { height: high, width: wide }, scaled(brightness, quality))
  const table = scaled(colour, quality)
  for (const plane of [blue, red]) coarsen(plane, { height: high / 2, width: half }, table)
  const out = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset + offset, height * width * 3)
  const [blueRow, redRow] = [new Float64Array(half), new Float64Array(half)]
  for (let y = 0; y < height; y++) {
    between(blue, y, rows, blueRow)
    between(red, y, rows, redRow)
    for (let x = 0; x < width; x++) {
      // Colours are between those of the nearest two half-size pixels: three parts of the nearer, one of the other.
      const near = x >> 1
      const far = Math.min((width - 1) >> 1, Math.max(0, near + (x & 1 ? 1 : -1)))
      const cb = Math.round(0.75 * blueRow[near]! + 0.25 * blueRow[far]!)
      const cr = Math.round(0.75 * redRow[near]! + 0.25 * redRow[far]!)
      const l = luma[y * wide + x]! + 128
      const o = 3 * (y * width + x)
      out[o] = l + 1.402 * cr
      out[o + 1] = l - 0.344136 * cb - 0.714136 * cr
      out[o + 2] = l + 1.772 * cb
    }
  }
}

/** Row `y` of a plane of half the size, of `rows` rows, at the full height: three parts of the nearer row, one of the other. */
function between(plane: Float64Array, y: number, rows: number, out: Float64Array): void {
  const near = y >> 1
  const far = Math.min(rows - 1, Math.max(0, near + (y & 1 ? 1 : -1)))
  const [i, j] = [near * out.length, far * out.length]
  for (let x = 0; x < out.length; x++) out[x] = 0.75 * plane[i + x]! + 0.25 * plane[j + x]!
}

/** A table for a quality, as libjpeg scales it. */
function scaled(table: readonly number[], quality: number): Float64Array {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
  return Float64Array.from(table, (value) =>
    Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))),
  )
}

/** Rounds each 8 × 8 block of a plane to whole levels, and its cosine transform to multiples of the table. */
function coarsen(plane: Float64Array, { height, width }: Size, table: Float64Array): void {
  const [block, half] = [new Float64Array(64), new Float64Array(64)]
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8) {
      const start = top * width + left
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) block[8 * y + x] = Math.round(plane[start + y * width + x]!)
      transform(block, half)
      transform(half, block)
      for (let i = 0; i < 64; i++) block[i] = table[i]! * Math.round(block[i]! / table[i]!)
      inverse(block, half)
      inverse(half, block)
      // A decoder gives whole levels.
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) plane[start + y * width + x] = Math.round(block[8 * y + x]!)
    }
}

/**
 * The cosine transform of each row, as a column: twice gives that of the block. Even frequencies are of the sums of what lies
 * the same way from the middle, odd ones of the differences.
 */
function transform(from: Float64Array, to: Float64Array): void {
  for (let row = 0; row < 8; row++) {
    const i = 8 * row
    const [f0, f1, f2, f3] = [from[i]!, from[i + 1]!, from[i + 2]!, from[i + 3]!]
    const [f4, f5, f6, f7] = [from[i + 4]!, from[i + 5]!, from[i + 6]!, from[i + 7]!]
    for (let k = 0; k < 8; k += 2) {
      const c = 8 * k
      to[c + row] =
        cosines[c]! * (f0 + f7) +
        cosines[c + 1]! * (f1 + f6) +
        cosines[c + 2]! * (f2 + f5) +
        cosines[c + 3]! * (f3 + f4)
      to[c + 8 + row] =
        cosines[c + 8]! * (f0 - f7) +
        cosines[c + 9]! * (f1 - f6) +
        cosines[c + 10]! * (f2 - f5) +
        cosines[c + 11]! * (f3 - f4)
    }
  }
}

/** The way back. */
function inverse(from: Float64Array, to: Float64Array): void {
  for (let row = 0; row < 8; row++) {
    const i = 8 * row
    const [g0, g1, g2, g3] = [from[i]!, from[i + 1]!, from[i + 2]!, from[i + 3]!]
    const [g4, g5, g6, g7] = [from[i + 4]!, from[i + 5]!, from[i + 6]!, from[i + 7]!]
    for (let n = 0; n < 4; n++) {
      const even = cosines[n]! * g0 + cosines[16 + n]! * g2 + cosines[32 + n]! * g4 + cosines[48 + n]! * g6
      const odd = cosines[8 + n]! * g1 + cosines[24 + n]! * g3 + cosines[40 + n]! * g5 + cosines[56 + n]! * g7
      to[8 * n + row] = even + odd
      to[8 * (7 - n) + row] = even - odd
    }
  }
}
