import { DataError, ShapeError, UsageError } from '../errors.ts'
import { deviation, mean } from '../math/sum.ts'
import type { Scores } from './counts.ts'
import { accuracyAt, bestThreshold, type Variant } from './threshold.ts'

/** The accuracy over folds, each judged by the threshold that was best on all the others. */
export interface KfoldAccuracy {
  /** The mean of the folds' accuracies, 0 … 1. */
  readonly accuracy: number
  /** The standard deviation of the folds' accuracies (divided by folds − 1) over √folds. */
  readonly standardError: number
  readonly folds: readonly number[]
  readonly thresholds: readonly number[]
}

export interface KfoldOptions {
  /** How many folds, 2 … 255. */
  folds?: number
  /** The fold of each pair, [P]; by default contiguous folds. */
  foldOf?: Uint8Array
  variant?: Variant
}

/** The fold of each of `count` pairs, [count], when the folds are contiguous: fold k starts at ⌊k · count / folds⌋. */
export function contiguousFolds(count: number, folds = 10): Uint8Array {
  const foldOf = new Uint8Array(count)
  for (let k = 0; k < folds; k++)
    foldOf.fill(k, Math.floor((k * count) / folds), Math.floor(((k + 1) * count) / folds))
  return foldOf
}

/**
 * The accuracy of verification by folds (Huang et al. 2007, LFW view 2): a fold's threshold is chosen by `bestThreshold`
 * on the other folds and judged on it by `accuracyAt`. `scores` [P] (higher for more alike; with `insightface` negative
 * squared distances), or a function that gives them for a fold, where they depend on it; `same` [P] (1 genuine, 0 impostor).
 * @throws UsageError for folds outside 2 … 255; DataError where a fold holds no pair; ShapeError, DataError as `roc` does
 */
export function kfoldAccuracy(
  scores: Scores | ((fold: number) => Scores),
  same: Uint8Array,
  { folds = 10, foldOf = contiguousFolds(same.length, folds), variant = 'exact' }: KfoldOptions = {},
): KfoldAccuracy {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 255))
    throw new UsageError(`kfoldAccuracy: expected 2 to 255 folds, got ${folds}`)
  if (foldOf.length !== same.length)
    throw new ShapeError(
      `kfoldAccuracy: expected a fold for each of ${same.length} pairs, got ${foldOf.length}`,
    )
  const accuracies: number[] = []
  const thresholds: number[] = []
  for (let fold = 0; fold < folds; fold++) {
    const now = typeof scores === 'function' ? scores(fold) : scores
    if (now.length !== same.length)
      throw new ShapeError(`kfoldAccuracy: expected ${same.length} scores, got ${now.length}`)
    const inFold = (_: number, i: number) => foldOf[i] === fold
    const others = (_: number, i: number) => foldOf[i] !== fold
    const tested = now.filter(inFold)
    if (tested.length === 0 || tested.length === now.length)
      throw new DataError(
        `kfoldAccuracy: expected pairs in and outside fold ${fold + 1}, got ${tested.length} of ${now.length}`,
      )
    const threshold = bestThreshold(now.filter(others), same.filter(others), { variant })
    thresholds.push(threshold)
    accuracies.push(accuracyAt(threshold, tested, same.filter(inFold), { variant }))
  }
  return {
    accuracy: mean(accuracies),
    standardError: deviation(accuracies) / Math.sqrt(folds),
    folds: accuracies,
    thresholds,
  }
}
