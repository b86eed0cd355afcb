import { ShapeError, UsageError } from '../errors.ts'
import { quantile } from '../math/quantile.ts'
import { rng } from '../math/rng.ts'

/** An interval of a statistic over resamples. */
export interface Interval {
  readonly low: number
  readonly high: number
  /** How many resamples the interval stands on: those where the statistic was a number. */
  readonly resamples: number
}

export interface BootstrapOptions {
  resamples?: number
  /** The share of the resamples inside the interval, above 0 and below 1. */
  level?: number
  seed?: number
}

/**
 * Intervals of statistics of pairs, by resampling the people and not the pairs: pairs that share a person rise and fall
 * together, so resampling pairs gives intervals that are too narrow. `left` and `right` [P] name the people of each pair; for
 * what belongs to one person give the same array twice. Each resample draws as many people as there are, with replacement; a pair
 * of one person then comes as often as that person, a pair of two as often as the product (the pigeonhole bootstrap of Owen
 * 2007, a little wide rather than narrow). `statistics` gets the pairs of a resample, indices that rise with repeats, and gives
 * numbers by name; the interval of each is between the quantiles (1 ∓ level) / 2 over the resamples where it is not NaN,
 * and NaN where there is none. Resample r is a pure function of (seed, r).
 * @throws ShapeError when `left` and `right` differ in length; UsageError for options outside their domain
 */
export function bootstrapByPerson<Name extends string>(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  statistics: (pairs: Int32Array) => Readonly<Record<Name, number>>,
  { resamples = 1000, level = 0.95, seed = 0 }: BootstrapOptions = {},
): Readonly<Record<Name, Interval>> {
  if (left.length !== right.length)
    throw new ShapeError(
      `bootstrapByPerson: expected as many right people as left (${left.length}), got ${right.length}`,
    )
  if (!(Number.isInteger(resamples) && resamples >= 1))
    throw new UsageError(`bootstrapByPerson: expected 1 resample or more, got ${resamples}`)
  if (!(level > 0 && level < 1))
    throw new UsageError(`bootstrapByPerson: expected a level between 0 and 1, got ${level}`)
  const number = new Map<number, number>()
  const numbered = (person: number): number => {
    if (!number.has(person)) number.set(person, number.size)
    return number.get(person)!
  }
  const a = Int32Array.from(left, numbered)
  const b = Int32Array.from(right, numbered)
  const drawn = new Map<Name, number[]>()
  for (let r = 0; r < resamples; r++) {
    const times = drawTimes(number.size, seed, r)
    for (const [name, value] of Object.entries(statistics(resampled(a, b, times))) as [Name, number][]) {
      const values = drawn.get(name) ?? []
      if (!Number.isNaN(value)) values.push(value)
      drawn.set(name, values)
    }
  }
  const interval = (values: readonly number[]): Interval => ({
    low: quantile(values, (1 - level) / 2),
    high: quantile(values, (1 + level) / 2),
    resamples: values.length,
  })
  return Object.fromEntries(Array.from(drawn, ([name, values]) => [name, interval(values)])) as Record<
    Name,
    Interval
  >
}

/** How often each of `people` is drawn in resample `r`. */
function drawTimes(people: number, seed: number, r: number): Int32Array {
  const random = rng(seed, r)
  const times = new Int32Array(people)
  for (let i = 0; i < people; i++) times[random.below(people)]!++
  return times
}

/** The pairs of a resample, rising, each as often as its people make it. */
function resampled(a: Int32Array, b: Int32Array, times: Int32Array): Int32Array {
  const often = (p: number): number => (a[p] === b[p] ? times[a[p]!]! : times[a[p]!]! * times[b[p]!]!)
  let total = 0
  for (let p = 0; p < a.length; p++) total += often(p)
  const pairs = new Int32Array(total)
  let end = 0
  for (let p = 0; p < a.length; p++) {
    const next = end + often(p)
    pairs.fill(p, end, next)
    end = next
  }
  return pairs
}
