import type { Pairs } from '../../evaluate/index.ts'
import { type Judged, judgedPairs } from '../../report/index.ts'

/** The name of the file in the folder of an evaluation. */
export const pairFileName = 'pairs.csv'

/** Its columns: `same` 1 for one person, `fold` from 1, `threshold` of that fold, `accepted` 1 where the pair was taken for one person. */
export const pairColumns = ['left', 'right', 'same', 'fold', 'score', 'threshold', 'accepted'] as const

/**
 * Each judged pair of a verification, with its score and what became of it, as CSV: what worst errors and error rates of
 * groups are read from. `missing` [N] is what it was when the pairs were verified; `notice` is said above.
 */
export function pairFile(
  verified: Judged,
  pairs: Pairs,
  { missing, notice }: { readonly missing: Uint8Array; readonly notice?: string | undefined },
): string {
  const field = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)
  const lines = [...(notice === undefined ? [] : [`# ${notice}`]), pairColumns.join(',')]
  for (const { left, right, same, fold, score, threshold, accepted } of judgedPairs(verified, pairs, {
    missing,
  }))
    lines.push([field(left), field(right), same ? 1 : 0, fold, score, threshold, accepted ? 1 : 0].join(','))
  return `${lines.join('\n')}\n`
}

/** The file by its name, for the folder of an evaluation. */
export function pairFiles(
  verified: Judged,
  pairs: Pairs,
  { missing, missingItems }: { readonly missing: Uint8Array; readonly missingItems: readonly unknown[] },
): Record<string, string> {
  const notice = missingItems.length > 0 ? `incomplete: ${missingItems.length} missing` : undefined
  return { [pairFileName]: pairFile(verified, pairs, { missing, notice }) }
}
