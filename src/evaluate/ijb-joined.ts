import { scoreWithAll } from './ijb-identification.ts'
import type { SearchList } from './ijb-search-list.ts'
import type { Templates } from './templates.ts'

/** 1:N as the public tools print it. */
export interface JoinedRates {
  /** The share of the searches whose mate is among the best 1, 5, 10 of both galleries. */
  readonly top: Readonly<Record<string, number>>
  /**
   * The share of the searches whose mate scores above the threshold, which is the k-th highest of all scores of searches with
   * templates that are not their mate, k = FPIR times the number of searches, rounded up.
   */
  readonly tpirAtFpir: Readonly<Record<string, number>>
}

/**
 * Searches the probes in both galleries at once, as the public IJB tools do: every search is mated then, and the scores of mated
 * searches with other people set the threshold. Ties are against the mate (the
 * tools leave them to their sorting). undefined where the tools stop: when a template is
 * missing, a person is in the galleries twice, or a probe's person is in none.
 */
export async function searchJoined(
  { features, missing }: Templates,
  galleries: readonly SearchList[],
  probes: SearchList,
  {
    tops = [1, 5, 10],
    fpirs = [0.01, 0.1],
    onProgress,
  }: {
    readonly tops?: readonly number[]
    readonly fpirs?: readonly number[]
    readonly onProgress?: (probes: number) => void | Promise<void>
  } = {},
): Promise<JoinedRates | undefined> {
  const shelf = Int32Array.from(galleries.flatMap(({ rows }) => [...rows]))
  const places = new Map(galleries.flatMap(({ people }) => people).map((person, g) => [person, g]))
  if (places.size !== shelf.length || probes.people.some((person) => !places.has(person))) return undefined
  if ([...shelf, ...probes.rows].some((row) => missing[row])) return undefined
  const searches = probes.rows.length
  const limits = fpirs.map((fpir) => Math.ceil(searches * fpir))
  const highest = highestScores(Math.max(1, ...limits))
  const mateScores = new Float64Array(searches)
  const found = tops.map(() => 0)
  const scores = new Float64Array(shelf.length)
  for (let i = 0; i < searches; i++) {
    if (i % 64 === 0) await onProgress?.(i)
    scoreWithAll(features, probes.rows[i]!, shelf, scores)
    const mate = places.get(probes.people[i]!)!
    mateScores[i] = scores[mate]!
    let above = 0
    for (let g = 0; g < scores.length; g++) {
      if (g === mate) continue
      if (scores[g]! >= mateScores[i]!) above++
      highest.add(scores[g]!)
    }
    for (const [t, top] of tops.entries()) if (above < top) found[t]!++
  }
  await onProgress?.(searches)
  const falling = highest.falling()
  const recall = (limit: number): number => {
    const threshold = falling[limit - 1]
    if (threshold === undefined) return Number.NaN
    return mateScores.reduce((n, score) => n + (score > threshold ? 1 : 0), 0) / searches
  }
  return {
    top: Object.fromEntries(tops.map((top, t) => [String(top), found[t]! / searches])),
    tpirAtFpir: Object.fromEntries(fpirs.map((fpir, k) => [String(fpir), recall(limits[k]!)])),
  }
}

/** Keeps the `count` highest of the scores added. */
function highestScores(count: number) {
  const kept = new Float64Array(4 * count)
  let length = 0
  let least = Number.NEGATIVE_INFINITY
  const tidy = (): void => {
    const rising = kept.subarray(0, length).sort()
    kept.set(rising.slice(Math.max(0, length - count)))
    length = Math.min(length, count)
    if (length === count) least = kept[0]!
  }
  return {
    add(score: number): void {
      if (score <= least) return
      if (length === kept.length) tidy()
      kept[length++] = score
    },
    falling(): Float64Array {
      tidy()
      return kept.slice(0, length).reverse()
    },
  }
}
