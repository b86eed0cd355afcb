import { describe, expect, test } from 'vitest'
import { type Matrix, matrix } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import { kfoldAccuracy } from './kfold.ts'
import { lfw } from './lfw.ts'
import { makePairs } from './make-pairs.ts'
import type { Pairs } from './pairs.ts'
import { auc, eer, tarAtFar } from './roc.ts'
import { variants } from './threshold.ts'

/** 30 people of four images with features of their own and noise about an offset far from zero. */
function people(seed = 0) {
  const columns = 6
  const random = rng(seed)
  const labels = Int32Array.from({ length: 120 }, (_, i) => Math.floor(i / 4))
  const centres = Float64Array.from({ length: 30 * columns }, () => random.normal())
  const noisy = () =>
    matrix(
      Float32Array.from({ length: 120 * columns }, (_, k) => {
        const i = Math.floor(k / columns)
        return 1 + centres[labels[i]! * columns + (k % columns)]! + 0.8 * random.normal()
      }),
      columns,
    )
  const pairs = makePairs(labels, { folds: 10, pairsPerFold: 12, seed })
  return { feature: noisy(), mirrored: noisy(), pairs }
}

const row = (a: Matrix, i: number) => [...a.data.subarray(i * a.columns, (i + 1) * a.columns)]
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, value, k) => total + value * b[k]!, 0)
const unit = (a: readonly number[]) => a.map((value) => value / Math.sqrt(dot(a, a)))

