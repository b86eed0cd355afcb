import { ShapeError } from '../errors.ts'
import { degreesOfCosine } from './angle.ts'
import { dotRows, type Matrix, unitRows } from './matrix.ts'

/** How far apart the members of a class are, and how near those of two classes, over all pairs; angles in degrees. */
export interface ClassAngles {
  /** Pairs by angle: bin i counts those from i · binDegrees, 180 counts to the last. */
  readonly within: Float64Array
  readonly between: Float64Array
  readonly binDegrees: number
  readonly withinPairs: number
  readonly betweenPairs: number
  /** The largest angle between two of one class, and the smallest between two of different classes; NaN without pairs. */
  readonly largestWithin: number
  readonly smallestBetween: number
  /** Rows that have no direction (zero, NaN or infinite) and are left out. */
  readonly skipped: number
}

/**
 * Counts the angles of all pairs of rows by kind. `features` [N, D] need not be normalised; `labels` [N].
 * @throws ShapeError when there is not a label a row
 */
export function classAngles(
  features: Matrix,
  labels: ArrayLike<number>,
  { binDegrees = 0.25 }: { readonly binDegrees?: number } = {},
): ClassAngles {
  if (labels.length !== features.rows)
    throw new ShapeError(`class angles: expected ${features.rows} labels, got ${labels.length}`)
  const bins = Math.ceil(180 / binDegrees)
  const unit = unitRows(features)
  const rows = Array.from({ length: unit.rows }, (_, i) => i).filter((i) => hasDirection(unit, i))
  const [within, between] = [new Float64Array(bins), new Float64Array(bins)]
  let [withinPairs, betweenPairs, lowestWithin, highestBetween] = [0, 0, 2, -2]
  for (let p = 0; p < rows.length; p++)
    for (let q = p + 1; q < rows.length; q++) {
      const cosine = dotRows(unit, rows[p]!, unit, rows[q]!)
      const bin = Math.min(bins - 1, Math.floor(degreesOfCosine(cosine) / binDegrees))
      if (labels[rows[p]!] === labels[rows[q]!]) {
        withinPairs++
        within[bin]!++
        if (cosine < lowestWithin) lowestWithin = cosine
      } else {
        betweenPairs++
        between[bin]!++
        if (cosine > highestBetween) highestBetween = cosine
      }
    }
  return {
    within,
    between,
    binDegrees,
    withinPairs,
    betweenPairs,
    largestWithin: withinPairs > 0 ? degreesOfCosine(lowestWithin) : Number.NaN,
    smallestBetween: betweenPairs > 0 ? degreesOfCosine(highestBetween) : Number.NaN,
    skipped: unit.rows - rows.length,
  }
}

/**
 * The angle below which the share `p` of the pairs counted in `bins` lies, to the upper border of its bin; NaN without pairs.
 */
export function angleQuantile(
  bins: Float64Array,
  p: number,
  { binDegrees }: { readonly binDegrees: number },
): number {
  const total = bins.reduce((sum, count) => sum + count, 0)
  if (total === 0) return Number.NaN
  let below = 0
  const last = bins.findIndex((count) => (below += count) >= p * total)
  return Math.min(180, (last + 1) * binDegrees)
}

const hasDirection = ({ data, columns }: Matrix, row: number): boolean => {
  let square = 0
  for (let k = 0; k < columns; k++) square += data[row * columns + k]! ** 2
  return square > 0.5
}
