import { DataError } from '../errors.ts'
import type { TemplateVerification } from '../evaluate/ijb-verification.ts'
import { addImpostors, impostorBins, type JsonObject, type NamedPart, type Part } from '../evaluate/index.ts'
import type { Evaluation } from './evaluation-output.ts'
import { type IjbSetup, ijbEvaluation } from './ijb-report.ts'
import type { Shard } from './shard.ts'
import { version } from './version.ts'

/** The part of a shard of 1:1: its counts, and all that the merged result needs beside them. */
export function ijbPart(
  setup: IjbSetup,
  shard: Shard,
  { counts, bins, ...found }: TemplateVerification,
): Part {
  return {
    protocol: setup.protocol,
    run: { ...(setup as unknown as JsonObject), version, found },
    shard,
    facts: {},
    arrays: { ...counts, bins },
  }
}

/** The result of 1:1 of IJB from the parts of its shards. @throws DataError when they do not add up */
export function mergeIjb(parts: readonly NamedPart[]): Evaluation {
  const {
    version: _,
    found,
    ...setup
  } = parts[0]!.part.run as unknown as IjbSetup & {
    readonly version: string
    readonly found: Omit<TemplateVerification, 'counts' | 'bins'>
  }
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
    bins.forEach((count, bin) => {
      sum[bin]! += count
    })
    return { scores, genuine, impostor }
  })
  return ijbEvaluation(setup, { verification: { ...found, counts: addImpostors(counts), bins: sum } })
}
