import type { Tile } from './pass.ts'

/** A bin whose scores are decided one by one counts up from here, and stays below 0. */
export const closeCall = -(2 ** 31)

/** What the inner loop reads, and the places that it notes. */
export interface Scan {
  readonly tile: Tile
  /** For each probe: what brings y − |b|² to a bin, and what it must reach to matter, and to matter for its ranks. */
  readonly offsets: Float64Array
  readonly levels: Float64Array
  readonly gates: Float64Array
  readonly scale: number
  readonly closeAt: Int32Array
  readonly passedAt: Int32Array
  readonly found: { close: number; passed: number }
}

/**
 * The inner loop, for the probes `begin` … `end` − 1 of a tile: each score that matters into its bin; places of close calls and
 * of scores that pass their probe's gate are noted.
 */
export function scanRows(scan: Scan, bins: Int32Array, begin: number, end: number): void {
  const { tile, offsets, levels, gates, scale, closeAt, passedAt, found } = scan
  const { y, stride, rows, norms, firstProbe } = tile
  const last = bins.length - 1
  const wholeFours = begin + ((end - begin) & ~3)
  let { close, passed } = found
  for (let row = 0; row < rows; row++) {
    const norm = norms[row]!
    const from = row * stride
    for (let column = begin; column < end; column += 4) {
      const at = from + column
      const p = firstProbe + column
      // Four at a time: nearly all lie below.
      if (
        column < wholeFours &&
        y[at]! - norm < levels[p]! &&
        y[at + 1]! - norm < levels[p + 1]! &&
        y[at + 2]! - norm < levels[p + 2]! &&
        y[at + 3]! - norm < levels[p + 3]!
      )
        continue
      for (let k = 0; k < 4 && column + k < end; k++) {
        const value = y[at + k]! - norm
        if (value < levels[p + k]!) continue
        const place = value * scale + offsets[p + k]!
        // Clamped before it is made an integer, which wraps.
        const bin = place >= 0 ? (place < last ? place | 0 : last) : 0
        const next = bins[bin]! + 1
        bins[bin] = next
        if (next < 0) closeAt[close++] = at + k
        if (value >= gates[p + k]!) passedAt[passed++] = at + k
      }
    }
  }
  found.close = close
  found.passed = passed
}
