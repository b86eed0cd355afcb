import { deviation, mean } from '../math/sum.ts'
import { cmc } from './cmc.ts'
import type { OpenSetResult, OpenSetSearches, ProvedThreshold, SearchCounts } from './open-set.ts'
import { leastFalsePositives, searchesNeeded } from './open-set.ts'
import { fnirAtFpir } from './open-set-rates.ts'

/** A number over splits. */
export interface Spread {
  readonly mean: number
  /** The standard deviation over splits (divided by splits − 1); null for one split. */
  readonly deviation: number | null
  readonly least: number
  readonly most: number
}

/** What all splits say together; null where a split does not carry the FPIR. */
export interface OpenSetSummary {
  readonly counts: Readonly<Record<keyof SearchCounts, Spread>>
  readonly choosing: Readonly<Record<keyof SearchCounts, Spread>>
  readonly proving: Readonly<Record<keyof SearchCounts, Spread>>
  readonly recall: Readonly<Record<string, Spread>>
  readonly fnir: Readonly<Record<string, Spread | null>>
  readonly fnirAnyRank: Readonly<Record<string, Spread | null>>
  readonly proved: Readonly<Record<string, ProvedSummary | null>>
}

/** A threshold that is chosen on one half and proved on the other, over splits. */
export interface ProvedSummary extends Readonly<Record<Exclude<keyof ProvedThreshold, 'threshold'>, Spread>> {
  /** Null where a split has none: no mean holds Infinity. */
  readonly threshold: Spread | null
  /** Splits in which so many of the choosing half's best scores tie that none may pass: T is Infinity. */
  readonly splitsWithoutThreshold: number
}

/** Mean and spread of each number over splits. */
export function summariseOpenSet(results: readonly OpenSetResult[]): OpenSetSummary {
  const [first] = results
  const spreadOf = (pick: (result: OpenSetResult) => number | null) => {
    const values = results.map(pick)
    return values.includes(null) ? null : spread(values as number[])
  }
  const named = <T>(names: object, value: (name: string) => T): Record<string, T> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, value(name)]))
  const countsOf = (pick: (result: OpenSetResult) => SearchCounts) =>
    Object.fromEntries(
      countNames.map((name) => [name, spread(results.map((result) => pick(result)[name]))]),
    ) as Record<keyof SearchCounts, Spread>
  return {
    counts: countsOf((result) => result),
    choosing: countsOf(({ choosing }) => choosing),
    proving: countsOf(({ proving }) => proving),
    recall: named(first!.recall, (rank) => spread(results.map(({ recall }) => recall[rank]!))),
    fnir: named(first!.fnir, (fpir) => spreadOf(({ fnir }) => fnir[fpir]!)),
    fnirAnyRank: named(first!.fnirAnyRank, (fpir) => spreadOf(({ fnirAnyRank }) => fnirAnyRank[fpir]!)),
    proved: named(first!.proved, (fpir) => {
      const proofs = results.flatMap(({ proved }) => proved[fpir] ?? [])
      if (proofs.length < results.length) return null
      const over = (name: keyof ProvedThreshold) => spread(proofs.map((proof) => proof[name]))
      const without = proofs.filter((proof) => proof.threshold === Number.POSITIVE_INFINITY).length
      return {
        threshold: without === 0 ? over('threshold') : null,
        splitsWithoutThreshold: without,
        ...{ fpir: over('fpir'), fnir: over('fnir'), fnirAnyRank: over('fnirAnyRank') },
      }
    }),
  }
}

const countNames = [
  ...(['enrolled', 'matedSearches', 'matedPeople', 'nonMatedSearches', 'nonMatedPeople'] as const),
]

function spread(values: readonly number[]): Spread {
  return {
    mean: mean(values),
    deviation: values.length > 1 ? deviation(values) : null,
    least: Math.min(...values),
    most: Math.max(...values),
  }
}

/** A line over splits: mean, least and most at each place. */
export interface SpreadCurve {
  readonly x: Float64Array
  readonly mean: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
}

/**
 * FNIR(N, R, T) against FPIR over splits, at 20 places a decade (the last at 1) from the least FPIR that every split carries;
 * empty where none does.
 */
export function openSetDetOverSplits(
  splits: readonly OpenSetSearches[],
  { rank = 1 }: { rank?: number } = {},
): SpreadCurve {
  const fewest = Math.min(...splits.map(({ nonMatedTop }) => nonMatedTop.length))
  const places: number[] = []
  for (let k = 0; 10 ** (-k / 20) * fewest >= leastFalsePositives; k++) {
    const fpir = 10 ** (-k / 20)
    if (searchesNeeded(fpir) <= fewest) places.push(fpir)
  }
  return overSplits(Float64Array.from(places.reverse()), (fpir) =>
    splits.map(({ mated, nonMatedTop }) => fnirAtFpir(mated, nonMatedTop, fpir, { rank })),
  )
}

/** The CMC over splits, ranks 1 … `maxRank`. */
export function openSetCmcOverSplits(splits: readonly OpenSetSearches[], { maxRank = 50 } = {}): SpreadCurve {
  const curves = splits.map(({ mated }) => cmc(mated.ranks, { maxRank }).recall)
  return overSplits(
    Float64Array.from({ length: maxRank }, (_, r) => r + 1),
    (rank) => curves.map((recall) => recall[rank - 1]!),
  )
}

function overSplits(x: Float64Array, values: (x: number) => number[]): SpreadCurve {
  const all = Array.from(x, (place) => spread(values(place)))
  return {
    x,
    mean: Float64Array.from(all, (one) => one.mean),
    least: Float64Array.from(all, (one) => one.least),
    most: Float64Array.from(all, (one) => one.most),
  }
}
