import type { Tile } from './pass.ts'

/** A bin whose scores are decided one by one counts up from here, and stays below 0. */
export const closeCall = -(2 ** 31)

/** What the inner loop reads, and the places that it notes. */
export interface Scan {
  readonly tile: Tile
  /** Rows of probes to leave out. */
  readonly isLong: Uint8Array
  readonly offsets: Float64Array
  readonly gates: Float64Array
  readonly levels: Float64Array
  readonly scale: number
  readonly closeAt: Int32Array
  readonly passedAt: Int32Array
  readonly found: { close: number; passed: number }
}

/** The inner loop: each score that matters into its bin; places of close calls and of scores that pass their probe's gate are noted. */
export function scanRows(scan: Scan, bins: Int32Array, begin: number, end: number): void {
  const { tile, isLong, offsets, gates, levels, scale, closeAt, passedAt, found } = scan
  const { y, stride, count, firstProbe } = tile
  const last = bins.length - 1
  let { close, passed } = found
  for (let row = begin; row < end; row++) {
    if (isLong[firstProbe + row] === 1) continue
    const offset = offsets[firstProbe + row]!
    const gate = gates[firstProbe + row]!
    const level = levels[firstProbe + row]!
    const from = row * stride
    const stop = from + count
    for (let four = from; four < stop; four += 4) {
      // Four at a time: nearly all lie below. What stands behind the last column is looked at and left out.
      if (y[four]! < level && y[four + 1]! < level && y[four + 2]! < level && y[four + 3]! < level) continue
      for (let at = four, end = Math.min(four + 4, stop); at < end; at++) {
        const value = y[at]!
        if (value < level) continue
        const place = value * scale + offset
        // Clamped before it is made an integer, which wraps.
        const bin = place >= 0 ? (place < last ? place | 0 : last) : 0
        const next = bins[bin]! + 1
        bins[bin] = next
        if (next < 0) closeAt[close++] = at
        if (value >= gate) passedAt[passed++] = at
      }
    }
  }
  found.close = close
  found.passed = passed
}
