import { z } from 'zod'
import { DataError } from '../../errors.ts'
import type { NamedPart } from '../../evaluate/agreeing-parts.ts'
import { megafacePlan, megafaceResult } from '../../evaluate/megaface.ts'
import { probePairs } from '../../evaluate/megaface-pairs.ts'
import { unpack } from '../../evaluate/packed.ts'
import { finishTally, mergeTallies, type PartialTally } from '../../search/index.ts'
import type { Evaluation } from '../evaluate/evaluation-output.ts'
import { count, json, jsonObject, missingItems, readPartRun } from '../evaluate/part-run.ts'
import type { Cleaning, CountedProbes } from './megaface-count.ts'
import { megafaceEvaluation, type Outcome } from './megaface-report.ts'

const rate = z.number().nullable()
/** What a shard of `evaluate megaface` writes as `run`. */
const runSchema = z.object({
  ...{ version: z.string(), name: z.string(), challenge: z.literal([1, 2]) },
  ...{ verification: z.enum(['full', 'devkit']), normalise: z.boolean(), lists: jsonObject },
  probes: z.object({ name: z.string(), listed: count, features: jsonObject }),
  ...{ distractors: jsonObject, noise: json },
  beside: z.array(z.object({ file: z.string(), rank1: rate, tar: rate })),
  ...{ missingItems, columns: count },
  runs: z.array(z.object({ size: count, set: count, cleaning: z.enum(['raw', 'cleaned']) })),
})

/** The result of a run of MegaFace from the parts of its shards. @throws DataError when they do not add up */
export function mergeMegaface(parts: readonly NamedPart[]): Evaluation {
  const first = parts[0]!.part
  const { columns, runs, ...setup } = readPartRun(parts[0]!, runSchema)
  const broken = (name: string, what: string): DataError =>
    new DataError(`${name}: expected ${what} as --shard writes it, got none`)
  const probes = new Map<Cleaning, CountedProbes>()
  for (const cleaning of new Set(runs.map((run) => run.cleaning))) {
    const data = first.arrays[`probes.${cleaning}.features`]
    const labels = first.arrays[`probes.${cleaning}.labels`]
    if (
      !(data instanceof Float32Array && labels instanceof Int32Array) ||
      data.length !== labels.length * columns
    )
      throw broken(parts[0]!.name, `probes.${cleaning}`)
    const rows = { data, rows: labels.length, columns }
    const pairs = probePairs(rows, labels)
    const { verification } = setup
    probes.set(cleaning, {
      ...{ cleaning, pairs, index: first.arrays[`probes.${cleaning}.index`] as Int32Array },
      plan: megafacePlan(rows, labels, pairs, { verification }),
    })
  }
  const outcomes = runs.map(({ size, set, cleaning }): Outcome => {
    const own = probes.get(cleaning)!
    const key = `${size}_${set}.${cleaning}`
    const tallies = parts.map(({ name, part }) => {
      const json = part.facts[key]
      if (json === undefined) throw broken(name, `facts.${key}`)
      return unpack<PartialTally>({ json, arrays: part.arrays })
    })
    const { tally, missed } = finishTally(own.plan, mergeTallies(own.plan, tallies))
    if (missed.length > 0)
      throw new DataError(
        `merge: the sample of ${size} distractors misjudged where a false accept rate lies; count them without --shard`,
      )
    return {
      ...{ size, set, cleaning, tally, probes: own },
      result: megafaceResult(own.plan, own.pairs, tally),
      index: first.arrays[`${key}:index`] as Int32Array,
    }
  })
  return megafaceEvaluation(setup, outcomes)
}