describe('lfw(features, pairs)', () => {
  const { feature, mirrored, pairs } = people()

  test('of the exact variant scores the cosine of both embeddings side by side', () => {
    const { scores, same, result } = lfw({ feature, mirrored }, pairs)
    const both = (i: number) => unit([...row(feature, i), ...row(mirrored, i)])
    pairs.left.forEach((i, p) => {
      expect(scores[p]).toBeCloseTo(dot(both(i), both(pairs.right[p]!)), 13)
    })
    expect(same).toEqual(pairs.same)
    expect(result).toMatchObject(kfoldAccuracy(scores, same))
    expect(result).toMatchObject({ variant: 'exact', pairs: 240, missing: 0, missingImages: [] })
    expect(result.auc).toBe(auc(scores, same))
    expect(result.eer).toBe(eer(scores, same))
    expect(result.tarAtFar).toEqual({
      '0.1': tarAtFar(scores, same, 0.1),
      '0.01': tarAtFar(scores, same, 0.01),
      '0.001': tarAtFar(scores, same, 0.001),
    })
  })

  test('of insightface scores the negative squared distance of the unit sums', () => {
    const { scores, result } = lfw({ feature, mirrored }, pairs, { variant: 'insightface' })
    const fused = (i: number) => unit(row(feature, i).map((value, k) => value + row(mirrored, i)[k]!))
    pairs.left.forEach((i, p) => {
      const [a, b] = [fused(i), fused(pairs.right[p]!)]
      expect(scores[p]).toBeCloseTo(-a.reduce((total, value, k) => total + (value - b[k]!) ** 2, 0), 13)
    })
    expect(result.thresholds.every((threshold) => threshold >= 0 && threshold < 4)).toBe(true)
    expect(result).toMatchObject(kfoldAccuracy(scores, pairs.same, { variant: 'insightface' }))
  })

  test('of sphereface subtracts the mean over the images of the nine other folds, pair by pair', () => {
    const { scores, result } = lfw({ feature, mirrored }, pairs, { variant: 'sphereface' })
    const both = (i: number) => [...row(feature, i), ...row(mirrored, i)]
    const foldScores = (fold: number) => {
      const named: number[][] = []
      pairs.left.forEach((i, p) => {
        if (pairs.foldOf[p] !== fold) named.push(both(i), both(pairs.right[p]!))
      })
      const mu = named[0]!.map(
        (_, k) => named.reduce((total, vector) => total + vector[k]!, 0) / named.length,
      )
      const centred = (i: number) => unit(both(i).map((value, k) => value - mu[k]!))
      return Float64Array.from(pairs.left, (i, p) => dot(centred(i), centred(pairs.right[p]!)))
    }
    const expected = kfoldAccuracy(foldScores, pairs.same, { variant: 'sphereface' })
    expect(result.folds).toEqual(expected.folds)
    result.thresholds.forEach((threshold, k) => {
      expect(threshold).toBeCloseTo(expected.thresholds[k]!, 12)
    })
    const all = Array.from({ length: 10 }, (_, fold) => foldScores(fold))
    scores.forEach((score, p) => {
      expect(score).toBeCloseTo(all[pairs.foldOf[p]!]![p]!, 12)
    })
  })

  test('takes one embedding an image where the model fuses the mirror image itself', () => {
    const { scores } = lfw({ feature }, pairs)
    pairs.left.forEach((i, p) => {
      expect(scores[p]).toBeCloseTo(dot(unit(row(feature, i)), unit(row(feature, pairs.right[p]!))), 13)
    })
  })

  test('leaves out the pairs of missing images, counts and names them, and keeps the folds', () => {
    const missing = new Uint8Array(120)
    const gone = pairs.left[0]!
    missing[gone] = 1
    const holed = { ...feature, data: Float32Array.from(feature.data) }
    holed.data.fill(Number.NaN, gone * 6, gone * 6 + 6)
    for (const variant of ['exact', 'sphereface', 'insightface'] as const) {
      const { result, scores, same } = lfw({ feature: holed, missing }, pairs, { variant })
      const kept = pairs.left.filter((i, p) => i !== gone && pairs.right[p] !== gone)
      expect(result).toMatchObject({ pairs: kept.length, missing: 1, missingImages: [String(gone)] })
      expect([scores.length, same.length]).toEqual([kept.length, kept.length])
      expect(result.folds).toHaveLength(10)
      expect(Number.isFinite(result.accuracy)).toBe(true)
    }
    const isKept = (_: number, p: number) => pairs.left[p] !== gone && pairs.right[p] !== gone
    const expected = kfoldAccuracy(lfw({ feature }, pairs).scores.filter(isKept), pairs.same.filter(isKept), {
      foldOf: pairs.foldOf.filter(isKept),
    })
    expect(pairs.same.filter(isKept).length).toBeLessThan(pairs.same.length)
    expect(lfw({ feature: holed, missing }, pairs).result).toMatchObject(expected)
  })

  test('is a plain object that JSON writes whole', () => {
    const { result } = lfw({ feature }, pairs)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  test('refuses features of another shape and values that are not finite', () => {
    const few = matrix(new Float32Array(12), 6)
    expect(() => lfw({ feature: few }, pairs)).toThrow('lfw: expected feature of shape [120, 6], got [2, 6]')
    expect(() => lfw({ feature, mirrored: few }, pairs)).toThrow(
      'lfw: expected mirrored of shape [120, 6], got [2, 6]',
    )
    const holed = { ...feature, data: Float32Array.from(feature.data) }
    holed.data[13] = Number.NaN
    expect(() => lfw({ feature: holed }, pairs)).toThrow(
      'lfw: expected finite numbers as feature of 2, got NaN',
    )
  })
})

describe('lfw(features, pairs, { train })', () => {
  const { feature, mirrored, pairs } = people(3)
  /** The pairs of some folds, as lists of view 1 are: one block. */
  const only = (isIn: (fold: number) => boolean): Pairs => {
    const kept = (_: number, p: number) => isIn(pairs.foldOf[p]!)
    return {
      images: pairs.images,
      left: pairs.left.filter(kept),
      right: pairs.right.filter(kept),
      same: pairs.same.filter(kept),
      foldOf: new Uint8Array(pairs.same.filter(kept).length),
      folds: 1,
    }
  }

  test.each(variants)('of %s judges a fold as the folds do, where train is the nine others', (variant) => {
    const byFolds = lfw({ feature, mirrored }, pairs, { variant })
    for (const fold of [0, 7]) {
      const judged = only((f) => f === fold)
      const { result, scores, same } = lfw({ feature, mirrored }, judged, {
        variant,
        train: only((f) => f !== fold),
      })
      const inFold = (_: number, p: number) => pairs.foldOf[p] === fold
      expect(result.folds).toEqual([byFolds.result.folds[fold]])
      expect(result.thresholds).toEqual([byFolds.result.thresholds[fold]])
      expect(result.accuracy).toBe(byFolds.result.folds[fold])
      expect(result.standardError).toBeNaN()
      expect([result.pairs, scores.length]).toEqual([24, 24])
      expect(scores).toEqual(byFolds.scores.filter(inFold))
      expect(same).toEqual(pairs.same.filter(inFold))
      expect(result.auc).toBe(auc(scores, same))
    }
  })

  test('takes nothing from the pairs that are judged: turning their labels round turns the accuracy round', () => {
    const judged = only((fold) => fold === 2)
    const train = only((fold) => fold !== 2)
    const turned = { ...judged, same: judged.same.map((label) => 1 - label) }
    const [plain, other] = [judged, turned].map((test) => lfw({ feature }, test, { train }).result)
    expect(other!.thresholds).toEqual(plain!.thresholds)
    expect(other!.accuracy).toBeCloseTo(1 - plain!.accuracy, 12)
  })
})
