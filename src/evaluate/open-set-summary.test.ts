import { describe, expect, test } from 'vitest'
import type { OpenSetResult } from './open-set.ts'
import { openSetCmcOverSplits, openSetDetOverSplits, summariseOpenSet } from './open-set-summary.ts'

const counts = { enrolled: 10, matedSearches: 20, matedPeople: 8, nonMatedSearches: 30, nonMatedPeople: 9 }
const result = (fnir: number | null, fpir: number | null): OpenSetResult => ({
  ...counts,
  recall: { 1: 0.5 },
  fnir: { 0.1: fnir },
  fnirAnyRank: { 0.1: fnir },
  choosing: counts,
  proving: { ...counts, enrolled: fnir === null ? 4 : 5 },
  proved: { 0.1: fpir === null ? null : { threshold: 0.3, fpir, fnir: 0.2, fnirAnyRank: 0.1 } },
})

describe('summariseOpenSet(results)', () => {
  test('has mean, standard deviation over splits (divided by splits − 1), least and most', () => {
    const { fnir, proved, counts: over } = summariseOpenSet([result(0.1, 0.08), result(0.3, 0.12)])
    expect(fnir['0.1']!.mean).toBeCloseTo(0.2, 15)
    expect(fnir['0.1']!.deviation).toBeCloseTo(Math.SQRT2 / 10, 15)
    expect(fnir['0.1']).toMatchObject({ least: 0.1, most: 0.3 })
    expect(proved['0.1']!.fpir).toMatchObject({ least: 0.08, most: 0.12 })
    expect(over.enrolled).toEqual({ mean: 10, deviation: 0, least: 10, most: 10 })
  })

  test('is null where one split does not carry the FPIR', () => {
    const { fnir, proved, proving } = summariseOpenSet([result(0.1, null), result(null, 0.1)])
    expect(fnir['0.1']).toBeNull()
    expect(proved['0.1']).toBeNull()
    expect(proving.enrolled).toMatchObject({ mean: 4.5, least: 4, most: 5 })
  })

  test('has no threshold where one split has none, and counts such splits', () => {
    const infinite = (split: OpenSetResult): OpenSetResult => ({
      ...split,
      proved: { 0.1: { ...split.proved['0.1']!, threshold: Number.POSITIVE_INFINITY } },
    })
    const splits = [result(0.1, 0.1), infinite(result(0.3, 0))]
    expect(summariseOpenSet(splits).proved['0.1']).toMatchObject({
      ...{ threshold: null, splitsWithoutThreshold: 1, fpir: { mean: 0.05 } },
    })
    expect(summariseOpenSet([splits[0]!]).proved['0.1']).toMatchObject({
      ...{ threshold: { mean: 0.3 }, splitsWithoutThreshold: 0 },
    })
  })

  test('has no deviation of one split', () => {
    expect(summariseOpenSet([result(0.1, 0.1)]).recall['1']).toEqual({
      ...{ mean: 0.5, deviation: null, least: 0.5, most: 0.5 },
    })
  })
})

/** Mates at 1 (rank 1) and 0.1 (rank 3), and non-mated scores 0, 1/n, … */
const searches = (n: number) => ({
  mated: { scores: Float64Array.of(1, 0.1), ranks: Int32Array.of(0, 2) },
  nonMatedTop: Float64Array.from({ length: n }, (_, i) => i / n),
})

describe('openSetDetOverSplits(splits)', () => {
  test('begins at the least FPIR that every split carries and ends at 1', () => {
    const { x, mean } = openSetDetOverSplits([searches(100), searches(200)])
    expect(x).toHaveLength(21)
    expect(x[0]).toBeCloseTo(0.1, 12)
    expect(x.at(-1)).toBe(1)
    expect([...mean]).toEqual(new Array(21).fill(0.5))
    const deep = openSetDetOverSplits([searches(100)], { rank: 3 })
    expect(deep.mean.at(-1)).toBe(0)
    expect(deep.mean[0]).toBe(0.5)
  })

  test('has no point where no FPIR is carried', () => {
    expect(openSetDetOverSplits([searches(100), searches(9)]).x).toHaveLength(0)
  })
})

test('openSetCmcOverSplits(splits) has the share found at each rank', () => {
  const { x, mean, least, most } = openSetCmcOverSplits(
    [searches(1), { ...searches(1), mated: { scores: Float64Array.of(1), ranks: Int32Array.of(1) } }],
    { maxRank: 3 },
  )
  expect([...x]).toEqual([1, 2, 3])
  expect([...mean]).toEqual([0.25, 0.75, 1])
  expect([...least]).toEqual([0, 0.5, 1])
  expect([...most]).toEqual([0.5, 1, 1])
})
