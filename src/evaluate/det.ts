import { counts, type Scores } from './counts.ts'

/** A detection error tradeoff of comparisons one to one: FMR and FNMR at each threshold, from the most lenient to the strictest. */
export interface Det {
  /** The share of impostor pairs accepted (false match rate), falling; NaN throughout when there is no impostor pair. */
  readonly fmr: Float64Array
  /** The share of genuine pairs rejected (false non-match rate), rising; NaN throughout when there is no genuine pair. */
  readonly fnmr: Float64Array
  /** Distinct scores, rising, and Infinity where no score has FMR 0; a pair is accepted when its score >= threshold. */
  readonly thresholds: Float64Array
}

/**
 * The DET (Martin et al. 1997) of the scores [P] under `same` [P] (1 genuine, 0 impostor), as scikit-learn's `det_curve`
 * (1.7 and later): tied scores are one point; of the points with FNMR 0 only the strictest is kept, and of those with FMR 0
 * only the most lenient. `dropIntermediate` leaves out points whose FNMR is that of both neighbours. Where a kind is missing
 * (scikit-learn refuses that) its rate is NaN and every point is kept; without pairs there is one, at Infinity.
 * @throws ShapeError when the lengths differ; DataError at a score that is not a number or a label other than 0 and 1
 */
export function det(scores: Scores, same: Uint8Array, { dropIntermediate = false } = {}): Det {
  const { thresholds, falseAccepts, trueAccepts, impostors, genuines } = counts(scores, same, 'det')
  const last = thresholds.length - 1
  const flat = (k: number) =>
    k > 0 && k < last && trueAccepts[k - 1] === trueAccepts[k] && trueAccepts[k] === trueAccepts[k + 1]
  let points = Array.from(thresholds.keys())
  if (dropIntermediate) points = points.filter((k) => !flat(k))
  if (impostors > 0 && genuines > 0) {
    const first = points.findLastIndex((k) => falseAccepts[k] === 0)
    const end = points.findIndex((k) => trueAccepts[k] === genuines)
    points = points.slice(first, end + 1)
  }
  points.reverse()
  return {
    fmr: Float64Array.from(points, (k) => falseAccepts[k]! / impostors),
    fnmr: Float64Array.from(points, (k) => (genuines - trueAccepts[k]!) / genuines),
    thresholds: Float64Array.from(points, (k) => thresholds[k]!),
  }
}
