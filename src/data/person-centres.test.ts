import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matrix, unitRows } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import {
  chanceLimit,
  cosinesToOthers,
  farLimit,
  halfCosines,
  nearPairs,
  personSums,
} from './person-centres.ts'

const D = 5
const unitNoise = (count: number, seed = 1) => {
  const random = rng(seed)
  return unitRows(
    matrix(
      Float64Array.from({ length: count * D }, () => random.normal()),
      D,
    ),
  )
}
const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, k) => sum + value * q[k]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
const row = (m: { data: ArrayLike<number> }, i: number): number[] =>
  Array.from({ length: D }, (_, k) => m.data[i * D + k]!)
const total = (rows: readonly number[][]): number[] =>
  Array.from({ length: D }, (_, k) => rows.reduce((sum, each) => sum + each[k]!, 0))

describe('cosinesToOthers', () => {
  test('is the cosine with the sum of the other rows of the label, added up anew', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 14 }),
        fc.nat(99),
        (who, seed) => {
          const rows = unitNoise(who.length, seed)
          const labels = who.map(([label]) => label)
          const missing = Uint8Array.from(who, ([, isMissing]) => Number(isMissing))
          const sums = personSums(rows, labels, { people: 4, missing })
          const found = cosinesToOthers(rows, labels, sums, { missing })
          for (const [i, label] of labels.entries()) {
            const others = labels.flatMap((l, j) =>
              l === label && j !== i && !missing[j] ? [row(rows, j)] : [],
            )
            if (missing[i] || others.length === 0) expect(found[i]).toBeNaN()
            else expect(found[i]).toBeCloseTo(cosine(row(rows, i), total(others)), 6)
          }
        },
      ),
      { seed: 1, numRuns: 100 },
    )
  })
})

describe('farLimit', () => {
  test('is four deviations under the median, a few strays more or less', () => {
    const random = rng(1)
    const values = Float64Array.from({ length: 5000 }, () => 0.6 + 0.05 * random.normal())
    expect(farLimit(values)).toBeCloseTo(0.4, 1.9)
    values.fill(-0.9, 0, 200)
    values.fill(Number.NaN, 200, 300)
    expect(Math.abs(farLimit(values) - 0.4)).toBeLessThan(0.03)
    expect(farLimit(Float64Array.of(Number.NaN))).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('halfCosines', () => {
  test('compares the sums of every other row of a person', () => {
    const rows = unitNoise(8, 3)
    const labels = [0, 1, 0, 0, 0, 2, 2, 2]
    const missing = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0)
    const found = halfCosines(rows, labels, { people: 4, missing })
    expect(found[0]).toBeCloseTo(
      cosine(total([row(rows, 0), row(rows, 3)]), total([row(rows, 2), row(rows, 4)])),
      12,
    )
    expect(found[2]).toBeCloseTo(cosine(row(rows, 6), row(rows, 7)), 12)
    expect([found[1], found[3]]).toEqual([Number.NaN, Number.NaN])
  })
})

describe('chanceLimit', () => {
  test('is hardly ever reached by so many pairs of strangers, whether all or some are looked at', () => {
    const random = rng(5)
    const wide = unitRows(
      matrix(
        Float64Array.from({ length: 300 * 64 }, () => random.normal()),
        64,
      ),
    )
    const pairs = (300 * 299) / 2
    const limit = chanceLimit(wide, { pairs })
    // Cosines of unit rows in 64 dimensions have deviation 1/8.
    expect(limit).toBeCloseTo(Math.sqrt(2 * Math.log(pairs)) / 8, 1)
    expect(chanceLimit(wide, { pairs, most: 5000 })).toBeCloseTo(limit, 1)
    let above = 0
    for (let i = 0; i < 300; i++)
      for (let j = 0; j < i; j++) {
        let dot = 0
        for (let k = 0; k < 64; k++) dot += wide.data[i * 64 + k]! * wide.data[j * 64 + k]!
        if (dot > limit) above++
      }
    expect(above).toBeLessThanOrEqual(2)
    expect(chanceLimit(unitNoise(1), { pairs: 1 })).toBe(-1)
  })
})

describe('nearPairs', () => {
  test('finds the pairs of rows from a cosine on, the nearest first', async () => {
    const [a, b] = [unitNoise(40, 1), unitNoise(30, 2)]
    const wanted = Array.from({ length: 1200 }, (_, n) => [Math.floor(n / 30), n % 30] as const)
      .map(([left, right]) => ({ left, right, cosine: cosine(row(a, left), row(b, right)) }))
      .filter((pair) => pair.cosine >= 0.6)
      .sort((p, q) => q.cosine - p.cosine)
    const found = await nearPairs(a, b, { least: 0.6 })
    expect(found.map(({ left, right }) => [left, right])).toEqual(
      wanted.map(({ left, right }) => [left, right]),
    )
    expect(found.length).toBeGreaterThan(10)
  })

  test('stops when asked', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(nearPairs(unitNoise(40), unitNoise(2), { least: 0, signal })).rejects.toThrow('enough')
  })
})
