import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { det } from './det.ts'

const example = { scores: Float64Array.of(0.1, 0.4, 0.35, 0.8), same: Uint8Array.of(0, 0, 1, 1) }

/** Pairs with many ties: scores among 21 values. */
const pairsWithTies = fc
  .array(fc.tuple(fc.integer({ min: -10, max: 10 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((pairs) => pairs.some(([, same]) => same === 1) && pairs.some(([, same]) => same === 0))

describe('det(scores, same)', () => {
  test("gives the points of scikit-learn's own example", () => {
    const { fmr, fnmr, thresholds } = det(example.scores, example.same)
    expect([...fmr]).toEqual([0.5, 0.5, 0])
    expect([...fnmr]).toEqual([0, 0.5, 0.5])
    expect([...thresholds]).toEqual([0.35, 0.4, 0.8])
  })

  test('ends at Infinity where an impostor pair has the highest score, alone or tied', () => {
    expect(det(Float64Array.of(1, 2), Uint8Array.of(1, 0))).toEqual({
      fmr: Float64Array.of(1, 1, 0),
      fnmr: Float64Array.of(0, 1, 1),
      thresholds: Float64Array.of(1, 2, Number.POSITIVE_INFINITY),
    })
    expect(det(Float64Array.of(2, 2), Uint8Array.of(1, 0))).toEqual({
      fmr: Float64Array.of(1, 0),
      fnmr: Float64Array.of(0, 1),
      thresholds: Float64Array.of(2, Number.POSITIVE_INFINITY),
    })
  })

  test('is one point where the kinds are parted', () => {
    expect(det(Float64Array.of(4, 3, 2, 1), Uint8Array.of(1, 1, 0, 0))).toEqual({
      fmr: Float64Array.of(0),
      fnmr: Float64Array.of(0),
      thresholds: Float64Array.of(3),
    })
  })

  test('with dropIntermediate leaves out points of equal FNMR between their like', () => {
    // Genuine 9 and 1, impostors 5, 4, 3 between them and 0.
    const scores = Float64Array.of(9, 5, 4, 3, 1, 0)
    const same = Uint8Array.of(1, 0, 0, 0, 1, 0)
    expect([...det(scores, same).thresholds]).toEqual([1, 3, 4, 5, 9])
    expect([...det(scores, same, { dropIntermediate: true }).thresholds]).toEqual([1, 3, 9])
  })

  test('agrees with a count over all pairs at every threshold, and runs from FNMR 0 to FMR 0', () => {
    fc.assert(
      fc.property(pairsWithTies, (pairs) => {
        const share = (kind: number, isError: (score: number) => boolean) => {
          const own = pairs.filter(([, same]) => same === kind)
          return own.filter(([score]) => isError(score)).length / own.length
        }
        const points = [...new Set(pairs.map(([score]) => score)).values(), Number.POSITIVE_INFINITY]
          .sort((a, b) => a - b)
          .map((t) => ({ t, fmr: share(0, (score) => score >= t), fnmr: share(1, (score) => score < t) }))
        const start = points.findLastIndex(({ fnmr }) => fnmr === 0)
        const end = points.findIndex(({ fmr }) => fmr === 0)
        const expected = points.slice(start, end + 1)
        const curve = det(
          Float64Array.from(pairs, ([score]) => score),
          Uint8Array.from(pairs, ([, same]) => same),
        )
        expect([...curve.thresholds]).toEqual(expected.map(({ t }) => t + 0))
        expect([...curve.fmr]).toEqual(expected.map(({ fmr }) => fmr))
        expect([...curve.fnmr]).toEqual(expected.map(({ fnmr }) => fnmr))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('has NaN for the rate of a kind that is missing, at every score', () => {
    const genuineOnly = det(Float64Array.of(1, 2), Uint8Array.of(1, 1))
    expect([...genuineOnly.thresholds]).toEqual([1, 2, Number.POSITIVE_INFINITY])
    expect([...genuineOnly.fnmr]).toEqual([0, 0.5, 1])
    expect([...genuineOnly.fmr]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    const none = det(new Float64Array(0), new Uint8Array(0))
    expect(none).toEqual({
      fmr: Float64Array.of(Number.NaN),
      fnmr: Float64Array.of(Number.NaN),
      thresholds: Float64Array.of(Number.POSITIVE_INFINITY),
    })
  })

  test('refuses what are no scores or labels', () => {
    expect(() => det(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow(
      'det: expected as many labels as scores (1), got 2',
    )
    expect(() => det(Float64Array.of(1, Number.NaN), Uint8Array.of(1, 0))).toThrow(
      'det: expected a number as score of pair 1, got NaN',
    )
  })
})
