import { describe, expect, test } from 'vitest'
import { rng } from '../math/rng.ts'
import { contiguousFolds, kfoldAccuracy } from './kfold.ts'
import { accuracyAt, bestThreshold, type Variant } from './threshold.ts'

/** Genuine scores about 0.4, impostor scores about 0, in shuffled-free alternation so that each fold holds both kinds. */
function drawn(seed: number, count: number, { ties = false } = {}) {
  const random = rng(seed)
  const same = Uint8Array.from({ length: count }, (_, i) => (i >> 1) % 2)
  const scores = Float64Array.from(same, (label) => {
    const score = Math.max(-1, Math.min(1, 0.4 * label + 0.25 * random.normal()))
    return ties ? Math.round(score * 20) / 20 : score
  })
  return { scores, same }
}

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** Each tool's rule, written down candidate by candidate. */
const slow: Record<Variant, (scores: readonly number[], same: readonly number[]) => number> = {
  exact(scores, same) {
    const s = [...new Set(scores)].sort((a, b) => a - b)
    const cuts = [s[0]! - 1e-3, ...s.slice(1).map((score, i) => (score + s[i]!) / 2), s.at(-1)! + 1e-3]
    const right = cuts.map((t) => scores.filter((score, i) => score > t === (same[i] === 1)).length)
    return average(cuts.filter((_, k) => right[k] === Math.max(...right)))
  },
  sphereface(scores, same) {
    const cuts = Array.from({ length: 20_001 }, (_, i) => (i - 10_000) / 10_000)
    const right = cuts.map((t) => scores.filter((score, i) => (same[i] === 1 ? score > t : score < t)).length)
    const most = right.reduce((a, b) => Math.max(a, b))
    return average(cuts.filter((_, k) => right[k] === most))
  },
  insightface(scores, same) {
    const cuts = Array.from({ length: 400 }, (_, i) => i * 0.01)
    const right = cuts.map((t) => scores.filter((score, i) => -score < t === (same[i] === 1)).length)
    return cuts[right.indexOf(Math.max(...right))]!
  },
}

describe('bestThreshold(scores, same)', () => {
  test('parts two neighbouring numbers, whichever way their midpoint is rounded', () => {
    for (const [low, high] of [
      [1 - 2 ** -53, 1],
      [1, 1 + 2 ** -52],
      [1 + 2 ** -52, 1 + 2 ** -51],
      [-1, -1 + 2 ** -53],
    ] as const) {
      const [scores, same] = [Float64Array.of(low, high), Uint8Array.of(0, 1)]
      expect(accuracyAt(bestThreshold(scores, same), scores, same)).toBe(1)
    }
  })

  test('of the exact variant is the middle between parted scores', () => {
    expect(bestThreshold(Float64Array.of(0.2, 0.6), Uint8Array.of(0, 1))).toBe(0.4)
  })

  test('of the exact variant is the mean of the tied best, tied scores being one', () => {
    // Cuts at 0.1 − 0.001, 0.2, 0.4, 0.6 + …: after 0.1 and after 0.5 each three of four are right.
    const threshold = bestThreshold(Float64Array.of(0.1, 0.3, 0.5, 0.7), Uint8Array.of(0, 1, 0, 1))
    expect(threshold).toBeCloseTo((0.2 + 0.6) / 2, 15)
  })

  test('of the exact variant lies 1e-3 outside the scores where one kind is missing', () => {
    expect(bestThreshold(Float64Array.of(0.5, 0.7), Uint8Array.of(1, 1))).toBeCloseTo(0.499, 15)
    expect(bestThreshold(Float64Array.of(0.5, 0.7), Uint8Array.of(0, 0))).toBeCloseTo(0.701, 15)
  })

  test('of sphereface lies on the grid of 1e-4, the mean of the tied best', () => {
    const threshold = bestThreshold(Float64Array.of(0.1, 0.2), Uint8Array.of(0, 1), { variant: 'sphereface' })
    // Equal counts as wrong: 0.1001 … 0.1999 are best.
    expect(threshold).toBeCloseTo(0.15, 12)
  })

  test('of sphereface may be either end of the grid', () => {
    const end = (score: number, same: number) =>
      bestThreshold(Float64Array.of(score), Uint8Array.of(same), { variant: 'sphereface' })
    expect(end(0.99995, 0)).toBe(1)
    expect(end(-0.99995, 1)).toBe(-1)
  })

  test('of insightface is the first best distance', () => {
    const threshold = bestThreshold(Float64Array.of(-0.5, -1.5), Uint8Array.of(1, 0), {
      variant: 'insightface',
    })
    expect(threshold).toBe(51 * 0.01)
  })

  test.each(['exact', 'sphereface', 'insightface'] as const)(
    'of %s agrees with trying every candidate',
    (variant) => {
      for (let seed = 0; seed < 8; seed++) {
        const { scores, same } = drawn(seed, 40, { ties: seed % 2 === 1 })
        const used = variant === 'insightface' ? scores.map((score) => 2 * score - 2) : scores
        const expected = slow[variant]([...used], [...same])
        expect(bestThreshold(used, same, { variant })).toBeCloseTo(expected, 12)
      }
    },
  )

  test('refuses no pairs and an unknown variant', () => {
    expect(() => bestThreshold(new Float64Array(0), new Uint8Array(0))).toThrow(
      'bestThreshold: expected at least one pair, got 0',
    )
    expect(() =>
      bestThreshold(Float64Array.of(1), Uint8Array.of(1), { variant: 'toString' as Variant }),
    ).toThrow('variant: expected one of exact, sphereface, insightface, got toString')
  })
})

