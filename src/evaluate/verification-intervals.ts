import { type BootstrapOptions, bootstrapByPerson, type Interval } from './bootstrap.ts'
import type { VerifiedPairs } from './lfw.ts'
import type { Pairs } from './pairs.ts'
import type { PeopleOfPairs } from './people-of-pairs.ts'
import { auc, eer, tarAtFar } from './roc.ts'
import { accuracyAt } from './threshold.ts'

/** Intervals of the numbers of a verification, by their names. */
export interface VerificationIntervals {
  readonly accuracy: Interval
  readonly auc: Interval
  readonly eer: Interval
  readonly tarAtFar: Readonly<Record<'0.1' | '0.01' | '0.001', Interval>>
}

/**
 * Intervals of a verification's numbers by `bootstrapByPerson`. Thresholds and scores stay those of the folds: what varies is
 * whom the pairs happen to show. So the accuracy is the share of all pairs judged rightly, each by its own fold's threshold
 * (with folds of one size that is the mean of the folds). `people` says whom each listed pair shows, [P]; `missing` [N] is
 * what it was when the pairs were verified.
 * @throws UsageError as `bootstrapByPerson` does
 */
export function verificationIntervals(
  { result, scores, same }: VerifiedPairs,
  pairs: Pairs,
  {
    people,
    missing,
    ...options
  }: BootstrapOptions & {
    readonly people: Pick<PeopleOfPairs, 'left' | 'right'>
    readonly missing?: Uint8Array | undefined
  },
): VerificationIntervals {
  const judged = [...pairs.same.keys()].filter(
    (p) => !missing?.[pairs.left[p]!] && !missing?.[pairs.right[p]!],
  )
  const right = Float64Array.from(judged, (p, i) =>
    accuracyAt(result.thresholds[pairs.foldOf[p]!]!, scores.subarray(i, i + 1), same.subarray(i, i + 1), {
      variant: result.variant,
    }),
  )
  const found = bootstrapByPerson(
    judged.map((p) => people.left[p]!),
    judged.map((p) => people.right[p]!),
    (drawn) => {
      const drawnScores = Float64Array.from(drawn, (i) => scores[i]!)
      const drawnSame = Uint8Array.from(drawn, (i) => same[i]!)
      let total = 0
      for (const i of drawn) total += right[i]!
      return {
        accuracy: total / drawn.length,
        auc: auc(drawnScores, drawnSame),
        eer: eer(drawnScores, drawnSame),
        '0.1': tarAtFar(drawnScores, drawnSame, 0.1),
        '0.01': tarAtFar(drawnScores, drawnSame, 0.01),
        '0.001': tarAtFar(drawnScores, drawnSame, 0.001),
      }
    },
    options,
  )
  const { accuracy, auc: areas, eer: equal, ...tars } = found
  return { accuracy, auc: areas, eer: equal, tarAtFar: tars }
}
