import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auc, eer, roc, tarAtFar } from './roc.ts'

/** Pairs with many ties: scores among 21 values. */
const pairsWithTies = fc
  .array(fc.tuple(fc.integer({ min: -10, max: 10 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((pairs) => pairs.some(([, same]) => same === 1) && pairs.some(([, same]) => same === 0))
  .map((pairs) => ({
    scores: Float64Array.from(pairs, ([score]) => score / 10),
    same: Uint8Array.from(pairs, ([, same]) => same),
  }))

/** FAR and TAR at one threshold, counted pair by pair. */
function ratesAt(threshold: number, scores: Float64Array, same: Uint8Array) {
  const share = (kind: number) => {
    const own = [...scores].filter((_, i) => same[i] === kind)
    return own.filter((score) => score >= threshold).length / own.length
  }
  return { far: share(0), tar: share(1) }
}

const example = { scores: Float64Array.of(0.1, 0.4, 0.35, 0.8), same: Uint8Array.of(0, 0, 1, 1) }

describe('roc(scores, same)', () => {
  test("gives the points of scikit-learn's own example", () => {
    const { fpr, tpr, thresholds } = roc(example.scores, example.same)
    expect([...fpr]).toEqual([0, 0, 0.5, 0.5, 1])
    expect([...tpr]).toEqual([0, 0.5, 0.5, 1, 1])
    expect([...thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1])
  })

  test('makes one point of tied scores', () => {
    const { fpr, tpr, thresholds } = roc(Float64Array.of(0.5, 0.5, 0.5, 0.2), Uint8Array.of(1, 0, 1, 0))
    expect([...thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.5, 0.2])
    expect([...fpr]).toEqual([0, 0.5, 1])
    expect([...tpr]).toEqual([0, 1, 1])
  })

  test('agrees at every point with a count over all pairs', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        const curve = roc(scores, same)
        expect([...curve.thresholds]).toEqual([
          Number.POSITIVE_INFINITY,
          ...[...new Set([...scores].map((score) => score + 0))].sort((a, b) => b - a),
        ])
        curve.thresholds.forEach((threshold, k) => {
          expect({ far: curve.fpr[k], tar: curve.tpr[k] }).toEqual(ratesAt(threshold, scores, same))
        })
      }),
      { seed: 1 },
    )
  })

  test('with dropIntermediate keeps the ends, the highest score and every turn, and nothing between', () => {
    const scores = Float64Array.of(6, 5, 4, 3, 2, 1)
    const { fpr, tpr } = roc(scores, Uint8Array.of(1, 1, 1, 0, 0, 0), { dropIntermediate: true })
    expect([...fpr]).toEqual([0, 0, 0, 1])
    expect([...tpr]).toEqual([0, 1 / 3, 1, 1])
  })

  test('with dropIntermediate has the same area', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        const { fpr, tpr } = roc(scores, same, { dropIntermediate: true })
        let area = 0
        for (let k = 1; k < fpr.length; k++) area += ((fpr[k]! - fpr[k - 1]!) * (tpr[k]! + tpr[k - 1]!)) / 2
        expect(area).toBeCloseTo(auc(scores, same), 12)
      }),
      { seed: 1 },
    )
  })

  test('has NaN for the rate of a kind that is missing', () => {
    const genuineOnly = roc(Float64Array.of(1, 2), Uint8Array.of(1, 1))
    expect([...genuineOnly.tpr]).toEqual([0, 0.5, 1])
    expect([...genuineOnly.fpr]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect([...roc(new Float64Array(0), new Uint8Array(0)).thresholds]).toEqual([Number.POSITIVE_INFINITY])
  })

  test('refuses what are no scores or labels', () => {
    expect(() => roc(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow(
      'roc: expected as many labels as scores (1), got 2',
    )
    expect(() => roc(Float64Array.of(1, Number.NaN), Uint8Array.of(1, 0))).toThrow(
      'roc: expected a number as score of pair 1, got NaN',
    )
    expect(() => roc(Float64Array.of(1, 2), Uint8Array.of(1, 2))).toThrow(
      'roc: expected label 0 or 1 for pair 1, got 2',
    )
  })
})

describe('auc(scores, same)', () => {
  test("is 0.75 in scikit-learn's own example", () => {
    expect(auc(example.scores, example.same)).toBe(0.75)
  })

  test('is the share of (genuine, impostor) couples in the right order, ties counting half', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        let won = 0
        let couples = 0
        for (let i = 0; i < scores.length; i++)
          for (let j = 0; j < scores.length; j++)
            if (same[i] === 1 && same[j] === 0) {
              couples++
              won += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0
            }
        expect(auc(scores, same)).toBe(won / couples)
      }),
      { seed: 1 },
    )
  })

  test('is NaN when either kind is missing', () => {
    expect(auc(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBeNaN()
    expect(auc(Float64Array.of(1, 2), Uint8Array.of(0, 0))).toBeNaN()
    expect(auc(new Float64Array(0), new Uint8Array(0))).toBeNaN()
  })
})

