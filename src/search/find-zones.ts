import { histogramBins, type Pass, type PassCounts, type PassProbes, type Zone } from './pass.ts'
import { errorBound } from './score.ts'
import { zoneOfRank } from './zones.ts'

/** Which limits are sought, and in what. */
export interface ZoneSearch {
  readonly probes: PassProbes
  /** Ranks of the limits, 0 the highest score. */
  readonly ranks: readonly number[]
  /** Scores in all, and how many of them a pass of `run` sees. */
  readonly total: number
  readonly sampled: number
  /** How far a sample may be wrong, as a share of a rank. */
  readonly margin: number
  readonly run: (pass: Pass) => Promise<PassCounts>
}

/** A zone for each rank, the scores of the first look, and the longest of the distractors that were looked at. */
export interface FoundZones {
  readonly zones: readonly Zone[]
  readonly first: { readonly histogram: Float64Array; readonly range: Zone }
}

const mostLooks = 4
/** Scores that a zone may hold for the coarseness of the bins. */
const spare = 2 ** 14

/**
 * Finds where limits lie. Where most scores share a few bins, since some features are far longer than others, it looks again
 * with the range of the zones, up to four times.
 */
export async function findZones(search: ZoneSearch): Promise<FoundZones> {
  const { probes, ranks, total, sampled, margin, run } = search
  const square = Math.max(probes.longest, 1e-9) ** 2
  // Distractors as long as the probes, and a little more: what lies below falls into the lowest bin.
  let range: Zone = { low: -4.5 * square, high: 0.5 * square }
  let first: FoundZones['first'] | undefined
  for (let look = 1; ; look++) {
    const { histogram, longest } = await run(lookAt(range))
    first ??= { histogram, range }
    const bound = errorBound(probes.rows.columns, { a: probes.longest, b: longest })
    const own = { counts: histogram, range, bound }
    const found = ranks.map((rank) =>
      zoneOfRank(own, { rank, count: total, sampled, margin, together: togetherOf(probes) }),
    )
    const zones = found.map(({ zone }) => zone)
    const isCoarse = found.some(
      ({ zone, expected }) => inZone(own, zone) * (total / sampled) > 2 * expected + spare,
    )
    if (!isCoarse || look === mostLooks) return { zones, first }
    const farthest = Math.sqrt(probes.norms.reduce((most, norm) => Math.max(most, norm), 0))
    const floor = -1.01 * (farthest + longest) ** 2
    const low = Math.min(...zones.map((zone) => Math.max(zone.low, floor)))
    const high = Math.max(...zones.map((zone) => Math.min(zone.high, 0))) + bound
    if (!(high - low > 0)) return { zones, first }
    range = { low, high }
  }
}

/** A pass that only looks where the scores lie. */
const lookAt = (range: Zone): Pass => ({
  ...{ thresholds: new Float64Array(), leadingThresholds: new Float64Array(), leading: 0, zones: [] },
  ...{ ranks: false, best: 0, isWhole: true, range },
})

/** How many scores one distractor may bring at once: if it shows a person of the probes, all of that person's. */
const togetherOf = ({ count, mates }: PassProbes): number => 1 + mates.scores.length / Math.max(1, count)

/** How many scores of the histogram may lie in a zone. */
function inZone(
  { counts, range, bound }: { readonly counts: Float64Array; readonly range: Zone; readonly bound: number },
  { low, high }: Zone,
): number {
  const width = (range.high - range.low) / histogramBins
  const from = Math.max(0, Math.floor((low - bound - range.low) / width))
  const to = Math.min(histogramBins - 1, Math.floor((high + bound - range.low) / width))
  let sum = 0
  for (let bin = from; bin <= to; bin++) sum += counts[bin]!
  return sum
}
