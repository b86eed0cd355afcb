import { availableParallelism } from 'node:os'
import { DataError, ShapeError, UsageError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { type FeatureSource, itemCount } from './feature-rows.ts'
import { findMates } from './mates.ts'
import type { Pass, PassCounts, PassProbes, Zone } from './pass.ts'
import { allBlocks, mergeCounts, runPass } from './run-pass.ts'
import { errorBound, squaredNorms } from './score.ts'
import { allowedAccepts, filledRange, zoneOfRank } from './zones.ts'

/** What distractors are counted for. */
export interface TallyPlan {
  /** Features of the probes as they were read, float32 [P, D]. */
  readonly probes: Matrix
  /** The person of each probe, [P]. */
  readonly labels: Int32Array
  /** Scores above which impostor scores are counted: those of all probes, and those of the first `leading`. */
  readonly thresholds?: { readonly all?: Float64Array; readonly leading?: Float64Array }
  readonly leading?: number
  /** False-accept rates, 0 … 1, whose limits are sought. */
  readonly fars?: readonly number[]
  /** How many of the best distractors to keep a probe. */
  readonly best?: number
}

export interface TallyOptions {
  readonly threads?: number
  /** Memory that the count may take, in bytes. */
  readonly memoryBytes?: number
  /** Count only every `count`-th block, beginning with block `index` (1 … count). */
  readonly shard?: { readonly index: number; readonly count: number }
  /** How far a limit may lie from where a sample of the distractors puts it, as a share of its rank. */
  readonly zoneMargin?: number
  readonly signal?: AbortSignal
  /** Called with the number of distractors counted, of all that will be. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Counts of a part of the distractors; parts of one plan and source add up by `mergeTallies`. */
export interface PartialTally {
  readonly pass: Pass
  readonly counts: PassCounts
  /** Distractors in this part and in the whole list. */
  readonly counted: number
  readonly distractors: number
}

/** Exact counts of the scores −‖a − b‖² of all probes with all distractors. */
export interface DistractorTally {
  /** For each ordered (probe, mate) pair, probe by probe, mates by their number: the distractors that score strictly higher. */
  readonly ranks: Float64Array
  readonly distractors: number
  /** Impostor scores strictly above each threshold, in the plan's order. */
  readonly above: { readonly all: Float64Array; readonly leading: Float64Array }
  /**
   * For each FAR f the (⌊f·I⌋ + 1)-th highest of the I impostor scores: accepting what lies strictly above it keeps to f.
   * −∞ where all may be accepted.
   */
  readonly limits: Float64Array
  /** The best distractors of each probe, [P, best], falling, the lower number first among equals; −1 where there are fewer. */
  readonly best: { readonly index: Int32Array; readonly score: Float64Array }
}

const blockRows = 4096
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
    .map((far) => allowedAccepts(far, impostors))
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
  return { pass, counts, counted, distractors }
}

/** Adds the parts of all shards up. @throws DataError when they are not the parts of one count */
export function mergeTallies(plan: TallyPlan, parts: readonly PartialTally[]): PartialTally {
  const [first] = parts
  if (!first) throw new DataError('merge: expected at least one part, got none')
  const key = ({ pass, distractors }: PartialTally): string =>
    JSON.stringify([
      distractors,
      pass.ranks,
      pass.best,
      pass.leading,
      [...pass.thresholds],
      [...pass.leadingThresholds],
      pass.zones.map(({ low, high }) => [String(low), String(high)]),
      pass.range,
    ])
  for (const part of parts)
    if (key(part) !== key(first)) throw new DataError('merge: expected parts of one count, got parts of two')
  const counted = parts.reduce((sum, part) => sum + part.counted, 0)
  if (counted !== first.distractors)
    throw new DataError(`merge: expected parts with ${first.distractors} distractors, got ${counted}`)
  const probes = { count: plan.probes.rows, mates: findMates(rowsOf(plan.probes), plan.labels) }
  return {
    ...first,
    counts: mergeCounts(
      parts.map(({ counts }) => counts),
      probes,
      first.pass,
    ),
    counted,
  }
}

/**
 * What complete counts say. `missed` names the ranks of limits that lie outside the zone in which scores were kept: they are NaN.
 * @throws DataError where parts are missing
 */
export function finishTally(
  plan: TallyPlan,
  { pass, counts, counted, distractors }: PartialTally,
): { readonly tally: DistractorTally; readonly missed: readonly number[] } {
  if (counted !== distractors)
    throw new DataError(`tally: expected counts of ${distractors} distractors, got ${counted}`)
  const impostors = plan.probes.rows * distractors
  const missed: number[] = []
  let zone = 0
  const limits = Float64Array.from(plan.fars ?? [], (far) => {
    const rank = allowedAccepts(far, impostors)
    if (rank >= impostors) return Number.NEGATIVE_INFINITY
    const limit = scoreOfRank(rank, pass, counts, zone++)
    if (limit === null) missed.push(rank)
    return limit ?? Number.NaN
  })
  const countOf = (values: Float64Array, own: Float64Array, at: Float64Array): Float64Array =>
    values.map((value) => at[own.indexOf(value)]!)
  return {
    missed,
    tally: {
      ranks: ranksOf(plan, counts.beaten),
      distractors,
      above: {
        all: countOf(plan.thresholds?.all ?? new Float64Array(), pass.thresholds, counts.above),
        leading: countOf(
          plan.thresholds?.leading ?? new Float64Array(),
          pass.leadingThresholds,
          counts.leadingAbove,
        ),
      },
      limits,
      best: { index: counts.bestIndex, score: counts.bestScore },
    },
  }
}

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

/** A pass that only looks where the scores lie. */
function roughPass({ longest }: PassProbes): Pass {
  // Distractors as long as the probes, and a little more: what lies below falls into the lowest bin.
  const most = Math.max(longest, 1e-9) ** 2
  return {
    ...{ thresholds: new Float64Array(), leadingThresholds: new Float64Array(), leading: 0, zones: [] },
    ...{ ranks: false, best: 0, isWhole: true, range: { low: -4.5 * most, high: 0.5 * most } },
  }
}

/** The score of rank `rank` (0 the highest), from those kept in a zone; null where it lies outside. */
function scoreOfRank(rank: number, pass: Pass, counts: PassCounts, zone: number): number | null {
  const { high } = pass.zones[zone]!
  const above = Number.isFinite(high) ? counts.above[pass.thresholds.indexOf(high)]! : 0
  const kept = Float64Array.from(counts.kept[zone]!).sort()
  return rank < above ? null : (kept[kept.length - 1 - (rank - above)] ?? null)
}

/** A distractor that beats exactly n mates beats the n lowest: mate q (by rising score) has as rank all with n > q. */
function ranksOf(plan: TallyPlan, beaten: Float64Array): Float64Array {
  const { start, places } = findMates(rowsOf(plan.probes), plan.labels)
  const ranks = new Float64Array(places.length)
  for (let probe = 0; probe < plan.probes.rows; probe++) {
    let higher = 0
    for (let q = start[probe + 1]! - 1; q >= start[probe]!; q--) {
      higher += beaten[q + 1 + probe]!
      ranks[places[q]!] = higher
    }
  }
  return ranks
}

function passProbes({ probes, labels }: TallyPlan, source: FeatureSource): PassProbes {
  if (labels.length !== probes.rows)
    throw new ShapeError(`tally: expected a label for each of ${probes.rows} probes, got ${labels.length}`)
  if (source.columns !== probes.columns)
    throw new ShapeError(`tally: expected distractors of ${probes.columns} numbers, got ${source.columns}`)
  const rows = rowsOf(probes)
  const at = rows.data.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new DataError(
      `tally: expected finite numbers in probe ${Math.floor(at / rows.columns)}, got ${rows.data[at]}`,
    )
  const norms = squaredNorms(rows)
  const longest = Math.sqrt(norms.reduce((most, norm) => Math.max(most, norm), 0))
  if (longest > 1e15) throw new DataError(`tally: expected features shorter than 1e15, got ${longest}`)
  // Shared with the threads, not copied for each.
  const shared = new Float32Array(new SharedArrayBuffer(rows.data.byteLength))
  shared.set(rows.data)
  return {
    rows: { data: shared, columns: rows.columns },
    count: probes.rows,
    norms,
    longest,
    mates: findMates(rows, labels),
  }
}

const rowsOf = ({ data, columns }: Matrix) => ({
  data: data instanceof Float32Array ? data : Float32Array.from(data),
  columns,
})

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

const rising = (values: Iterable<number>): Float64Array => Float64Array.from(new Set(values)).sort()

/** A range that holds the values and the zone, with some room. */
function rangeOf(values: readonly number[], filled: Zone): Zone {
  const finite = [filled.low, filled.high, ...values].filter(Number.isFinite)
  const low = finite.reduce((least, value) => Math.min(least, value))
  const high = finite.reduce((most, value) => Math.max(most, value))
  const room = 0.01 * (high - low) + 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-9)
  return { low: low - room, high: high + room }
}