describe('eer(scores, same)', () => {
  test('is 0 for parted scores, 1 for inverted ones, a half for one score alone', () => {
    expect(eer(Float64Array.of(3, 2, 1, 0), Uint8Array.of(1, 1, 0, 0))).toBe(0)
    expect(eer(Float64Array.of(3, 2, 1, 0), Uint8Array.of(0, 0, 1, 1))).toBe(1)
    expect(eer(Float64Array.of(7, 7, 7), Uint8Array.of(0, 1, 1))).toBe(0.5)
  })

  test('lies between two points where no point has FAR = FRR', () => {
    // Points (0, 0), (0, 2/3), (1/2, 2/3), (1/2, 1), (1, 1): FRR is 1/3 on the way from FAR 0 to 1/2.
    expect(eer(Float64Array.of(5, 4, 3, 2, 1), Uint8Array.of(1, 1, 0, 1, 0))).toBeCloseTo(1 / 3, 15)
    // One step from (0, 1/2) to (1/2, 1), as two scores tie: FAR = FRR halfway.
    expect(eer(Float64Array.of(5, 4, 4, 1), Uint8Array.of(1, 1, 0, 0))).toBe(0.25)
  })

  test('is where the joined points meet FAR = FRR, found by halving', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        const thresholds = [Number.POSITIVE_INFINITY, ...[...scores].sort((a, b) => b - a)]
        const points = thresholds.map((threshold) => ratesAt(threshold, scores, same))
        // Walk the polyline by a parameter u in 0 … points − 1 and halve on the sign of FAR − FRR.
        const at = (u: number) => {
          const k = Math.min(Math.floor(u), points.length - 2)
          const [a, b] = [points[k]!, points[k + 1]!]
          const blend = (from: number, to: number) => from + (u - k) * (to - from)
          return { far: blend(a.far, b.far), frr: 1 - blend(a.tar, b.tar) }
        }
        let [low, high] = [0, points.length - 1]
        for (let i = 0; i < 60; i++) {
          const middle = (low + high) / 2
          if (at(middle).far < at(middle).frr) low = middle
          else high = middle
        }
        expect(eer(scores, same)).toBeCloseTo(at(high).far, 12)
      }),
      { seed: 1 },
    )
  })

  test('stays the same when scores change sign and labels swap', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        const mirrored = eer(
          scores.map((score) => -score),
          same.map((label) => 1 - label),
        )
        expect(mirrored).toBeCloseTo(eer(scores, same), 12)
      }),
      { seed: 1 },
    )
  })

  test('is NaN when either kind is missing', () => {
    expect(eer(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBeNaN()
    expect(eer(Float64Array.of(1, 2), Uint8Array.of(0, 0))).toBeNaN()
    expect(eer(new Float64Array(0), new Uint8Array(0))).toBeNaN()
  })
})

