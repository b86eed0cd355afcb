import { DataError, ShapeError } from '../errors.ts'
import { besideRows, dotRows, type Matrix, unitRows } from '../math/matrix.ts'
import { type KfoldAccuracy, kfoldAccuracy } from './kfold.ts'
import type { Pairs } from './pairs.ts'
import { auc, eer, tarAtFar } from './roc.ts'
import { accuracyAt, bestThreshold, type Variant } from './threshold.ts'

/** Verification in the way of LFW's view 2, as `steradian evaluate lfw --json` prints it. */
export interface Verification extends KfoldAccuracy {
  readonly auc: number
  readonly eer: number
  /** The TAR at FAR 0.1, 0.01 and 0.001, by these names. */
  readonly tarAtFar: Readonly<Record<'0.1' | '0.01' | '0.001', number>>
  readonly variant: Variant
  /** How many pairs were judged. */
  readonly pairs: number
  /** How many images are missing, and their names. */
  readonly missing: number
  readonly missingImages: readonly string[]
}

/** What the embedding network gave for each image of `Pairs.images`, in that order. */
export interface PairFeatures {
  /** The embedding of each image, [N, D], raw or unit. */
  readonly feature: Matrix
  /** The embedding of each mirrored image, [N, D]; left out where the model fuses the two itself or the mirror image is not used. */
  readonly mirrored?: Matrix
  /** 1 for each image that is missing (its rows do not count), [N]; none by default. */
  readonly missing?: Uint8Array
}

/** The result with the scores of the judged pairs, for figures. */
export interface VerifiedPairs {
  readonly result: Verification
  /** [P], higher for more alike: cosines, but negative squared distances for the variant `insightface`. */
  readonly scores: Float64Array
  readonly same: Uint8Array
}

/**
 * Verifies pairs by LFW's rule, as the named variant computes it:
 * - `exact`: the cosine of concat(f, f mirrored), or of f alone; every distinct threshold counts.
 * - `sphereface`: the same after subtracting the mean embedding of the nine other folds (each image as often as pairs name
 *   it); AUC, EER and TAR use the score that each pair has when its own fold is tested.
 * - `insightface`: the negative squared distance of the unit vectors along f + f mirrored.
 *
 * With `train`, pairs of the same images (view 1, see `withTraining`), there are no folds: its pairs stand for the nine
 * others, one threshold is chosen on them and judges all pairs, and there is no standard error (NaN).
 *
 * Pairs with a missing image are left out, their images counted and named; folds stay as they are.
 * @throws ShapeError when the features do not fit the pairs; DataError at a feature that is not a finite number, or where
 * the missing images leave a fold empty
 */
export function lfw(
  features: PairFeatures,
  pairs: Pairs,
  { variant = 'exact', train }: { readonly variant?: Variant; readonly train?: Pairs } = {},
): VerifiedPairs {
  check(features, pairs)
  const { missing } = features
  const { left, right, same, foldOf } = judged(pairs, missing)
  const score = scoring(features, variant)

  let scores: Float64Array
  let byFolds: KfoldAccuracy
  if (train) {
    const known = judged(train, missing)
    const threshold = bestThreshold(score(known, known), known.same, { variant })
    scores = score({ left, right }, known)
    const accuracy = accuracyAt(threshold, scores, same, { variant })
    byFolds = { accuracy, standardError: Number.NaN, folds: [accuracy], thresholds: [threshold] }
  } else {
    const outside = (fold: number) => {
      const isOther = (_: number, p: number) => foldOf[p] !== fold
      return { left: left.filter(isOther), right: right.filter(isOther) }
    }
    const centred = variant === 'sphereface'
    scores = centred ? new Float64Array(left.length) : score({ left, right }, outside(0))
    const inFold = (fold: number): Float64Array => {
      const now = score({ left, right }, outside(fold))
      for (let p = 0; p < now.length; p++) if (foldOf[p] === fold) scores[p] = now[p]!
      return now
    }
    byFolds = kfoldAccuracy(centred ? inFold : scores, same, { folds: pairs.folds, foldOf, variant })
  }
  const missingImages = pairs.images.filter((_, i) => missing?.[i])
  const result: Verification = {
    ...byFolds,
    auc: auc(scores, same),
    eer: eer(scores, same),
    tarAtFar: {
      '0.1': tarAtFar(scores, same, 0.1),
      '0.01': tarAtFar(scores, same, 0.01),
      '0.001': tarAtFar(scores, same, 0.001),
    },
    variant,
    pairs: same.length,
    missing: missingImages.length,
    missingImages,
  }
  return { result, scores, same }
}

