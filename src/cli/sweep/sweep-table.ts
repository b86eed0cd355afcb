import { table } from '../../report/table.ts'
import type { SweepResults } from './sweep-results.ts'

/** The results of a sweep as text: a row a setting, mean ± standard deviation over the seeds, and neighbours compared. */
export function sweepTable({ settings, comparisons, unfinished, failed }: SweepResults): string {
  const parts: string[] = []
  const names = [...new Set(settings.flatMap(({ measures }) => Object.keys(measures)))]
  if (settings.length > 0) {
    const rows = settings.map(({ setting, seeds, measures }) => [
      setting,
      String(seeds.length),
      ...names.map((name) => {
        const measure = measures[name]
        if (!measure) return '-'
        const shown = (value: number): string => shownAs(name, value)
        return measure.spread === null
          ? shown(measure.mean)
          : `${shown(measure.mean)} ± ${shown(measure.spread)}`
      }),
    ])
    parts.push(table([['setting', 'seeds', ...names.map(headOf)], ...rows]))
    parts.push('mean ± standard deviation over the seeds; train: the last twentieth of the steps\n')
  }
  if (comparisons.length > 0) {
    const rows = comparisons.map(({ evaluation, first, second, folds, overSeeds, corrected }) => [
      `${evaluation}: ${second} less ${first}`,
      signed(folds.mean),
      Number.isNaN(folds.low) ? '-' : `${signed(folds.low)} … ${signed(folds.high)}`,
      chance(folds.p),
      chance(corrected.folds),
      chance(overSeeds.p),
      chance(corrected.overSeeds),
    ])
    parts.push(
      `\n${table([['accuracy, percentage points', 'difference', '95 % interval', 'p, folds', 'Holm', 'p, seeds', 'Holm'], ...rows])}`,
    )
    parts.push(
      'paired t tests of the same seeds and the same folds, two-sided. p, folds: differences averaged over the seeds, folds\n' +
        'independent (other people, these networks). p, seeds: averaged over the folds, seeds independent (other networks,\n' +
        'these people). Holm: the p before it, corrected for the number of comparisons here. A difference that is to be\n' +
        'believed is small in all. Intervals are not corrected.\n',
    )
  }
  for (const [name, reason] of Object.entries(failed)) parts.push(`failed: ${name}: ${reason}\n`)
  if (unfinished.length > 0) parts.push(`unfinished: ${unfinished.join(', ')}\n`)
  return parts.join('')
}

const isShare = (name: string): boolean => !/\b(loss|auc)\b/i.test(name)
const headOf = (name: string): string => (isShare(name) ? `${name}, %` : name)
const shownAs = (name: string, value: number): string =>
  isShare(name) ? (100 * value).toFixed(2) : value.toFixed(/\bauc\b/i.test(name) ? 4 : 3)
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)}`
const chance = (p: number): string => (Number.isNaN(p) ? '-' : p < 0.001 ? '< 0.001' : p.toFixed(3))
