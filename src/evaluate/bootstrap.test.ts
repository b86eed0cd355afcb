import { describe, expect, test } from 'vitest'
import { rng } from '../math/rng.ts'
import { deviation, mean } from '../math/sum.ts'
import { bootstrapByPerson } from './bootstrap.ts'

/** Every list of pairs that the resamples give. */
function resamplesOf(left: number[], right: number[], options: { resamples: number; seed?: number }) {
  const seen: number[][] = []
  bootstrapByPerson(
    left,
    right,
    (pairs) => {
      seen.push([...pairs])
      return { count: pairs.length }
    },
    options,
  )
  return seen
}

describe('bootstrapByPerson(left, right, statistics)', () => {
  test('takes a pair of one person as often as the person, and a pair of two as often as the product', () => {
    // Pairs 0 … 2 are of one person each and so show how often each was drawn.
    const [left, right] = [
      [7, 8, 9, 7, 8, 9],
      [7, 8, 9, 8, 9, 7],
    ]
    const seen = resamplesOf(left, right, { resamples: 200 })
    const several = seen.filter((pairs) => {
      const [a, b, c, ab, bc, ca] = [0, 1, 2, 3, 4, 5].map((p) => pairs.filter((q) => q === p).length)
      expect(a! + b! + c!).toBe(3)
      expect([ab, bc, ca]).toEqual([a! * b!, b! * c!, c! * a!])
      expect(pairs).toEqual(pairs.toSorted((x, y) => x - y))
      return a === 2 && b === 1
    })
    expect(several.length).toBeGreaterThan(0)
  })

  test('is a pure function of the seed', () => {
    const people = Array.from({ length: 30 }, (_, i) => i)
    const run = (seed: number) => resamplesOf(people, people, { resamples: 3, seed })
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
    expect(run(1).slice(0, 2)).toEqual(resamplesOf(people, people, { resamples: 2, seed: 1 }))
  })

  test('gives the interval between the quantiles, of each statistic by its name', () => {
    let r = 0
    const { rising, constant } = bootstrapByPerson([0], [0], () => ({ rising: r++, constant: 5 }), {
      resamples: 101,
      level: 0.9,
    })
    expect(rising.low).toBeCloseTo(5, 12)
    expect(rising.high).toBeCloseTo(95, 12)
    expect(constant).toEqual({ low: 5, high: 5, resamples: 101 })
  })

  test('of the mean of single values is as wide as theory says', () => {
    const random = rng(3)
    const values = Float64Array.from({ length: 400 }, () => random.normal())
    const people = values.map((_, i) => i)
    const { average } = bootstrapByPerson(
      people,
      people,
      (pairs) => ({ average: mean(Array.from(pairs, (p) => values[p]!)) }),
      { resamples: 2000 },
    )
    const error = deviation(values) / Math.sqrt(values.length)
    expect(average.low).toBeCloseTo(mean(values) - 1.96 * error, 2)
    expect(average.high).toBeCloseTo(mean(values) + 1.96 * error, 2)
  })

  test('is wide where the pairs of a person are alike, as resampling pairs would not be', () => {
    // 40 people, 25 pairs each, all pairs of a person equal: only 40 values are independent.
    const random = rng(4)
    const ofPerson = Float64Array.from({ length: 40 }, () => random.normal())
    const people = Array.from({ length: 1000 }, (_, p) => Math.floor(p / 25))
    const width = (owners: number[]) => {
      const { average } = bootstrapByPerson(owners, owners, (pairs) => ({
        average: mean(Array.from(pairs, (p) => ofPerson[people[p]!]!)),
      }))
      return average.high - average.low
    }
    const byPerson = width(people)
    const byPair = width(people.map((_, p) => p))
    expect(byPerson / byPair).toBeGreaterThan(4)
    expect(byPerson / byPair).toBeLessThan(6)
  })

  test('leaves out resamples where the statistic is NaN, and counts the rest', () => {
    let r = 0
    const { odd, never } = bootstrapByPerson(
      [0],
      [0],
      () => ({ odd: r++ % 2 === 1 ? 1 : Number.NaN, never: Number.NaN }),
      { resamples: 10 },
    )
    expect(odd).toEqual({ low: 1, high: 1, resamples: 5 })
    expect(never).toEqual({ low: Number.NaN, high: Number.NaN, resamples: 0 })
  })

  test('refuses what it cannot resample', () => {
    const none = () => ({ x: 0 })
    expect(() => bootstrapByPerson([0], [], none)).toThrow(
      'bootstrapByPerson: expected as many right people as left (1), got 0',
    )
    expect(() => bootstrapByPerson([0], [0], none, { resamples: 0 })).toThrow(
      'bootstrapByPerson: expected 1 resample or more, got 0',
    )
    expect(() => bootstrapByPerson([0], [0], none, { level: 1 })).toThrow(
      'bootstrapByPerson: expected a level between 0 and 1, got 1',
    )
  })
})
