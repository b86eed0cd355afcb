import { availableParallelism } from 'node:os'
import type { FeatureSource } from './feature-rows.ts'
import { findZones } from './find-zones.ts'
import { finishTally, scoreOfRank } from './finish-tally.ts'
import type { Pass, PassCounts } from './pass.ts'
import { passProbes } from './pass-probes.ts'
import { runPass } from './run-pass.ts'
import type { DistractorTally, TallyOptions, TallyPlan } from './tally.ts'
import { blockRows, fittingThreads, keepable, rangeOf, rising, tallyPart } from './tally-part.ts'

/** `tallyPart` of all distractors and what it says; a limit that a sample misjudged is sought again among all of them. */
export async function countDistractors(
  plan: TallyPlan,
  source: FeatureSource,
  options: Omit<TallyOptions, 'shard'> = {},
): Promise<DistractorTally> {
  const part = await tallyPart(plan, source, options)
  const { tally, missed } = finishTally(plan, part)
  if (missed.length === 0) return tally
  const { threads: wished = availableParallelism(), memoryBytes = 2 ** 31, signal } = options
  const probes = passProbes(plan, source)
  const count = probes.count * part.distractors
  const blocks = Math.ceil(part.distractors / blockRows)
  const threads = fittingThreads(probes, { wished, blocks, memoryBytes })
  const run = (own: Pass): Promise<PassCounts> =>
    runPass(probes, source, own, {
      ...{ blockRows, threads, mostKept: keepable(memoryBytes, threads) },
      ...(signal && { signal }),
    })
  const { zones } = await findZones({ probes, ranks: missed, total: count, sampled: count, margin: 0, run })
  const thresholds = rising(zones.map(({ high }) => high).filter(Number.isFinite))
  const again: Pass = {
    ...{ thresholds, leadingThresholds: new Float64Array(), leading: 0, zones },
    ...{ ranks: false, best: 0, isWhole: false },
    range: rangeOf([...thresholds, ...zones.flatMap(({ low, high }) => [low, high])]),
  }
  const found = await run(again)
  return {
    ...tally,
    limits: tally.limits.map((limit, i) => {
      if (!Number.isNaN(limit)) return limit
      const zone = tally.limits.subarray(0, i).filter(Number.isNaN).length
      return scoreOfRank(missed[zone]!, again, found, zone)!
    }),
  }
}
