import type { Picture } from './decode.ts'
import { checkRoom, type Size } from './warp.ts'

/**
 * Brings a picture that is taken as already aligned to another size: scaled by height / its height, the middle kept in
 * the middle, what is too wide cut at both sides and what is too narrow padded black, just as `template` treats its
 * points. So 112 × 112 (ArcFace) becomes 112 × 96 (SphereFace) by cutting 8 columns a side. Interpolation is by a
 * triangle filter that is as wide as a source pixel when enlarging and as a target pixel when shrinking. Equal
 * sizes are copied. Writes uint8 RGB [height, width, 3] at `offset` of `out`.
 * @throws ShapeError when `out` has no room.
 */
export function resize(
  picture: Picture,
  { height, width }: Size,
  out: Uint8Array = new Uint8Array(height * width * 3),
  offset = 0,
): Uint8Array {
  checkRoom('resize', { height, width }, out, offset)
  if (picture.height === height && picture.width === width) {
    out.set(picture.data, offset)
    return out
  }
  const scale = height / picture.height
  const columns = taps(width, picture.width, scale)
  const rows = taps(height, picture.height, scale)
  // Rows first would touch less memory twice, but columns first keeps the buffer at the target's width.
  const { data } = picture
  const row = 3 * width
  const narrow = new Float32Array(picture.height * row)
  const sums = new Float64Array(row)
  for (let y = 0; y < picture.height; y++) {
    for (let u = 0; u < width; u++) {
      const { first, weights } = columns[u]!
      const o = 3 * (y * width + u)
      let i = 3 * (y * picture.width + first)
      let [red, green, blue] = [0, 0, 0]
      for (let k = 0; k < weights.length; k++, i += 3) {
        const weight = weights[k]!
        red += weight * data[i]!
        green += weight * data[i + 1]!
        blue += weight * data[i + 2]!
      }
      narrow[o] = red
      narrow[o + 1] = green
      narrow[o + 2] = blue
    }
  }
  for (let v = 0; v < height; v++) {
    const { first, weights } = rows[v]!
    // Half a grey level, so that storing rounds.
    sums.fill(0.5)
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k]!
      const from = row * (first + k)
      for (let j = 0; j < row; j++) sums[j]! += weight * narrow[from + j]!
    }
    out.set(sums, offset + row * v)
  }
  return out
}

/** The source pixels of each target pixel along one axis, with weights that sum to 1; none where the target lies outside. */
function taps(target: number, source: number, scale: number): { first: number; weights: number[] }[] {
  const aside = (target - source * scale) / 2
  const reach = Math.max(1, 1 / scale)
  return Array.from({ length: target }, (_, t) => {
    const centre = (t + 0.5 - aside) / scale - 0.5
    if (centre < -0.5 - 1e-9 || centre > source - 0.5 + 1e-9) return { first: 0, weights: [] }
    const first = Math.max(0, Math.ceil(centre - reach))
    const last = Math.min(source - 1, Math.floor(centre + reach))
    const weights = Array.from(
      { length: last - first + 1 },
      (_, k) => 1 - Math.abs(first + k - centre) / reach,
    )
    const sum = weights.reduce((a, b) => a + b, 0)
    return { first, weights: weights.map((weight) => weight / sum) }
  })
}
