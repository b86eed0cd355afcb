import { describe, expect, it } from 'vitest'
import { compareSettings, holm, pairedTest } from './paired-test.ts'

describe('pairedTest(differences)', () => {
  it('is the paired t of a worked example: the sleep of ten patients under two drugs (Student 1908)', () => {
    const differences = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]
    const { count, mean, standardError, p, low, high } = pairedTest(differences)
    expect(count).toBe(10)
    expect(mean).toBeCloseTo(1.58, 12)
    expect(mean / standardError).toBeCloseTo(4.0621, 4)
    expect(p).toBeCloseTo(0.002833, 6)
    expect(low).toBeCloseTo(0.7001142, 6)
    expect(high).toBeCloseTo(2.4598858, 6)
  })

  it('has no p for one difference or none, p 1 where all are 0, and p 0 where all are equal', () => {
    expect(pairedTest([0.5])).toMatchObject({ count: 1, mean: 0.5, p: Number.NaN, low: Number.NaN })
    expect(pairedTest([]).p).toBeNaN()
    expect(pairedTest([0, 0, 0]).p).toBe(1)
    expect(pairedTest([0.5, 0.5, 0.5])).toMatchObject({ p: 0, low: 0.5, high: 0.5 })
  })
})

describe('holm(ps)', () => {
  it('corrects as worked out by hand: the smallest by all, the next by one less, never below the one before', () => {
    // 4 · 0.01, 3 · 0.02, 2 · 0.025 (not below 0.06), 1 · 0.9.
    expect(holm([0.02, 0.9, 0.01, 0.025])).toEqual([0.06, 0.9, 0.04, 0.06])
    expect(holm([0.6, 0.7])).toEqual([1, 1])
  })

  it('leaves one alone, and what is no number out', () => {
    expect(holm([0.04])).toEqual([0.04])
    expect(holm([Number.NaN, 0.01, 0.04])).toEqual([Number.NaN, 0.02, 0.04])
    expect(holm([])).toEqual([])
  })
})

describe('compareSettings(first, second)', () => {
  it('takes the seeds that both have, and tests folds and seeds apart', () => {
    const first = new Map([
      [0, [0.8, 0.7, 0.9]],
      [1, [0.6, 0.7, 0.8]],
      [5, [0, 0, 0]],
    ])
    const second = new Map([
      [1, [0.7, 0.9, 0.8]],
      [0, [0.9, 0.8, 0.9]],
      [7, [1, 1, 1]],
    ])
    const { seeds, folds, overSeeds } = compareSettings(first, second)!
    expect(seeds).toEqual([0, 1])
    // Differences: seed 0: .1 .1 0; seed 1: .1 .2 0.
    expect(folds.count).toBe(3)
    expect(folds.mean).toBeCloseTo(0.25 / 3, 12)
    expect(folds.p).toBeCloseTo(pairedTest([0.1, 0.15, 0]).p, 10)
    expect(overSeeds.count).toBe(2)
    expect(overSeeds.p).toBeCloseTo(pairedTest([0.2 / 3, 0.1]).p, 10)
  })

  it('is null without a common seed, without folds, or with other folds', () => {
    const one = new Map([[0, [0.5, 0.6]]])
    expect(compareSettings(one, new Map([[1, [0.5, 0.6]]]))).toBe(null)
    expect(compareSettings(one, new Map([[0, [0.5]]]))).toBe(null)
    expect(compareSettings(new Map([[0, []]]), new Map([[0, []]]))).toBe(null)
  })
})
