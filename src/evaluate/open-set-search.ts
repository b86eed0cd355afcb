import type { Matrix } from '../math/matrix.ts'
import { unitRows } from '../math/matrix.ts'

/** What searches of a gallery give, without the mates. */
export interface GallerySearch {
  /** The best score with anyone but the mate, [S]; −Infinity in a gallery of nobody else. */
  readonly top: Float64Array
  /** How many others score at least as high as the mate, [S]: a tie is against the mate. 0 for a non-mated search. */
  readonly before: Int32Array
}

/**
 * The template of each enrolled person, float64 [G, D]: the mean of the unit rows of the person's images, made unit again. Where
 * that mean is zero it stays zero. `features` [N, D], raw; `images` the rows of each person.
 */
export function templates(features: Matrix, images: readonly Int32Array[]): Matrix {
  const { columns } = features
  const sums = new Float64Array(images.length * columns)
  for (const [g, rows] of images.entries()) {
    const unit = unitOf(features, rows)
    for (let i = 0; i < unit.length; i++) sums[g * columns + (i % columns)]! += unit[i]!
  }
  return unitRows({ data: sums, rows: images.length, columns })
}

/** The score of each probe with its mate's template, the cosine, [S]; NaN where `mates` is −1. */
export function mateScores(
  features: Matrix,
  gallery: Matrix,
  { probes, mates }: { readonly probes: Int32Array; readonly mates: Int32Array },
): Float64Array {
  const { columns } = features
  return Float64Array.from(probes, (probe, s) => {
    const mate = mates[s]!
    if (mate < 0) return Number.NaN
    const unit = unitOf(features, Int32Array.of(probe))
    let score = 0
    for (let k = 0; k < columns; k++) score += unit[k]! * gallery.data[mate * columns + k]!
    return score
  })
}

/** Probes, and what is known of their mates. */
export interface Probes {
  /** Rows of the features, [S]. */
  readonly probes: Int32Array
  /** The row of each probe's mate in this gallery, or −1 where it is not in it, [S]. */
  readonly mates: Int32Array
  /** As `mateScores` gives them, also where the mate is in another part of the gallery, [S]. */
  readonly scores: Float64Array
}

/** Probes and templates whose scores are reckoned at a time. */
const block = 64

/**
 * Searches a gallery: the score is the cosine, summed in float64 in index order. `features` [N, D], raw; `gallery` unit rows
 * [G, D]. Scores are used up block by block, so that memory does not grow with S · G. `onBlock` is awaited after each block of
 * probes with the number done: it may let others run, or throw to stop.
 */
export async function searchGallery(
  features: Matrix,
  gallery: Matrix,
  { probes, mates, scores }: Probes,
  { onBlock }: { onBlock?: ((done: number) => unknown) | undefined } = {},
): Promise<GallerySearch> {
  const top = new Float64Array(probes.length).fill(Number.NEGATIVE_INFINITY)
  const before = new Int32Array(probes.length)
  const tile = new Float64Array(block * block)
  for (let first = 0; first < probes.length; first += block) {
    const own = probes.subarray(first, first + block)
    const unit = unitOf(features, own)
    for (let start = 0; start < gallery.rows; start += block) {
      const count = Math.min(block, gallery.rows - start)
      scoreTile(unit, gallery, { rows: own.length, start, count, tile })
      for (let i = 0; i < own.length; i++) {
        const mate = mates[first + i]! - start
        const mateScore = scores[first + i]!
        let best = top[first + i]!
        let beating = 0
        for (let j = 0; j < count; j++) {
          const score = tile[i * block + j]!
          if (j === mate) continue
          if (score > best) best = score
          if (score >= mateScore) beating++
        }
        top[first + i] = best
        before[first + i]! += beating
      }
    }
    await onBlock?.(first + own.length)
  }
  return { top, before }
}

/** Scores of `rows` unit probes with `count` templates from `start`, four templates at a time: `tile` [block, block]. */
function scoreTile(
  unit: Float64Array,
  { data, columns }: Matrix,
  {
    rows,
    start,
    count,
    tile,
  }: { readonly rows: number; readonly start: number; readonly count: number; readonly tile: Float64Array },
): void {
  for (let i = 0; i < rows; i++) {
    const p = i * columns
    let j = 0
    for (; j + 4 <= count; j += 4) {
      const a = (start + j) * columns
      const b = a + columns
      const c = b + columns
      const d = c + columns
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      for (let k = 0; k < columns; k++) {
        const x = unit[p + k]!
        s0 += x * data[a + k]!
        s1 += x * data[b + k]!
        s2 += x * data[c + k]!
        s3 += x * data[d + k]!
      }
      const at = i * block + j
      tile[at] = s0
      tile[at + 1] = s1
      tile[at + 2] = s2
      tile[at + 3] = s3
    }
    for (; j < count; j++) {
      const a = (start + j) * columns
      let s = 0
      for (let k = 0; k < columns; k++) s += unit[p + k]! * data[a + k]!
      tile[i * block + j] = s
    }
  }
}

/** The given rows, each made unit, float64 [rows, D]. */
function unitOf({ data, columns }: Matrix, rows: Int32Array): Float64Array {
  const own = new Float64Array(rows.length * columns)
  for (const [r, row] of rows.entries())
    own.set(data.subarray(row * columns, (row + 1) * columns), r * columns)
  return unitRows({ data: own, rows: rows.length, columns }).data as Float64Array
}
