import type { Matrix } from '../math/matrix.ts'
import { dotRows, unitRows } from '../math/matrix.ts'
import { openRoughScores } from '../search/rough-scores.ts'

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

/** Probes whose scores are reckoned at a time. */
const block = 64

/**
 * Searches a gallery: the score is the cosine, summed in float64 in index order. `features` [N, D], raw; `gallery` unit rows
 * [G, D]. Products in float32 say which scores can matter, and those alone are summed in float64. Scores are used up block by
 * block, so that memory does not grow with S · G. `onBlock` is awaited after each block of probes with the number done: it may let
 * others run, or throw to stop.
 */
export async function searchGallery(
  features: Matrix,
  gallery: Matrix,
  { probes, mates, scores }: Probes,
  { onBlock }: { onBlock?: ((done: number) => unknown) | undefined } = {},
): Promise<GallerySearch> {
  const { columns } = features
  const top = new Float64Array(probes.length).fill(Number.NEGATIVE_INFINITY)
  const before = new Int32Array(probes.length)
  if (gallery.rows === 0) return { top, before }
  const rough = await openRoughScores(gallery, { rows: block, searches: probes.length })
  const asked = new Float32Array(block * columns)
  try {
    for (let first = 0; first < probes.length; first += block) {
      const own = probes.subarray(first, first + block)
      const unit = { data: unitOf(features, own), rows: own.length, columns }
      asked.set(unit.data)
      const roughScores = await rough.of(asked)
      for (let i = 0; i < own.length; i++) {
        const of = roughScores.subarray(i * gallery.rows, (i + 1) * gallery.rows)
        const exact = (g: number): number => dotRows(unit, i, gallery, g)
        const mate = mates[first + i]!
        top[first + i] = best(of, { mate, margin: rough.margin, exact })
        before[first + i] = atLeast(of, scores[first + i]!, { mate, margin: rough.margin, exact })
      }
      await onBlock?.(first + own.length)
    }
  } finally {
    await rough.close()
  }
  return { top, before }
}

interface Near {
  /** Who is left out; −1 for nobody. */
  readonly mate: number
  /** How far a rough score may lie from the exact one. */
  readonly margin: number
  readonly exact: (g: number) => number
}

/** The largest exact score. */
function best(rough: Float32Array, { mate, margin, exact }: Near): number {
  let most = Number.NEGATIVE_INFINITY
  for (let g = 0; g < rough.length; g++) if (rough[g]! > most && g !== mate) most = rough[g]!
  let top = Number.NEGATIVE_INFINITY
  for (let g = 0; g < rough.length; g++)
    if (rough[g]! >= most - 2 * margin && g !== mate) top = Math.max(top, exact(g))
  return top
}

/** How many exact scores are at least `score`; none where that is no number. */
function atLeast(rough: Float32Array, score: number, { mate, margin, exact }: Near): number {
  let count = 0
  for (let g = 0; g < rough.length; g++)
    if (rough[g]! >= score - margin && g !== mate && (rough[g]! > score + margin || exact(g) >= score))
      count++
  return count
}

/** The given rows, each made unit, float64 [rows, D]. */
function unitOf({ data, columns }: Matrix, rows: Int32Array): Float64Array {
  const own = new Float64Array(rows.length * columns)
  for (const [r, row] of rows.entries())
    own.set(data.subarray(row * columns, (row + 1) * columns), r * columns)
  return unitRows({ data: own, rows: rows.length, columns }).data as Float64Array
}
