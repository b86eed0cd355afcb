import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cmc } from './cmc.ts'

describe('cmc(ranks)', () => {
  test('is the share of mates among the best r, for r = 1, 2, …', () => {
    const { rank, recall } = cmc([0, 0, 1, 3])
    expect([...rank]).toEqual([1, 2, 3, 4])
    expect([...recall]).toEqual([0.5, 0.75, 0.75, 1])
  })

  test('goes as far as asked, beyond the greatest rank or short of it', () => {
    expect([...cmc([0, 5], { maxRank: 2 }).recall]).toEqual([0.5, 0.5])
    expect([...cmc([0, 1], { maxRank: 4 }).recall]).toEqual([0.5, 1, 1, 1])
  })

  test('never finds a mate of rank Infinity', () => {
    expect([...cmc([0, Number.POSITIVE_INFINITY, 1]).recall]).toEqual([1 / 3, 2 / 3])
  })

  test('agrees with a count at every rank', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 40 }),
        (ranks, maxRank) => {
          const { rank, recall } = cmc(Int32Array.from(ranks), { maxRank })
          expect([...rank]).toEqual(Array.from({ length: maxRank }, (_, r) => r + 1))
          expect([...recall]).toEqual(
            [...rank].map((r) => ranks.filter((before) => before < r).length / ranks.length),
          )
        },
      ),
      { seed: 1 },
    )
  })

  test('is NaN without searches', () => {
    expect([...cmc([]).recall]).toEqual([Number.NaN])
    expect([...cmc([], { maxRank: 3 }).recall]).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  test('refuses what are no ranks', () => {
    for (const bad of [-1, 0.5, Number.NaN])
      expect(() => cmc([0, bad])).toThrow(
        `cmc: expected a whole number from 0, or Infinity, as rank of search 1, got ${bad}`,
      )
    for (const maxRank of [0, 1.5, Number.POSITIVE_INFINITY])
      expect(() => cmc([0], { maxRank })).toThrow(
        `cmc: expected a greatest rank of 1 or more, got ${maxRank}`,
      )
  })
})
