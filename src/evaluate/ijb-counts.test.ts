import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accepted,
  addImpostors,
  countedAuc,
  countedEer,
  countedTarAtFar,
  countImpostor,
  pairCounts,
  tarNearFar,
} from './ijb-counts.ts'
import { auc, eer, roc, tarAtFar } from './roc.ts'

function countsOf(genuine: readonly number[], impostor: readonly number[]) {
  const counts = pairCounts(Float64Array.from(genuine))
  for (const score of impostor) countImpostor(counts, score)
  return counts
}
const scoresOf = (genuine: readonly number[], impostor: readonly number[]) =>
  [
    Float64Array.from([...genuine, ...impostor]),
    Uint8Array.from([...genuine.map(() => 1), ...impostor.map(() => 0)]),
  ] as const

/** Scores of a few values, so that nearly all tie. */
const some = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 30 })
const rates = [0, 1e-6, 0.01, 0.1, 1 / 3, 0.5, 0.9, 1]

describe('pairCounts(scores) and countImpostor(counts, score)', () => {
  it('count genuine scores and the impostors between and on them', () => {
    expect(countsOf([0.5, 0.2, 0.5], [0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.6])).toEqual({
      scores: Float64Array.of(0.2, 0.5),
      genuine: Float64Array.of(1, 2),
      impostor: Float64Array.of(1, 1, 2, 2, 1),
    })
  })

  it('take parts of the impostors apart and add them up to the same', () => {
    fc.assert(
      fc.property(some, some, (genuine, impostor) => {
        const parts = [0, 1, 2].map((k) =>
          countsOf(
            genuine,
            impostor.filter((_, i) => i % 3 === k),
          ),
        )
        expect(addImpostors(parts)).toEqual(countsOf(genuine, impostor))
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('of other genuine scores are not added', () => {
    expect(() => addImpostors([countsOf([1], []), countsOf([2], [])])).toThrow(
      'parts: expected equal genuine scores, got others in part 2',
    )
  })
})

describe('rates from counts', () => {
  it('are those of the scores themselves, ties and all', () => {
    fc.assert(
      fc.property(some, some, (genuine, impostor) => {
        const all = accepted(countsOf(genuine, impostor))
        const [scores, same] = scoresOf(genuine, impostor)
        for (const far of rates) expect(countedTarAtFar(all, far).tar).toBe(tarAtFar(scores, same, far))
        expect(countedAuc(all)).toBe(auc(scores, same))
        expect(countedEer(all)).toBeCloseTo(eer(scores, same), 14)
        expect(all).toMatchObject({ genuines: genuine.length, impostors: impostor.length })
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('say by which threshold they came about', () => {
    const genuine = [0.9, 0.5, 0.5, 0.1]
    const impostor = [0.95, 0.6, 0.5, 0.05]
    const all = accepted(countsOf(genuine, impostor))
    // Accepting 0.9 lets 0.95 pass; accepting 0.5 lets 0.6 and 0.5 pass besides.
    expect(countedTarAtFar(all, 0.1)).toEqual({ far: 0.1, tar: 0, threshold: Infinity, falseAccepts: 0 })
    expect(countedTarAtFar(all, 0.25)).toEqual({ far: 0.25, tar: 0.25, threshold: 0.9, falseAccepts: 1 })
    expect(countedTarAtFar(all, 0.74)).toEqual({ far: 0.74, tar: 0.25, threshold: 0.9, falseAccepts: 1 })
    expect(countedTarAtFar(all, 0.75)).toEqual({ far: 0.75, tar: 1, threshold: 0.1, falseAccepts: 3 })
    expect(countedTarAtFar(all, 1)).toEqual({ far: 1, tar: 1, threshold: 0.1, falseAccepts: 3 })
  })

  it('are NaN where one kind of pair is missing', () => {
    for (const all of [
      accepted(countsOf([], [1])),
      accepted(countsOf([1], [])),
      accepted(countsOf([], [])),
    ]) {
      expect(countedTarAtFar(all, 0.1).tar).toBeNaN()
      expect(tarNearFar(all, 0.1)).toBeNaN()
      expect(countedAuc(all)).toBeNaN()
      expect(countedEer(all)).toBeNaN()
    }
  })

  it('are refused at a FAR outside 0 … 1', () => {
    expect(() => countedTarAtFar(accepted(countsOf([1], [0])), 1.5)).toThrow(
      'tar at far: expected a FAR from 0 to 1, got 1.5',
    )
  })
})

describe('tarNearFar(counts, far)', () => {
  it('takes the nearest FAR though it is the greater, and of two as near the greater', () => {
    // ROC corners at FAR 0, 0.25, 0.5, 1 with TAR 1/4, 2/4, 3/4, 1.
    const all = accepted(countsOf([0.9, 0.7, 0.5, 0.3], [0.8, 0.6, 0.4, 0.35]))
    expect(tarNearFar(all, 0.2)).toBe(0.5)
    expect(countedTarAtFar(all, 0.2).tar).toBe(0.25)
    expect(tarNearFar(all, 0.125)).toBe(0.5)
    expect(tarNearFar(all, 0.12)).toBe(0.25)
    expect(tarNearFar(all, 0.6)).toBe(0.75)
  })

  it('is what the public tools find where no impostor ties', () => {
    // They look through scikit-learn's points, the most lenient first, for the first of the nearest.
    const distinct = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(some, distinct, (genuine, impostor) => {
        const [scores, same] = scoresOf(
          genuine.map((score) => 5 * score + 0.5),
          impostor,
        )
        const { fpr, tpr } = roc(scores, same, { dropIntermediate: true })
        const all = accepted(
          countsOf(
            genuine.map((score) => 5 * score + 0.5),
            impostor,
          ),
        )
        for (const far of rates) {
          const points = [...fpr.keys()]
            .reverse()
            .map((k) => ({ away: Math.abs(fpr[k]! - far), tar: tpr[k]! }))
          const nearest = Math.min(...points.map(({ away }) => away))
          const found = points.find(({ away }) => away === nearest)!.tar
          // The point of the best score alone, an impostor, is scikit-learn's own and lies on a straight line of TAR 0.
          if (found > 0) expect(tarNearFar(all, far)).toBe(found)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
