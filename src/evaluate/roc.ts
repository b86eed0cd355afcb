import { UsageError } from '../errors.ts'
import { countAtRate } from '../math/count-at-rate.ts'
import { counts, type Scores, split } from './counts.ts'

/** A receiver operating characteristic: FAR and TAR at each threshold, from the strictest to the most lenient. */
export interface Roc {
  /** The share of impostor pairs accepted (FAR), rising from 0 to 1; NaN throughout when there is no impostor pair. */
  readonly fpr: Float64Array
  /** The share of genuine pairs accepted (TAR), rising from 0 to 1; NaN throughout when there is no genuine pair. */
  readonly tpr: Float64Array
  /** Infinity, then each distinct score, falling; a pair is accepted when its score >= threshold. */
  readonly thresholds: Float64Array
}

/**
 * The ROC of the scores [P] under `same` [P] (1 genuine, 0 impostor), as scikit-learn's `roc_curve`: tied scores are
 * one point, and the first point is (0, 0) at threshold Infinity. Points on a straight line between their neighbours
 * are kept; `dropIntermediate` leaves them out, all but the highest score's, point for point as scikit-learn does by default.
 * Without pairs, that first point alone.
 * @throws ShapeError when the lengths differ; DataError at a score that is not a number or a label other than 0 and 1
 */
export function roc(scores: Scores, same: Uint8Array, { dropIntermediate = false } = {}): Roc {
  const { thresholds, falseAccepts, trueAccepts, impostors, genuines } = counts(scores, same, 'roc')
  const turns = (_: number, k: number) =>
    // scikit-learn looks for straight lines before it puts the first point there.
    k <= 1 ||
    k === thresholds.length - 1 ||
    falseAccepts[k + 1]! - falseAccepts[k]! !== falseAccepts[k]! - falseAccepts[k - 1]! ||
    trueAccepts[k + 1]! - trueAccepts[k]! !== trueAccepts[k]! - trueAccepts[k - 1]!
  const kept = (values: Float64Array) => (dropIntermediate ? values.filter(turns) : values)
  return {
    fpr: kept(falseAccepts).map((count) => count / impostors),
    tpr: kept(trueAccepts).map((count) => count / genuines),
    thresholds: kept(thresholds),
  }
}

/**
 * The area under the ROC: the chance that a genuine pair scores above an impostor pair, a tie counting half. Exact up to
 * the last division. NaN when either kind is missing.
 * @throws ShapeError, DataError as `roc` does
 */
export function auc(scores: Scores, same: Uint8Array): number {
  const { falseAccepts, trueAccepts, impostors, genuines } = counts(scores, same, 'auc')
  let twice = 0
  for (let k = 1; k < falseAccepts.length; k++)
    twice += (falseAccepts[k]! - falseAccepts[k - 1]!) * (trueAccepts[k]! + trueAccepts[k - 1]!)
  return twice / (2 * impostors * genuines)
}

/**
 * The equal error rate: the value of FAR where FAR = FRR (= 1 − TAR) on the ROC, its points joined by straight lines.
 * There is exactly one such place. NaN when either kind is missing.
 * @throws ShapeError, DataError as `roc` does
 */
export function eer(scores: Scores, same: Uint8Array): number {
  const { falseAccepts, trueAccepts, impostors, genuines } = counts(scores, same, 'eer')
  if (impostors === 0 || genuines === 0) return Number.NaN
  // FAR − FRR, times both counts so that it stays an integer: −impostors·genuines at the first point, its opposite at the last.
  const excess = (k: number) => falseAccepts[k]! * genuines - (genuines - trueAccepts[k]!) * impostors
  let k = 1
  while (excess(k) < 0) k++
  const before = excess(k - 1)
  const share = before / (before - excess(k))
  return (falseAccepts[k - 1]! + share * (falseAccepts[k]! - falseAccepts[k - 1]!)) / impostors
}

/**
 * The largest TAR among the thresholds whose FAR <= `far`; tied scores are accepted together or not at all. Where
 * `far` · impostors < 1 no impostor may be accepted: the share of genuine pairs that score strictly above each impostor.
 * No interpolation. NaN when either kind is missing.
 * @throws UsageError when `far` lies outside 0 … 1; ShapeError, DataError as `roc` does
 */
export function tarAtFar(scores: Scores, same: Uint8Array, far: number): number {
  if (!(far >= 0 && far <= 1)) throw new UsageError(`tarAtFar: expected a FAR from 0 to 1, got ${far}`)
  const { genuine, impostor } = split(scores, same, 'tarAtFar')
  if (genuine.length === 0 || impostor.length === 0) return Number.NaN
  const allowed = countAtRate(far, impostor.length)
  if (allowed >= impostor.length) return 1
  const best = impostor[impostor.length - 1 - allowed]!
  let accepted = 0
  while (accepted < genuine.length && genuine[genuine.length - 1 - accepted]! > best) accepted++
  return accepted / genuine.length
}
