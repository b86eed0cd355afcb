import { availableParallelism } from 'node:os'
import { DataError, UsageError } from '../errors.ts'
import { countAtRate } from '../math/count-at-rate.ts'
import { type FeatureSource, itemCount } from './feature-rows.ts'
import { findZones } from './find-zones.ts'
import type { Pass, PassCounts, PassProbes, Zone } from './pass.ts'
import { passProbes } from './pass-probes.ts'
import { allBlocks, runPass } from './run-pass.ts'
import type { PartialTally, ScoreSample, TallyOptions, TallyPlan } from './tally.ts'

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
    threads: wished = availableParallelism(),
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
  const impostors = probes.count * distractors
  const blocks = allBlocks(distractors, blockRows).filter(
    (_, k) => !shard || k % shard.count === shard.index - 1,
  )
  const counted = blocks.reduce((sum, first) => sum + Math.min(blockRows, distractors - first), 0)

  const threads = fittingThreads(probes, { wished, blocks: blocks.length, memoryBytes })
  const mostKept = keepable(memoryBytes, threads)

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
      mostKept,
      ...(signal && { signal }),
      onProgress: (more) => {
        done += more
        onProgress?.(Math.min(done, total), total)
      },
    })
  const ranks = fars.map((far) => countAtRate(far, impostors)).filter((allowed) => allowed < impostors)
  const { zones, first } = await findZones({
    ...{ probes, ranks, total: impostors, sampled: probes.count * sampled.rows, margin: zoneMargin },
    run: (pass) => run(pass, { blockRows: sampleBlockRows, blocks: sampled.blocks }),
  })
  const all = rising([...(thresholds.all ?? []), ...zones.map(({ high }) => high).filter(Number.isFinite)])
  const leadingThresholds = rising(thresholds.leading ?? [])
  const pass: Pass = {
    ...{ thresholds: all, leadingThresholds, leading, zones, ranks: true, best, isWhole: false },
    range: rangeOf([...all, ...leadingThresholds, ...zones.flatMap(({ low, high }) => [low, high])]),
  }
  const counts = await run(pass, { blockRows, blocks })
  return { pass, counts, sample: coarse(first.histogram, first.range, sampled.rows), counted, distractors }
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

/**
 * As many of the wished threads as there are blocks and memory for.
 * @throws UsageError when the memory does not hold the probes and one thread
 */
export function fittingThreads(
  { rows, mates }: PassProbes,
  {
    wished,
    blocks,
    memoryBytes,
  }: { readonly wished: number; readonly blocks: number; readonly memoryBytes: number },
): number {
  // Each thread holds its block, its products and lists, its counts, and the probes twice, as the runtime keeps them.
  const perThread =
    4 * (blockRows + 1024) * rows.columns +
    4 * 512 * 512 * 3 +
    40 * mates.scores.length +
    2 * rows.data.byteLength
  const shared = rows.data.byteLength + 24 * mates.scores.length
  // Half of the memory is for the scores that are kept.
  const most = Math.floor((memoryBytes / 2 - shared) / perThread)
  if (most < 1) {
    const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
    throw new UsageError(
      `tally: these probes need memory of ${mebibytes(2 * (shared + perThread))} MiB, got ${mebibytes(memoryBytes)} MiB`,
    )
  }
  return Math.max(1, Math.min(wished, blocks, most))
}

/** Distinct scores that a thread may keep: half of the memory, 48 bytes each while they are merged. */
export const keepable = (memoryBytes: number, threads: number): number =>
  Math.floor(memoryBytes / 2 / 48 / threads)

/** Blocks spread evenly over the list, the same for every shard. */
function sampleOf(items: number): { readonly blocks: Int32Array; readonly rows: number } {
  const blocks = allBlocks(items, sampleBlockRows)
  if (blocks.length <= sampleBlocks) return { blocks, rows: items }
  const spread = Int32Array.from({ length: sampleBlocks }, (_, k) => {
    return Math.floor(((k + 0.5) * (blocks.length - 1)) / sampleBlocks) * sampleBlockRows
  })
  return { blocks: spread, rows: sampleBlocks * sampleBlockRows }
}

/** The distinct values, rising. */
export const rising = (values: Iterable<number>): Float64Array => Float64Array.from(new Set(values)).sort()

/** A range that holds the finite ones of the values, with some room. */
export function rangeOf(values: readonly number[]): Zone {
  const finite = values.filter(Number.isFinite)
  const [some = 0] = finite
  const low = finite.reduce((least, value) => Math.min(least, value), some)
  const high = finite.reduce((most, value) => Math.max(most, value), some)
  const room = 0.01 * (high - low) + 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-9)
  return { low: low - room, high: high + room }
}
