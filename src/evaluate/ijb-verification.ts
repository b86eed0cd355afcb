import { DataError, UsageError } from '../errors.ts'
import { dotRows } from '../math/matrix.ts'
import { countImpostor, type PairCounts, pairCounts } from './ijb-counts.ts'
import type { PairPiece } from './ijb-pairs.ts'
import type { Templates } from './templates.ts'

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** What verifying a list of pairs found; counts of the shards of one list add up. */
export interface TemplateVerification {
  readonly counts: PairCounts
  /** How many impostor pairs score in each of the bins of one width from -1 to 1, for pictures, [impostorBins]. */
  readonly bins: Float64Array
  /** How many pairs the list has. */
  readonly pairs: number
  /** Pairs of which a template is missing; they are not judged. */
  readonly missingPairs: number
}

/** How many bins a picture of the impostors' scores is made of. */
export const impostorBins = 2000

export interface TemplateVerificationOptions {
  /** Only this share of the impostor pairs is judged; the genuine pairs, which are few, are judged in each. */
  readonly shard?: Shard
  /** How many bytes the genuine scores may take. */
  readonly memory?: number
  /** Called after each piece of the list with the number of pairs passed, twice through the list; what it returns is awaited. */
  readonly onProgress?: (pass: 1 | 2, pairs: number) => void | Promise<void>
}

/**
 * Verifies pairs of templates: the score is the dot product of their features in float64. The list is passed twice, `pairs`
 * opening it each time: first the genuine pairs are scored, then each impostor pair is counted among them; no score of an
 * impostor is kept, so that memory depends on the number of genuine pairs alone (48 bytes each).
 * @throws UsageError when the genuine scores need more than `memory`; DataError when the list is another one the second time
 */
export async function verifyTemplates(
  { features, missing }: Templates,
  pairs: () => AsyncIterable<PairPiece> | Iterable<PairPiece>,
  {
    shard = { index: 1, count: 1 },
    memory = Number.POSITIVE_INFINITY,
    onProgress,
  }: TemplateVerificationOptions = {},
): Promise<TemplateVerification> {
  let genuine = new Float64Array(1024)
  let genuines = 0
  let total = 0
  let missingPairs = 0
  for await (const { left, right, same } of pairs()) {
    for (let p = 0; p < same.length; p++) {
      const [a, b] = [left[p]!, right[p]!]
      if (missing[a] || missing[b]) missingPairs++
      else if (same[p]) {
        if (genuines === genuine.length) genuine = grown(genuine, memory)
        genuine[genuines++] = dotRows(features, a, features, b)
      }
    }
    total += same.length
    await onProgress?.(1, total)
  }
  const counts = pairCounts(genuine.slice(0, genuines))
  const [from, to] = [shard.index - 1, shard.index].map((i) => Math.floor((total * i) / shard.count)) as [
    number,
    number,
  ]
  const bins = new Float64Array(impostorBins)
  let passed = 0
  let genuinesAgain = 0
  for await (const { left, right, same, start } of pairs()) {
    const end = Math.min(same.length, to - start)
    for (let p = Math.max(0, from - start); p < end; p++) {
      const [a, b] = [left[p]!, right[p]!]
      if (same[p] || missing[a] || missing[b]) continue
      const score = dotRows(features, a, features, b)
      countImpostor(counts, score)
      // Of rows of length 1 the score can leave -1 … 1 by rounding alone.
      bins[Math.max(0, Math.min(impostorBins - 1, Math.floor(((score + 1) / 2) * impostorBins)))]!++
    }
    for (let p = 0; p < same.length; p++)
      if (same[p] && !missing[left[p]!] && !missing[right[p]!]) genuinesAgain++
    passed += same.length
    await onProgress?.(2, passed)
  }
  if (passed !== total || genuinesAgain !== genuines)
    throw new DataError(
      `pairs: expected ${total} pairs and ${genuines} genuine ones again, got ${passed} and ${genuinesAgain}: the list changed`,
    )
  return { counts, bins, pairs: total, missingPairs }
}

/** Bytes a genuine pair takes in the end: its score, the same sorted, and the counts. */
const BYTES_A_GENUINE_PAIR = 48

function grown(scores: Float64Array<ArrayBuffer>, memory: number): Float64Array<ArrayBuffer> {
  if (2 * scores.length * BYTES_A_GENUINE_PAIR > Math.max(memory, 1 << 20))
    throw new UsageError(
      `--memory: more than ${scores.length} genuine pairs need ${2 * scores.length * BYTES_A_GENUINE_PAIR} bytes, got ${Math.floor(memory)}`,
    )
  const larger = new Float64Array(2 * scores.length)
  larger.set(scores)
  return larger
}
