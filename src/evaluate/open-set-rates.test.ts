import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fnirAt,
  fnirAtFpir,
  fpirAt,
  type MatedSearches,
  openSetDet,
  thresholdAtFpir,
  tpirAtFpir,
} from './open-set-rates.ts'

/**
 * Worked by hand. Five mated searches: mates at .9 (rank 1), .8 (rank 1), .7 (rank 2), .6 (rank 1), .2 (rank 4).
 * Four non-mated searches with best scores .75, .6, .5, .1.
 */
const mated: MatedSearches = {
  scores: Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.2),
  ranks: Int32Array.of(0, 0, 1, 0, 3),
}
const nonMated = Float64Array.of(0.6, 0.75, 0.1, 0.5)

/** Searches with many ties, the ranks without regard to the scores. */
const score = fc.integer({ min: 0, max: 12 }).map((n) => n / 12)
const searches = fc.record({
  mates: fc.array(fc.tuple(score, fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 30 }),
  top: fc.array(score, { minLength: 1, maxLength: 30 }),
  rank: fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY),
})
type Case = typeof searches extends fc.Arbitrary<infer T> ? T : never
const asMated = ({ mates }: Case): MatedSearches => ({
  scores: Float64Array.from(mates, ([value]) => value),
  ranks: mates.map(([, rank]) => rank),
})
const slowFpir = ({ top }: Case, threshold: number) =>
  top.filter((value) => value >= threshold).length / top.length
const slowFnir = ({ mates, rank }: Case, threshold: number) =>
  mates.filter(([value, before]) => !(before + 1 <= rank && value >= threshold)).length / mates.length
const slowThresholds = ({ mates, top }: Case) => [
  ...new Set([...mates.map(([value]) => value), ...top, Number.POSITIVE_INFINITY]),
]

describe('fpirAt and fnirAt', () => {
  test('accept a score equal to the threshold', () => {
    expect(fpirAt(nonMated, 0.6)).toBe(0.5)
    expect(fpirAt(nonMated, 0.61)).toBe(0.25)
    expect(fnirAt(mated, 0.6)).toBe(2 / 5)
    expect(fnirAt(mated, 0.61)).toBe(3 / 5)
  })

  test('let R choose how deep the mate may lie, the best candidate alone by default', () => {
    expect(fnirAt(mated, 0.6, { rank: 2 })).toBe(1 / 5)
    expect(fnirAt(mated, 0, { rank: 3 })).toBe(1 / 5)
    expect(fnirAt(mated, 0, { rank: Number.POSITIVE_INFINITY })).toBe(0)
  })

  test('never find a mate of rank Infinity at a finite R', () => {
    expect(fnirAt({ scores: Float64Array.of(1), ranks: [Number.POSITIVE_INFINITY] }, 0, { rank: 99 })).toBe(1)
  })

  test('are NaN without searches', () => {
    expect(fpirAt(new Float64Array(0), 0)).toBeNaN()
    expect(fnirAt({ scores: new Float64Array(0), ranks: [] }, 0)).toBeNaN()
  })
})

