import { UsageError } from '../errors.ts'

/** Scores that are kept exactly, equal ones counted: [distinct] rising, and how often each was added. */
export interface KeptScores {
  readonly values: Float64Array
  readonly counts: Float64Array
}

/** Takes scores one by one; memory follows the distinct ones. */
export interface ScoreKeeper {
  add(score: number): void
  finish(): KeptScores
}

const pendingSize = 2 ** 16

/** How many distinct scores several keepers may hold together, and do. */
export interface KeepingRoom {
  readonly most: number
  held: number
}

/** An empty keeper. Its `add` and `finish` throw a UsageError once there is no more room. */
export function scoreKeeper(room: KeepingRoom = { most: Number.POSITIVE_INFINITY, held: 0 }): ScoreKeeper {
  let kept: KeptScores = { values: new Float64Array(), counts: new Float64Array() }
  // Sorted and merged in sheaves that grow with what is kept, so that each score is moved a few times only.
  let pending = new Float64Array(pendingSize)
  let length = 0
  const settle = (): void => {
    room.held -= kept.values.length
    kept = mergeKept([kept, distinct(pending.subarray(0, length).sort())])
    room.held += kept.values.length
    length = 0
    if (room.held > room.most)
      throw new UsageError(
        `tally: more than ${room.most} scores could be the limit of a rate; more memory is needed, or features of like length`,
      )
    if (kept.values.length > pending.length) pending = new Float64Array(2 * pending.length)
  }
  return {
    add(score) {
      if (length === pending.length) settle()
      pending[length++] = score
    },
    finish() {
      settle()
      return kept
    },
  }
}

/** The distinct ones of rising scores. */
function distinct(rising: Float64Array): KeptScores {
  const values = new Float64Array(rising.length)
  const counts = new Float64Array(rising.length)
  let n = 0
  for (const score of rising) {
    if (n === 0 || values[n - 1] !== score) values[n++] = score
    counts[n - 1]! += 1
  }
  return { values: values.slice(0, n), counts: counts.slice(0, n) }
}

/** Several of them as one. */
export function mergeKept(parts: readonly KeptScores[]): KeptScores {
  return parts.reduce((a, b) => {
    const most = a.values.length + b.values.length
    const values = new Float64Array(most)
    const counts = new Float64Array(most)
    let [i, j, n] = [0, 0, 0]
    while (i < a.values.length || j < b.values.length) {
      const x = a.values[i] ?? Number.POSITIVE_INFINITY
      const y = b.values[j] ?? Number.POSITIVE_INFINITY
      values[n] = Math.min(x, y)
      if (x <= y) counts[n]! += a.counts[i++]!
      if (y <= x) counts[n]! += b.counts[j++]!
      n++
    }
    return { values: values.slice(0, n), counts: counts.slice(0, n) }
  })
}

/** The score of rank `rank` among them, 0 the highest; null where there are not as many. */
export function keptScoreOfRank({ values, counts }: KeptScores, rank: number): number | null {
  if (rank < 0) return null
  let before = 0
  for (let k = values.length - 1; k >= 0; k--) {
    before += counts[k]!
    if (rank < before) return values[k]!
  }
  return null
}
