import { DataError } from '../errors.ts'
import { countAtRate } from '../math/count-at-rate.ts'
import { keptScoreOfRank } from './kept-scores.ts'
import { lowerBound } from './lower-bound.ts'
import { findMates } from './mates.ts'
import type { Pass, PassCounts } from './pass.ts'
import { rowsOf } from './pass-probes.ts'
import { mergeCounts } from './run-pass.ts'
import type { DistractorTally, PartialTally, TallyPlan } from './tally.ts'

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
  { pass, counts, sample, counted, distractors }: PartialTally,
): { readonly tally: DistractorTally; readonly missed: readonly number[] } {
  if (counted !== distractors)
    throw new DataError(`tally: expected counts of ${distractors} distractors, got ${counted}`)
  const impostors = plan.probes.rows * distractors
  const missed: number[] = []
  let zone = 0
  const limits = Float64Array.from(plan.fars ?? [], (far) => {
    const rank = countAtRate(far, impostors)
    if (rank >= impostors) return Number.NEGATIVE_INFINITY
    const limit = scoreOfRank(rank, pass, counts, zone++)
    if (limit === null) missed.push(rank)
    return limit ?? Number.NaN
  })
  const countOf = (values: Float64Array, own: Float64Array, at: Float64Array): Float64Array =>
    values.map((value) => at[lowerBound(own, value)]!)
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
      sample,
    },
  }
}

/** The score of rank `rank` (0 the highest), from those kept in a zone; null where it lies outside. */
export function scoreOfRank(rank: number, pass: Pass, counts: PassCounts, zone: number): number | null {
  const { high } = pass.zones[zone]!
  const above = Number.isFinite(high) ? counts.above[lowerBound(pass.thresholds, high)]! : 0
  return keptScoreOfRank(counts.kept[zone]!, rank - above)
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