describe('fnirAtFpir(mated, nonMatedTop, fpir) and tpirAtFpir', () => {
  test('are what a hand gets', () => {
    // No false positive: T just above .75, so .9 and .8 are found.
    expect(tpirAtFpir(mated, nonMated, 0)).toBe(2 / 5)
    expect(fnirAtFpir(mated, nonMated, 0.24)).toBe(3 / 5)
    // One of four: T just above .6; .7 is of rank 2.
    expect(tpirAtFpir(mated, nonMated, 0.25)).toBe(2 / 5)
    expect(tpirAtFpir(mated, nonMated, 0.25, { rank: 2 })).toBe(3 / 5)
    // Two of four: T just above .5, so .6 is found, though it is tied with a non-mated score.
    expect(tpirAtFpir(mated, nonMated, 0.5)).toBe(3 / 5)
    expect(fnirAtFpir(mated, nonMated, 1, { rank: Number.POSITIVE_INFINITY })).toBe(0)
  })

  test('are the best among all thresholds with FPIR <= fpir', () => {
    fc.assert(
      fc.property(searches, fc.integer({ min: 0, max: 60 }), (given, sixtieths) => {
        const fpir = sixtieths / 60
        const fnirs = slowThresholds(given)
          .filter((threshold) => slowFpir(given, threshold) <= fpir)
          .map((threshold) => slowFnir(given, threshold))
        const { rank } = given
        const fnir = fnirAtFpir(asMated(given), Float64Array.from(given.top), fpir, { rank })
        expect(fnir).toBe(Math.min(...fnirs))
        expect(tpirAtFpir(asMated(given), Float64Array.from(given.top), fpir, { rank })).toBeCloseTo(
          1 - fnir,
          14,
        )
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('are NaN where a kind of search is missing', () => {
    expect(fnirAtFpir(mated, new Float64Array(0), 0.1)).toBeNaN()
    expect(fnirAtFpir({ scores: new Float64Array(0), ranks: [] }, nonMated, 0.1)).toBeNaN()
  })

  test('refuse rates, ranks and scores that are none', () => {
    expect(() => fnirAtFpir(mated, nonMated, 1.5)).toThrow(
      'fnirAtFpir: expected an FPIR from 0 to 1, got 1.5',
    )
    expect(() => fnirAtFpir(mated, nonMated, 0.1, { rank: 0 })).toThrow(
      'fnirAtFpir: expected a rank of 1 or more, got 0',
    )
    expect(() => fnirAtFpir({ scores: mated.scores, ranks: [0] }, nonMated, 0.1)).toThrow(
      'fnirAtFpir: expected as many ranks as scores (5), got 1',
    )
    expect(() => fnirAtFpir(mated, Float64Array.of(0, Number.NaN), 0.1)).toThrow(
      'fnirAtFpir: expected a number as score of non-mated search 1, got NaN',
    )
    expect(() => fnirAt({ scores: Float64Array.of(Number.NaN), ranks: [0] }, 0)).toThrow(
      'fnirAt: expected a number as score of mated search 0, got NaN',
    )
  })
})

describe('thresholdAtFpir(nonMatedTop, fpir)', () => {
  test('is the k-th best score, k the most that may pass', () => {
    expect(thresholdAtFpir(nonMated, 0.25)).toBe(0.75)
    expect(thresholdAtFpir(nonMated, 0.49)).toBe(0.75)
    expect(thresholdAtFpir(nonMated, 0.5)).toBe(0.6)
    expect(thresholdAtFpir(nonMated, 1)).toBe(0.1)
  })

  test('goes above a tie that would let too many pass, and is Infinity where none may', () => {
    expect(thresholdAtFpir(Float64Array.of(3, 2, 2, 2), 0.5)).toBe(3)
    expect(thresholdAtFpir(Float64Array.of(2, 2, 2, 1), 0.5)).toBe(Number.POSITIVE_INFINITY)
    expect(thresholdAtFpir(Float64Array.of(2, 2), 1)).toBe(2)
    expect(thresholdAtFpir(nonMated, 0.2)).toBe(Number.POSITIVE_INFINITY)
    expect(thresholdAtFpir(new Float64Array(0), 0.2)).toBeNaN()
  })

  test('is the highest score-wise threshold with the greatest FPIR <= fpir', () => {
    fc.assert(
      fc.property(searches, fc.integer({ min: 0, max: 60 }), (given, sixtieths) => {
        const may = [...new Set([...given.top, Number.POSITIVE_INFINITY])].filter(
          (threshold) => slowFpir(given, threshold) <= sixtieths / 60,
        )
        expect(thresholdAtFpir(Float64Array.from(given.top), sixtieths / 60)).toBe(Math.min(...may))
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})

describe('openSetDet(mated, nonMatedTop)', () => {
  test('has a point at every score that matters, then Infinity', () => {
    expect(openSetDet(mated, nonMated)).toEqual({
      thresholds: Float64Array.of(0.1, 0.5, 0.6, 0.75, 0.8, 0.9, Number.POSITIVE_INFINITY),
      fpir: Float64Array.of(1, 0.75, 0.5, 0.25, 0, 0, 0),
      fnir: Float64Array.of(2 / 5, 2 / 5, 2 / 5, 3 / 5, 3 / 5, 4 / 5, 1),
    })
  })

  test('agrees with a count over all searches at every threshold', () => {
    fc.assert(
      fc.property(searches, (given) => {
        const { fpir, fnir, thresholds } = openSetDet(asMated(given), Float64Array.from(given.top), given)
        const expected = new Set([
          ...given.mates.filter(([, before]) => before < given.rank).map(([value]) => value),
          ...given.top,
          Number.POSITIVE_INFINITY,
        ])
        expect([...thresholds]).toEqual([...expected].sort((a, b) => a - b))
        for (const [k, threshold] of thresholds.entries()) {
          expect(fpir[k]).toBe(slowFpir(given, threshold))
          expect(fnir[k]).toBe(slowFnir(given, threshold))
        }
      }),
      { seed: 1 },
    )
  })

  test('is one point without searches', () => {
    expect(openSetDet({ scores: new Float64Array(0), ranks: [] }, new Float64Array(0))).toEqual({
      thresholds: Float64Array.of(Number.POSITIVE_INFINITY),
      fpir: Float64Array.of(Number.NaN),
      fnir: Float64Array.of(Number.NaN),
    })
  })
})
