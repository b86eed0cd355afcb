import { availableParallelism } from 'node:os'
import type { FeatureSource } from './feature-rows.ts'
import { finishTally, scoreOfRank } from './finish-tally.ts'
import type { Pass, PassCounts } from './pass.ts'
import { passProbes } from './pass-probes.ts'
import { runPass } from './run-pass.ts'
import { errorBound } from './score.ts'
import type { DistractorTally, TallyOptions, TallyPlan } from './tally.ts'
import { blockRows, rising, roughPass, tallyPart } from './tally-part.ts'
import { filledRange, zoneOfRank } from './zones.ts'

/** `tallyPart` of all distractors and what it says; a limit that a sample misjudged is sought again. */
export async function countDistractors(
  plan: TallyPlan,
  source: FeatureSource,
  options: Omit<TallyOptions, 'shard'> = {},
): Promise<DistractorTally> {
  const part = await tallyPart(plan, source, options)
  const { tally, missed } = finishTally(plan, part)
  if (missed.length === 0) return tally
  const probes = passProbes(plan, source)
  const count = probes.count * part.distractors
  const { threads = availableParallelism(), signal } = options
  const run = (own: Pass): Promise<PassCounts> =>
    runPass(probes, source, own, { blockRows, threads, ...(signal && { signal }) })
  const rough = roughPass(probes)
  const { histogram: all, longest } = await run(rough)
  const bound = errorBound(source.columns, { a: probes.longest, b: longest })
  const histogram = { counts: all, range: rough.range, bound }
  const zones = missed.map((rank) => zoneOfRank(histogram, { rank, count, sampled: count, margin: 0 }))
  const again: Pass = {
    ...{ leadingThresholds: new Float64Array(), leading: 0, zones, ranks: false, best: 0, isWhole: false },
    thresholds: rising(zones.map(({ high }) => high).filter(Number.isFinite)),
    range: filledRange(histogram),
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
