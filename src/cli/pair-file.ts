import { accuracyAt, type Pairs, type VerifiedPairs } from '../evaluate/index.ts'

/** The name of the file in the folder of an evaluation. */
export const pairFileName = 'pairs.csv'

/** Its columns: `same` 1 for one person, `fold` from 1, `threshold` of that fold, `accepted` 1 where the pair was taken for one person. */
export const pairColumns = ['left', 'right', 'same', 'fold', 'score', 'threshold', 'accepted'] as const

/**
 * Each judged pair of a verification, with its score and what became of it, as CSV: what worst errors and error rates of
 * groups are read from. `missing` [N] is what it was when the pairs were verified; `notice` is said above.
 */
export function pairFile(
  { result: { thresholds, variant }, scores, same }: VerifiedPairs,
  { images, left, right, foldOf }: Pairs,
  { missing, notice }: { readonly missing: Uint8Array; readonly notice?: string | undefined },
): string {
  const fields = images.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
  const lines = [...(notice === undefined ? [] : [`# ${notice}`]), pairColumns.join(',')]
  let judged = 0
  for (const [p, l] of left.entries()) {
    const r = right[p]!
    if (missing[l] || missing[r]) continue
    const fold = thresholds.length === 1 ? 0 : foldOf[p]!
    const threshold = thresholds[fold]!
    const one = [scores.subarray(judged, judged + 1), same.subarray(judged, judged + 1)] as const
    const isRight = accuracyAt(threshold, ...one, { variant }) === 1
    const accepted = isRight === (same[judged] === 1)
    lines.push(
      [
        ...[fields[l], fields[r], same[judged], fold + 1],
        ...[scores[judged], threshold, accepted ? 1 : 0],
      ].join(','),
    )
    judged++
  }
  return `${lines.join('\n')}\n`
}

/** The file by its name, for the folder of an evaluation. */
export function pairFiles(
  verified: VerifiedPairs,
  pairs: Pairs,
  { missing, missingItems }: { readonly missing: Uint8Array; readonly missingItems: readonly unknown[] },
): Record<string, string> {
  const notice = missingItems.length > 0 ? `incomplete: ${missingItems.length} missing` : undefined
  return { [pairFileName]: pairFile(verified, pairs, { missing, notice }) }
}
