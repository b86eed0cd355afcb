import { DataError, ShapeError, UsageError } from '../errors.ts'
import { hash32 } from '../math/hash.ts'
import { dotRows, type Matrix, unitRows } from '../math/matrix.ts'
import { permutation, rng } from '../math/rng.ts'
import { kfoldAccuracy } from './kfold.ts'
import type { VerifiedPairs } from './lfw.ts'
import type { Pairs } from './pairs.ts'
import { auc, eer, tarAtFar } from './roc.ts'

/** How two videos are compared: see `ytf`; `sampled` is `mean-score` over as many frames a video. */
export interface VideoScore {
  readonly name: string
  readonly rule: 'mean-score' | 'mean-embedding'
  /** How many frames of a video count at most; all where left out. */
  readonly sampled?: number
}

/**
 * The score of a name: `mean-score`, `mean-embedding`, or `sampled-N` for N frames a video, say `sampled-100`.
 * @throws UsageError for any other name
 */
export function videoScore(name: string): VideoScore {
  if (name === 'mean-score' || name === 'mean-embedding') return { name, rule: name }
  const sampled = Number(/^sampled-([1-9]\d{0,6})$/.exec(name)?.[1])
  if (Number.isNaN(sampled))
    throw new UsageError(`score: expected mean-score, mean-embedding or sampled-N (1 or more), got ${name}`)
  return { name, rule: 'mean-score', sampled }
}

/**
 * Which of `count` frames of a video are drawn, rising: `sampled` of them without replacement, or all where there are no more.
 * A pure function of the seed and the video's name.
 */
export function sampleFrames(
  count: number,
  video: string,
  { sampled = count, seed = 0 }: { readonly sampled?: number | undefined; readonly seed?: number } = {},
): Int32Array {
  if (count <= sampled) return Int32Array.from({ length: count }, (_, i) => i)
  return permutation(count, rng(seed, hash32(video)))
    .slice(0, sampled)
    .sort()
}

/**
 * Verifies videos (Wolf, Hassner and Maoz 2011) by LFW's rule, exact variant. `means` [V, D] holds for each video the mean of
 * its frames' embeddings, each first brought to length 1:
 * - `mean-score`: the dot product of the means, which is the mean cosine over all frames of one video with all of the other;
 * - `mean-embedding`: the cosine of the means.
 *
 * Pairs with a missing video are left out, the videos counted and named; folds stay as they are.
 * @throws ShapeError when the means do not fit the pairs; DataError where the missing videos leave a fold empty, or at a number
 * that is not finite
 */
export function ytf(
  means: Matrix,
  pairs: Pairs,
  {
    rule = 'mean-score' as VideoScore['rule'],
    missing,
  }: { rule?: VideoScore['rule']; missing?: Uint8Array } = {},
): VerifiedPairs {
  if (means.rows !== pairs.images.length)
    throw new ShapeError(`ytf: expected a row for each of ${pairs.images.length} videos, got ${means.rows}`)
  const wrong = means.data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new DataError(
      `ytf: expected finite numbers for ${pairs.images[Math.floor(wrong / means.columns)]}, got ${means.data[wrong]}`,
    )
  const isJudged = (_: number, p: number) => !(missing?.[pairs.left[p]!] || missing?.[pairs.right[p]!])
  const left = pairs.left.filter(isJudged)
  const right = pairs.right.filter(isJudged)
  const same = pairs.same.filter(isJudged)
  const rows = rule === 'mean-embedding' ? unitRows(means) : means
  const scores = Float64Array.from(left, (i, p) => dotRows(rows, i, rows, right[p]!))
  const missingImages = pairs.images.filter((_, i) => missing?.[i])
  const result = {
    ...kfoldAccuracy(scores, same, { folds: pairs.folds, foldOf: pairs.foldOf.filter(isJudged) }),
    auc: auc(scores, same),
    eer: eer(scores, same),
    tarAtFar: {
      '0.1': tarAtFar(scores, same, 0.1),
      '0.01': tarAtFar(scores, same, 0.01),
      '0.001': tarAtFar(scores, same, 0.001),
    },
    variant: 'exact' as const,
    pairs: same.length,
    missing: missingImages.length,
    missingImages,
  }
  return { result, scores, same }
}
