import { availableParallelism } from 'node:os'
import { DataError, UsageError } from '../errors.ts'
import { countAtRate } from '../math/count-at-rate.ts'
import { type FeatureSource, itemCount } from './feature-rows.ts'
import type { Pass, PassCounts, PassProbes, Zone } from './pass.ts'
import { passProbes } from './pass-probes.ts'
import { allBlocks, runPass } from './run-pass.ts'
import { errorBound } from './score.ts'
import type { PartialTally, ScoreSample, TallyOptions, TallyPlan } from './tally.ts'
import { filledRange, zoneOfRank } from './zones.ts'

/** Distractors that a thread reads at a time. */
export const blockRows = 4096
const sampleBlockRows = 1024
const sampleBlocks = 16

/**
 * Counts the distractors of a shard, or all of them. Float32 products in the runtime propose, and every score that their error
 * could put on the wrong side is reckoned again in float64 as defined, so that all counts are exact; they do not depend on
 * threads, blocks or shards. Memory does not grow with the number of distractors.
 * @throws ShapeError, UsageError, DataError for what cannot be used; the signal's reason
 */
export async function tallyPart(
  plan: TallyPlan,
  source: FeatureSource,
  options: TallyOptions = {},
): Promise<PartialTally> {
  const {
    threads = availableParallelism(),
    memoryBytes = 2 ** 31,
    shard,
    zoneMargin = 0.03,
    signal,
    onProgress,
  } = options
  const probes = passProbes(plan, source)
  const { fars = [], leading = 0, best = 0, thresholds = {} } = plan
  const distractors = itemCount(source)
  if (distractors === 0) throw new DataError('distractors: expected at least one, got none')
  checkMemory(probes, { threads, memoryBytes })
  const impostors = probes.count * distractors
  const blocks = allBlocks(distractors, blockRows).filter(
    (_, k) => !shard || k % shard.count === shard.index - 1,
  )
  const counted = blocks.reduce((sum, first) => sum + Math.min(blockRows, distractors - first), 0)

  const sampled = sampleOf(distractors)
  let done = 0
  const total = counted + sampled.rows
  const run = (
    pass: Pass,
    own: { readonly blockRows: number; readonly blocks: Int32Array },
  ): Promise<PassCounts> =>
    runPass(probes, source, pass, {
      ...own,
      threads,
      ...(signal && { signal }),
      onProgress: (more) => {
        done += more
        onProgress?.(Math.min(done, total), total)
      },
    })
  const rough = roughPass(probes)
  const sample = await run(rough, { blockRows: sampleBlockRows, blocks: sampled.blocks })
  const bound = errorBound(source.columns, { a: probes.longest, b: sample.longest })
  const histogram = { counts: sample.histogram, range: rough.range, bound }
  const zones = fars
    .map((far) => countAtRate(far, impostors))
    .filter((allowed) => allowed < impostors)
    .map((rank) =>
      zoneOfRank(histogram, {
        rank,
        count: impostors,
        sampled: probes.count * sampled.rows,
        margin: zoneMargin,
      }),
    )
  const all = rising([...(thresholds.all ?? []), ...zones.map(({ high }) => high).filter(Number.isFinite)])
  const leadingThresholds = rising(thresholds.leading ?? [])
  const pass: Pass = {
    ...{ thresholds: all, leadingThresholds, leading, zones, ranks: true, best, isWhole: false },
    range: rangeOf(
      [...all, ...leadingThresholds, ...zones.flatMap(({ low, high }) => [low, high])],
      filledRange(histogram),
    ),
  }
  const counts = await run(pass, { blockRows, blocks })
  return { pass, counts, sample: coarse(sample.histogram, rough.range, sampled.rows), counted, distractors }
}

const coarseBins = 1024

/** The histogram of a sample in fewer bins. */
function coarse(counts: Float64Array, { low, high }: Zone, distractors: number): ScoreSample {
  const few = new Float64Array(coarseBins)
  const each = counts.length / coarseBins
  counts.forEach((count, bin) => {
    few[Math.floor(bin / each)]! += count
  })
  return { distractors, low, high, counts: few }
}

/** A pass that only looks where the scores lie. */
export function roughPass({ longest }: PassProbes): Pass {
  // Distractors as long as the probes, and a little more: what lies below falls into the lowest bin.
  const most = Math.max(longest, 1e-9) ** 2
  return {
    ...{ thresholds: new Float64Array(), leadingThresholds: new Float64Array(), leading: 0, zones: [] },
    ...{ ranks: false, best: 0, isWhole: true, range: { low: -4.5 * most, high: 0.5 * most } },
  }
}

/** @throws UsageError when the probes alone need more than the memory that is allowed */
function checkMemory(
  { rows, mates }: PassProbes,
  { threads, memoryBytes }: { readonly threads: number; readonly memoryBytes: number },
): void {
  const { columns } = rows
  const perThread = 4 * (blockRows + 1024) * columns + 4 * 512 * 512 * 3 + 40 * mates.scores.length
  const needed = rows.data.byteLength + 24 * mates.scores.length + threads * perThread
  if (needed > memoryBytes)
    throw new UsageError(
      `tally: needs ${Math.ceil(needed / 2 ** 20)} MiB for these probes, got ${Math.floor(memoryBytes / 2 ** 20)} MiB`,
    )
}

/** Blocks spread evenly over the list, the same for every shard. */
function sampleOf(items: number): { readonly blocks: Int32Array; readonly rows: number } {
  const blocks = allBlocks(items, sampleBlockRows)
  if (blocks.length <= sampleBlocks) return { blocks, rows: items }
  const spread = Int32Array.from({ length: sampleBlocks }, (_, k) => {
    return Math.floor((k * (blocks.length - 1)) / sampleBlocks) * sampleBlockRows
  })
  return { blocks: spread, rows: sampleBlocks * sampleBlockRows }
}

/** The distinct values, rising. */
export const rising = (values: Iterable<number>): Float64Array => Float64Array.from(new Set(values)).sort()

/** A range that holds the values and the zone, with some room. */
function rangeOf(values: readonly number[], filled: Zone): Zone {
  const finite = [filled.low, filled.high, ...values].filter(Number.isFinite)
  const low = finite.reduce((least, value) => Math.min(least, value))
  const high = finite.reduce((most, value) => Math.max(most, value))
  const room = 0.01 * (high - low) + 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-9)
  return { low: low - room, high: high + room }
}
