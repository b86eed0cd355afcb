/** A CMC as the official tool writes it: ranks from 0, and the share of pairs found at each rank or a better one. */
export interface OfficialCmc {
  readonly rank: readonly number[]
  readonly recall: readonly number[]
}

/** A ROC as the official tool writes it. */
export interface OfficialRoc {
  readonly far: readonly number[]
  readonly tar: readonly number[]
}

/**
 * The points of a CMC that the official tool writes: each rank, from 0, at which recall has risen by at least 0.01 since the
 * last, and the last rank of all, `lastRank`. Shares are exact counts over all pairs.
 */
export function officialCmc(ranks: ArrayLike<number>, lastRank: number): OfficialCmc {
  const rank: number[] = []
  const recall: number[] = []
  let written = 0
  for (const { value, count } of steps(Float64Array.from(ranks).sort())) {
    if (100 * (count - written) < ranks.length) continue
    rank.push(value)
    recall.push(count / ranks.length)
    written = count
  }
  if (rank.at(-1) !== lastRank) {
    rank.push(lastRank)
    recall.push(1)
  }
  return { rank, recall }
}

/**
 * The points of the ROC that the official tool writes. Scores fall, a genuine score before an impostor of the same value; at
 * each impostor, before it counts, a point is written when TAR has risen by more than 0.01 since the last; (1, 1) ends it.
 * `above` is, for each genuine score, the number of impostor scores strictly higher, rising: [G].
 */
export function officialRoc(above: ArrayLike<number>, impostors: number): OfficialRoc {
  const far: number[] = []
  const tar: number[] = []
  let written = 0
  for (const { value, count } of steps(above)) {
    if (value >= impostors) break
    if (100 * (count - written) <= above.length) continue
    far.push(value / impostors)
    tar.push(count / above.length)
    written = count
  }
  far.push(1)
  tar.push(1)
  return { far, tar }
}

/** Each distinct value of a rising list, with how many are not greater. */
export function* steps(rising: ArrayLike<number>): Generator<{ value: number; count: number }> {
  for (let i = 0; i < rising.length; i++)
    if (i + 1 === rising.length || rising[i + 1] !== rising[i]) yield { value: rising[i]!, count: i + 1 }
}

/** The next float64 below a finite number: a score is at least x exactly when it is greater than this. */
export function nextBelow(x: number): number {
  const bits = new BigInt64Array(1)
  const value = new Float64Array(bits.buffer)
  if (x === 0) return -Number.MIN_VALUE
  value[0] = x
  bits[0]! += x > 0 ? -1n : 1n
  return value[0]!
}
