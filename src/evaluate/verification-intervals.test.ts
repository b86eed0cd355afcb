import { describe, expect, test } from 'vitest'
import { matrix } from '../math/matrix.ts'
import { quantile } from '../math/quantile.ts'
import { rng } from '../math/rng.ts'
import { bootstrapByPerson } from './bootstrap.ts'
import { lfw } from './lfw.ts'
import type { Pairs } from './pairs.ts'
import { peopleOfPairs } from './people-of-pairs.ts'
import { verificationIntervals } from './verification-intervals.ts'

/** Three images of each of `people`, pairs of each with themselves and with the next; `noise` blurs who is who. */
function problem(people: number, noise: number) {
  const random = rng(3)
  const images = Array.from({ length: 3 * people }, (_, i) => `p${Math.floor(i / 3)}/${i % 3}`)
  const centres = Array.from({ length: people }, () => Array.from({ length: 6 }, () => random.normal()))
  const feature = matrix(
    Float64Array.from(
      images.flatMap((_, i) => centres[Math.floor(i / 3)]!.map((value) => value + noise * random.normal())),
    ),
    6,
  )
  const p = Array.from({ length: people }, (_, i) => i)
  const pairs: Pairs = {
    images,
    left: Int32Array.from(p.flatMap((i) => [3 * i, 3 * i + 1, 3 * i, 3 * i + 2])),
    right: Int32Array.from(
      p.flatMap((i) => [3 * i + 1, 3 * i + 2, (3 * i + 4) % (3 * people), (3 * i + 5) % (3 * people)]),
    ),
    same: Uint8Array.from(p.flatMap(() => [1, 1, 0, 0])),
    foldOf: Uint8Array.from(p.flatMap((i) => new Array(4).fill(i % 4))),
    folds: 4,
  }
  return { feature, pairs }
}

describe('verificationIntervals(verified, pairs, { people })', () => {
  test('are points where every pair is told rightly', () => {
    const { feature, pairs } = problem(20, 0.01)
    const intervals = verificationIntervals(lfw({ feature }, pairs), pairs, {
      people: peopleOfPairs(pairs),
      resamples: 50,
    })
    const one = { low: 1, high: 1, resamples: 50 }
    expect(intervals).toEqual({
      accuracy: one,
      auc: one,
      eer: { low: 0, high: 0, resamples: 50 },
      tarAtFar: { '0.1': one, '0.01': one, '0.001': one },
    })
  })

  test('hold the numbers themselves, by each variant', () => {
    const { feature, pairs } = problem(60, 0.9)
    for (const variant of ['exact', 'sphereface', 'insightface'] as const) {
      const verified = lfw({ feature }, pairs, { variant })
      const { accuracy, auc, eer } = verificationIntervals(verified, pairs, {
        people: peopleOfPairs(pairs),
        resamples: 200,
      })
      for (const [interval, value] of [
        [accuracy, verified.result.accuracy],
        [auc, verified.result.auc],
        [eer, verified.result.eer],
      ] as const) {
        expect(interval.low).toBeLessThan(value)
        expect(interval.high).toBeGreaterThan(value)
      }
    }
  })

  test('take the accuracy as the share of pairs judged rightly by the threshold of their fold', () => {
    const { feature, pairs } = problem(24, 1.5)
    const verified = lfw({ feature }, pairs)
    const people = peopleOfPairs(pairs)
    const shares: number[] = []
    bootstrapByPerson(
      people.left,
      people.right,
      (drawn) => {
        const right = [...drawn].filter(
          (p) => verified.scores[p]! > verified.result.thresholds[(p >> 2) & 3]! === (pairs.same[p] === 1),
        )
        shares.push(right.length / drawn.length)
        return {}
      },
      { resamples: 40, seed: 9 },
    )
    const { accuracy } = verificationIntervals(verified, pairs, { people, resamples: 40, seed: 9 })
    expect(accuracy).toEqual({ low: quantile(shares, 0.025), high: quantile(shares, 0.975), resamples: 40 })
    expect(accuracy.low).toBeLessThan(accuracy.high)
  })

  test('look past the pairs of missing images', () => {
    const { feature, pairs } = problem(24, 1)
    // An image in front that is missing, in pairs of its own before all others.
    const images = ['x/1', ...pairs.images]
    const moved = (of: Int32Array) => Int32Array.from([0, 0, ...of.map((i) => i + 1)])
    const more: Pairs = {
      ...pairs,
      images,
      left: moved(pairs.left),
      right: moved(pairs.right),
      same: Uint8Array.of(1, 0, ...pairs.same),
      foldOf: Uint8Array.of(0, 1, ...pairs.foldOf),
    }
    more.right[0] = 1
    more.right[1] = 2
    const missing = new Uint8Array(images.length)
    missing[0] = 1
    const data = Float64Array.of(...new Array(6).fill(0), ...feature.data)
    const known = verificationIntervals(lfw({ feature }, pairs), pairs, {
      people: peopleOfPairs(pairs),
      resamples: 30,
    })
    const peopleAlone = peopleOfPairs(pairs)
    const people = {
      left: Int32Array.of(99, 99, ...peopleAlone.left),
      right: Int32Array.of(99, 99, ...peopleAlone.right),
    }
    const verified = lfw({ feature: matrix(data, 6), missing }, more)
    expect(verificationIntervals(verified, more, { people, missing, resamples: 30 })).toEqual(known)
  })
})
