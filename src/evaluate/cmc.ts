import { DataError, UsageError } from '../errors.ts'

/** A cumulative match characteristic. */
export interface Cmc {
  /** 1, 2, … the greatest rank asked for. */
  readonly rank: Int32Array
  /** The share of the searches whose mate is among the best `rank` candidates, never falling; NaN throughout without searches. */
  readonly recall: Float64Array
}

/**
 * The CMC of the mates' ranks [M], each the number of candidates before the mate: 0 is the best. Infinity is a mate that was
 * not found at any rank. Whether a tie counts as before is for whoever ranked. By default up to the greatest finite rank.
 * @throws UsageError when `maxRank` is not a whole number above 0; DataError at a rank that is none
 */
export function cmc(ranks: ArrayLike<number>, { maxRank }: { maxRank?: number } = {}): Cmc {
  let greatest = 0
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i]!
    if (!(rank >= 0 && (Number.isInteger(rank) || rank === Number.POSITIVE_INFINITY)))
      throw new DataError(
        `cmc: expected a whole number from 0, or Infinity, as rank of search ${i}, got ${rank}`,
      )
    if (rank !== Number.POSITIVE_INFINITY) greatest = Math.max(greatest, rank)
  }
  const length = maxRank ?? greatest + 1
  if (!(Number.isInteger(length) && length >= 1 && length < 2 ** 31))
    throw new UsageError(`cmc: expected a greatest rank of 1 or more, got ${length}`)
  const found = new Float64Array(length)
  for (let i = 0; i < ranks.length; i++) if (ranks[i]! < length) found[ranks[i]!]!++
  for (let r = 1; r < length; r++) found[r]! += found[r - 1]!
  return {
    rank: Int32Array.from(found, (_, r) => r + 1),
    recall: found.map((count) => count / ranks.length),
  }
}