describe('tarAtFar(scores, same, far)', () => {
  test('is the largest TAR among all thresholds with FAR <= far', () => {
    fc.assert(
      fc.property(pairsWithTies, fc.integer({ min: 0, max: 60 }), ({ scores, same }, sixtieths) => {
        const far = sixtieths / 60
        const slow = [Number.POSITIVE_INFINITY, ...scores]
          .map((threshold) => ratesAt(threshold, scores, same))
          .filter((rates) => rates.far <= far)
        expect(tarAtFar(scores, same, far)).toBe(Math.max(...slow.map((rates) => rates.tar)))
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('takes a genuine score tied with an impostor only together with it', () => {
    const scores = Float64Array.of(0.9, 0.8, 0.8, 0.1)
    const same = Uint8Array.of(1, 1, 0, 0)
    expect(tarAtFar(scores, same, 0.49)).toBe(0.5)
    expect(tarAtFar(scores, same, 0.5)).toBe(1)
  })

  test('accepts no impostor where far · impostors < 1', () => {
    const scores = Float64Array.of(5, 4, 3, 2, 1)
    expect(tarAtFar(scores, Uint8Array.of(1, 0, 1, 0, 1), 0.001)).toBeCloseTo(1 / 3, 15)
    expect(tarAtFar(scores, Uint8Array.of(0, 1, 1, 1, 1), 0.5)).toBe(0)
  })

  test('counts a FAR that is hit exactly as reached, whatever the rounding of far · impostors', () => {
    // 0.29 · 100 and 0.57 · 100 fall short of the integer in floating point, 0.07 · 100 goes beyond.
    for (const [far, impostors, allowed] of [
      [0.29, 100, 29],
      [0.57, 100, 57],
      [0.07, 100, 7],
      [0.001, 3000, 3],
    ] as const) {
      const same = Uint8Array.from({ length: impostors + 1 }, (_, i) => (i === impostors ? 1 : 0))
      const withGenuineAt = (score: number) =>
        Float64Array.from({ length: impostors + 1 }, (_, i) => (i === impostors ? score : -i))
      expect(tarAtFar(withGenuineAt(0.5 - allowed), same, far), `${far} of ${impostors}`).toBe(1)
      expect(tarAtFar(withGenuineAt(-0.5 - allowed), same, far), `${far} of ${impostors}`).toBe(0)
    }
  })

  test('does not count a FAR a hair below as reached, where far · impostors rounds up to the integer', () => {
    const far = 0.8999999999999999
    expect(far * 10).toBe(9)
    const scores = Float64Array.of(-8.5, ...Array.from({ length: 10 }, (_, i) => -i))
    expect(tarAtFar(scores, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), far)).toBe(0)
    expect(tarAtFar(scores, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0.9)).toBe(1)
  })

  test('never falls as far grows, and is 1 at far 1', () => {
    fc.assert(
      fc.property(pairsWithTies, ({ scores, same }) => {
        const tars = [0, 0.1, 0.2, 0.5, 0.9, 1].map((far) => tarAtFar(scores, same, far))
        expect(tars.toSorted((a, b) => a - b)).toEqual(tars)
        expect(tars.at(-1)).toBe(1)
      }),
      { seed: 1 },
    )
  })

  test('is NaN when either kind is missing and refuses a far outside 0 … 1', () => {
    expect(tarAtFar(Float64Array.of(1), Uint8Array.of(1), 0.1)).toBeNaN()
    expect(tarAtFar(Float64Array.of(1), Uint8Array.of(0), 0.1)).toBeNaN()
    expect(() => tarAtFar(example.scores, example.same, 2)).toThrow(
      'tarAtFar: expected a FAR from 0 to 1, got 2',
    )
    expect(() => tarAtFar(example.scores, example.same, Number.NaN)).toThrow(
      'tarAtFar: expected a FAR from 0 to 1, got NaN',
    )
  })
})