describe('accuracyAt(threshold, scores, same)', () => {
  const scores = Float64Array.of(0.5, 0.5, 0.5, 0.9, 0.1)
  const same = Uint8Array.of(1, 0, 0, 1, 0)

  test('of the exact variant rejects a score equal to the threshold', () => {
    expect(accuracyAt(0.5, scores, same)).toBe(4 / 5)
  })

  test('of sphereface calls a score equal to the threshold wrong for both kinds', () => {
    expect(accuracyAt(0.5, scores, same, { variant: 'sphereface' })).toBe(2 / 5)
  })

  test('of insightface rejects a distance equal to the threshold', () => {
    const distances = Float64Array.of(-0.5, -0.5, -0.5, -0.1, -0.9)
    expect(accuracyAt(0.5, distances, same, { variant: 'insightface' })).toBe(4 / 5)
  })

  test('is NaN without pairs', () => {
    expect(accuracyAt(0.5, new Float64Array(0), new Uint8Array(0))).toBeNaN()
  })
})

describe('contiguousFolds(count, folds)', () => {
  test('starts fold k at ⌊k · count / folds⌋', () => {
    expect([...contiguousFolds(7, 3)]).toEqual([0, 0, 1, 1, 2, 2, 2])
    expect([...contiguousFolds(6000, 10)].filter((fold) => fold === 9)).toHaveLength(600)
  })
})

describe('kfoldAccuracy(scores, same)', () => {
  test('judges each fold by the threshold that is best on the others', () => {
    // Two folds with thresholds of their own: what is best on one misjudges one pair of the other.
    const scores = Float64Array.of(0.1, 0.5, 0.3, 0.9)
    const same = Uint8Array.of(0, 1, 0, 1)
    const result = kfoldAccuracy(scores, same, { folds: 2 })
    expect(result.thresholds[0]).toBeCloseTo(0.6, 15)
    expect(result.thresholds[1]).toBeCloseTo(0.3, 15)
    expect(result.folds).toEqual([0.5, 1])
    expect(result.accuracy).toBe(0.75)
    expect(result.standardError).toBeCloseTo(0.25, 15)
  })

  test.each(['exact', 'sphereface', 'insightface'] as const)(
    'of %s agrees with its rule written down',
    (variant) => {
      const drawnPairs = drawn(5, 60)
      const same = [...drawnPairs.same]
      const scores = [...drawnPairs.scores].map((score) =>
        variant === 'insightface' ? 2 * score - 2 : score,
      )
      const isRight = {
        exact: (s: number, genuine: boolean, t: number) => s > t === genuine,
        sphereface: (s: number, genuine: boolean, t: number) => (genuine ? s > t : s < t),
        insightface: (s: number, genuine: boolean, t: number) => -s < t === genuine,
      }[variant]
      const accuracies = Array.from({ length: 10 }, (_, fold) => {
        const tested = (i: number) => i >= fold * 6 && i < fold * 6 + 6
        const threshold = slow[variant](
          scores.filter((_, i) => !tested(i)),
          same.filter((_, i) => !tested(i)),
        )
        return scores.filter((s, i) => tested(i) && isRight(s, same[i] === 1, threshold)).length / 6
      })
      const result = kfoldAccuracy(Float64Array.from(scores), Uint8Array.from(same), { variant })
      expect(result.folds).toEqual(accuracies)
      const centre = average(accuracies)
      const spread = Math.sqrt(accuracies.reduce((total, a) => total + (a - centre) ** 2, 0) / 9)
      expect(result.accuracy).toBeCloseTo(centre, 14)
      expect(result.standardError).toBeCloseTo(spread / Math.sqrt(10), 14)
    },
  )

  test('is 1 with no error where one threshold parts all pairs', () => {
    const same = Uint8Array.from({ length: 40 }, (_, i) => i % 2)
    const result = kfoldAccuracy(Float64Array.from(same), same)
    expect(result).toMatchObject({ accuracy: 1, standardError: 0 })
    expect(result.thresholds).toEqual(new Array(10).fill(0.5))
  })

  test('takes scores that depend on the fold, and folds that are not contiguous', () => {
    const same = Uint8Array.of(1, 0, 1, 0)
    const asked: number[] = []
    const result = kfoldAccuracy(
      (fold) => {
        asked.push(fold)
        return fold === 0 ? Float64Array.of(1, 0, 1, 0) : Float64Array.of(0, 1, 1, 0)
      },
      same,
      { folds: 2, foldOf: Uint8Array.of(1, 1, 0, 0) },
    )
    expect(asked).toEqual([0, 1])
    expect(result.folds).toEqual([1, 0])
  })

  test('refuses folds that cannot be judged', () => {
    const three = [Float64Array.of(1, 2, 3), Uint8Array.of(1, 0, 1)] as const
    expect(() => kfoldAccuracy(...three)).toThrow(
      'kfoldAccuracy: expected pairs in and outside fold 1, got 0 of 3',
    )
    expect(() => kfoldAccuracy(...three, { folds: 1 })).toThrow(
      'kfoldAccuracy: expected 2 to 255 folds, got 1',
    )
    expect(() => kfoldAccuracy(...three, { folds: 2, foldOf: Uint8Array.of(0) })).toThrow(
      'kfoldAccuracy: expected a fold for each of 3 pairs, got 1',
    )
    expect(() => kfoldAccuracy(() => Float64Array.of(1), three[1], { folds: 2 })).toThrow(
      'kfoldAccuracy: expected 3 scores, got 1',
    )
  })
})
