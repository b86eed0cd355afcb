import { tCritical, tTwoSided } from '../math/student-t.ts'
import { deviation, mean } from '../math/sum.ts'

/** A paired t test of differences against 0. */
export interface PairedTest {
  /** How many differences. */
  readonly count: number
  readonly mean: number
  /** Of the mean; NaN for fewer than two differences. */
  readonly standardError: number
  /** The two-sided p; NaN for fewer than two. */
  readonly p: number
  /** The 95 % interval of the mean; NaN for fewer than two. */
  readonly low: number
  readonly high: number
}

/**
 * The paired t test (Student 1908) of `differences`, second less first, each of two measurements that share all but what is
 * asked for. It assumes that the differences are independent draws from one distribution whose mean is near enough to normal.
 * Equal differences give p 0, or 1 where they are all 0.
 */
export function pairedTest(differences: ArrayLike<number>): PairedTest {
  const count = differences.length
  const centre = mean(differences)
  const standardError = deviation(differences) / Math.sqrt(count)
  const t = centre === 0 ? 0 : centre / standardError
  const p = count < 2 ? Number.NaN : tTwoSided(t, count - 1)
  const reach = tCritical(0.05, count - 1) * standardError
  return { count, mean: centre, standardError, p, low: centre - reach, high: centre + reach }
}

/**
 * p-values corrected for their number (Holm 1979): of all that belong to one question, the chance that any is below a limit
 * where none of the differences is there is at most that limit. NaN stays NaN and does not count.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps
    .map((_, i) => i)
    .filter((i) => !Number.isNaN(ps[i]!))
    .sort((a, b) => ps[a]! - ps[b]!)
  const corrected = ps.map(() => Number.NaN)
  let least = 0
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (order.length - rank) * ps[i]!))
    corrected[i] = least
  }
  return corrected
}

/** The accuracies of one setting: a row for each seed, in the order of the folds. */
export type BySeed = ReadonlyMap<number, readonly number[]>

/** Two settings compared over the same seeds and the same folds. */
export interface SettingsCompared {
  /** The seeds that both have. */
  readonly seeds: readonly number[]
  /**
   * Over the folds, each difference averaged over the seeds: would it hold on other people, with the networks of these seeds?
   * Folds share nobody; that thresholds were chosen on the other folds ties them a little, which the test neglects.
   */
  readonly folds: PairedTest
  /** Over the seeds, each difference averaged over the folds: would it hold for networks of other seeds, on these people? */
  readonly overSeeds: PairedTest
}

/**
 * Compares two settings by paired t tests, second less first, on what both have: the same seed and the same fold. Folds and
 * seeds are tested apart, for the differences of one seed share its network and are not independent: all of them in one test
 * would promise more than there is. Null where they have no seed in common, or other numbers of folds.
 */
export function compareSettings(first: BySeed, second: BySeed): SettingsCompared | null {
  const seeds = [...first.keys()].filter((seed) => second.has(seed))
  const rows = seeds.map((seed) => {
    const [a, b] = [first.get(seed)!, second.get(seed)!]
    return a.length === b.length ? b.map((value, fold) => value - a[fold]!) : null
  })
  const folds = rows[0]?.length ?? 0
  if (folds === 0 || !rows.every((row) => row?.length === folds)) return null
  const known = rows as number[][]
  return {
    seeds,
    folds: pairedTest(Array.from({ length: folds }, (_, fold) => mean(known.map((row) => row[fold]!)))),
    overSeeds: pairedTest(known.map((row) => mean(row))),
  }
}
