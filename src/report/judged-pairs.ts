import { accuracyAt, type Pairs, type Verification, type VerifiedPairs } from '../evaluate/index.ts'
import type { ReportPair } from './report-input.ts'

/** A judged pair and the fold that it was judged in, from 1. */
export interface JudgedPair extends ReportPair {
  readonly fold: number
}

/** What of a verification says how its pairs were judged. */
export type Judged = Pick<VerifiedPairs, 'scores' | 'same'> & {
  readonly result: Pick<Verification, 'thresholds' | 'variant'>
}

/** Each judged pair of a verification with its score and what became of it. `missing` [N] is what it was when the pairs were verified. */
export function judgedPairs(
  { result: { thresholds, variant }, scores, same }: Judged,
  { images, left, right, foldOf }: Pairs,
  { missing }: { readonly missing?: Uint8Array } = {},
): JudgedPair[] {
  const found: JudgedPair[] = []
  for (const [p, l] of left.entries()) {
    const r = right[p]!
    if (missing?.[l] || missing?.[r]) continue
    const i = found.length
    const fold = thresholds.length === 1 ? 0 : foldOf[p]!
    const threshold = thresholds[fold]!
    const isRight =
      accuracyAt(threshold, scores.subarray(i, i + 1), same.subarray(i, i + 1), { variant }) === 1
    found.push({
      ...{ left: images[l]!, right: images[r]!, same: same[i] === 1, fold: fold + 1 },
      ...{ score: scores[i]!, threshold, accepted: isRight === (same[i] === 1) },
    })
  }
  return found
}