/** The images of pairs. */
type Ends = Pick<Pairs, 'left' | 'right'>

/** The pairs that have both images. */
function judged({ left, right, same, foldOf }: Pairs, missing: Uint8Array | undefined) {
  const isJudged = (_: number, p: number) => !(missing?.[left[p]!] || missing?.[right[p]!])
  return {
    left: left.filter(isJudged),
    right: right.filter(isJudged),
    same: same.filter(isJudged),
    foldOf: foldOf.filter(isJudged),
  }
}

/** How a variant scores pairs, [P], higher for more alike; what it takes from other pairs, it takes from `known`. */
function scoring(
  { feature, mirrored }: PairFeatures,
  variant: Variant,
): (pairs: Ends, known: Ends) => Float64Array {
  if (variant === 'insightface') {
    const unit = unitRows(mirrored === undefined ? feature : plus(feature, mirrored))
    return (pairs) => negativeDistances(unit, pairs)
  }
  const both = mirrored === undefined ? feature : besideRows(feature, mirrored)
  if (variant === 'sphereface')
    return (pairs, known) => cosines(unitRows(less(both, meanOf(both, known))), pairs)
  const unit = unitRows(both)
  return (pairs) => cosines(unit, pairs)
}

/** The cosine of each pair of unit rows, [P]; 0 where a row is all zeros. */
function cosines(unit: Matrix, { left, right }: Ends): Float64Array {
  return Float64Array.from(left, (i, p) => dotRows(unit, i, unit, right[p]!))
}

/** Minus the squared distance between each pair of rows, [P]. */
function negativeDistances({ data, columns }: Matrix, { left, right }: Ends): Float64Array {
  return Float64Array.from(left, (i, p) => {
    let square = 0
    for (let k = 0; k < columns; k++) square += (data[i * columns + k]! - data[right[p]! * columns + k]!) ** 2
    return -square
  })
}

/** The mean row over both images of each pair, [D]: an image that several pairs name counts each time. */
function meanOf(a: Matrix, { left, right }: Ends): Float64Array {
  const weight = new Float64Array(a.rows)
  for (const image of left) weight[image]!++
  for (const image of right) weight[image]!++
  const total = left.length + right.length
  const centre = new Float64Array(a.columns)
  for (let i = 0; i < a.rows; i++)
    if (weight[i]! > 0)
      for (let k = 0; k < a.columns; k++) centre[k]! += (weight[i]! / total) * a.data[i * a.columns + k]!
  return centre
}

/** Each row less a vector [D], in float64. */
function less(a: Matrix, centre: Float64Array): Matrix {
  return { ...a, data: Float64Array.from(a.data, (value, i) => value - centre[i % a.columns]!) }
}

/** The sum of two matrices of one shape, in float64. */
function plus(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: Float64Array.from(a.data, (value, i) => value + b.data[i]!) }
}

function check({ feature, mirrored, missing }: PairFeatures, { images }: Pairs): void {
  for (const [name, a] of [
    ['feature', feature],
    ['mirrored', mirrored ?? feature],
  ] as const) {
    if (a.rows !== images.length || a.columns !== feature.columns)
      throw new ShapeError(
        `lfw: expected ${name} of shape [${images.length}, ${feature.columns}], got [${a.rows}, ${a.columns}]`,
      )
    for (let i = 0; i < a.data.length; i++) {
      const image = Math.floor(i / a.columns)
      if (!Number.isFinite(a.data[i]) && !missing?.[image])
        throw new DataError(`lfw: expected finite numbers as ${name} of ${images[image]}, got ${a.data[i]}`)
    }
  }
}
