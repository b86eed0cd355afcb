import { checkRoom, type Size } from './warp.ts'

/**
 * Blurs a picture in place by a Gaussian of standard deviation `sigma` (pixels, cut at 3 σ): uint8 RGB [height, width, 3] at
 * `offset` of `pixels`. Beyond an edge its pixels go on. Below a tenth of a pixel nothing is done.
 * @throws ShapeError when the picture does not lie within `pixels`.
 */
export function blur(pixels: Uint8Array, { height, width }: Size, sigma: number, offset = 0): void {
  checkRoom('blur', { height, width }, pixels, offset)
  if (!(sigma >= 0.1)) return
  const weights = gaussian(sigma)
  const reach = weights.length - 1
  const row = 3 * width
  const across = new Float32Array(height * row)
  const line = new Float32Array(row + 6 * reach)
  for (let y = 0; y < height; y++) {
    const start = offset + y * row
    for (let i = 0; i < 3 * reach; i++) {
      line[i] = pixels[start + (i % 3)]!
      line[line.length - 1 - i] = pixels[start + row - 1 - (i % 3)]!
    }
    for (let i = 0; i < row; i++) line[3 * reach + i] = pixels[start + i]!
    for (let i = 0; i < row; i++) {
      const at = i + 3 * reach
      let sum = weights[0]! * line[at]!
      for (let k = 1; k <= reach; k++) sum += weights[k]! * (line[at - 3 * k]! + line[at + 3 * k]!)
      across[y * row + i] = sum
    }
  }
  for (let y = 0; y < height; y++) {
    // Half a grey level, so that storing rounds.
    const sums = line.subarray(0, row).fill(0.5)
    for (let k = -reach; k <= reach; k++) {
      const weight = weights[Math.abs(k)]!
      const from = row * Math.min(height - 1, Math.max(0, y + k))
      for (let i = 0; i < row; i++) sums[i]! += weight * across[from + i]!
    }
    pixels.set(sums, offset + y * row)
  }
}

/** Weights at 0, 1, 2 … pixels from the middle; both sides sum to 1. */
function gaussian(sigma: number): Float64Array {
  const weights = Float64Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, k) =>
    Math.exp(-0.5 * (k / sigma) ** 2),
  )
  const sum = weights.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}
