import { z } from 'zod'
import { DataError } from '../../errors.ts'
import type { TemplateVerification } from '../../evaluate/ijb-verification.ts'
import { addImpostors, impostorBins, type NamedPart, type Part } from '../../evaluate/index.ts'
import type { Evaluation } from '../evaluate/evaluation-output.ts'
import { count, jsonObject, missingItems, readPartRun } from '../evaluate/part-run.ts'
import type { Shard } from '../evaluate/shard.ts'
import { version } from '../version.ts'
import { type IjbSetup, ijbEvaluation } from './ijb-report.ts'

/** The part of a shard of 1:1: its counts, and all that the merged result needs beside them. */
export function ijbPart(
  setup: IjbSetup,
  shard: Shard,
  { counts, bins, ...found }: TemplateVerification,
): Part {
  return {
    protocol: setup.protocol,
    run: { ...setup, version, found },
    shard,
    facts: {},
    arrays: { ...counts, bins },
  }
}

/** Genuine scores are held for their picture: 1 GiB of them at most. */
const MOST_GENUINE = 2 ** 27

const total = (counts: Float64Array): number => counts.reduce((sum, n) => sum + n, 0)

/** What `ijbPart` writes as `run`. */
const runSchema = z.object({
  ...{ protocol: z.string(), source: jsonObject, lists: jsonObject, weight: z.string(), unit: z.boolean() },
  ...{ images: count, templates: count, missingTemplates: count, missingItems, version: z.string() },
  found: z.object({ pairs: count, missingPairs: count }),
})

/** The result of 1:1 of IJB from the parts of its shards. @throws DataError when they do not add up */
export function mergeIjb(parts: readonly NamedPart[]): Evaluation {
  const { version: _, found, ...setup } = readPartRun(parts[0]!, runSchema)
  const sum = new Float64Array(impostorBins)
  const counts = parts.map(({ name, part: { arrays } }) => {
    const { scores, genuine, impostor, bins } = arrays
    if (
      !(
        scores instanceof Float64Array &&
        genuine instanceof Float64Array &&
        impostor instanceof Float64Array &&
        bins instanceof Float64Array
      ) ||
      bins.length !== impostorBins ||
      genuine.length !== scores.length ||
      impostor.length !== 2 * scores.length + 1
    )
      throw new DataError(`${name}: expected the counts of 1:1, got others`)
    if (![genuine, impostor, bins].every((counts) => counts.every((n) => Number.isSafeInteger(n) && n >= 0)))
      throw new DataError(`${name}: expected counts that are whole numbers from 0, got others`)
    bins.forEach((count, bin) => {
      sum[bin]! += count
    })
    return { scores, genuine, impostor }
  })
  const whole = addImpostors(counts)
  const judged = total(whole.genuine) + total(whole.impostor)
  if (judged + found.missingPairs !== found.pairs)
    throw new DataError(
      `merge: expected counts of ${found.pairs - found.missingPairs} pairs in all parts, got ${judged}`,
    )
  if (total(whole.genuine) > MOST_GENUINE)
    throw new DataError(`merge: expected at most ${MOST_GENUINE} genuine pairs, got ${total(whole.genuine)}`)
  return ijbEvaluation(setup, { verification: { ...found, counts: whole, bins: sum } })
}
