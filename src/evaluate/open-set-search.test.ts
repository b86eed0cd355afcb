import { describe, expect, test } from 'vitest'
import { dotRows, type Matrix, unitRows } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import { mateScores, searchGallery, templates } from './open-set-search.ts'

/** Rows on a coarse grid, so that scores tie, and one row of zeros. */
function drawn(rows: number, columns: number, seed: number): Matrix {
  const random = rng(seed)
  const data = Float32Array.from({ length: rows * columns }, () => random.below(5) - 2)
  data.fill(0, 0, columns)
  return { data, rows, columns }
}

describe('searchGallery(features, gallery, probes)', () => {
  test('agrees with every score reckoned alone, across blocks of probes and templates', async () => {
    const features = drawn(150, 5, 1)
    const gallery = unitRows(drawn(203, 5, 2))
    const random = rng(3)
    const probes = Int32Array.from({ length: 150 }, (_, i) => 149 - i)
    const mates = Int32Array.from(probes, () => random.below(204) - 1)
    const scores = mateScores(features, gallery, { probes, mates })
    const done: number[] = []
    const { top, before } = await searchGallery(
      features,
      gallery,
      { probes, mates, scores },
      { onBlock: (count) => done.push(count) },
    )
    const unit = unitRows(features)
    for (const [s, probe] of probes.entries()) {
      const all = Array.from({ length: 203 }, (_, g) => dotRows(unit, probe, gallery, g))
      const mate = mates[s]!
      const others = all.filter((_, g) => g !== mate)
      expect(scores[s]).toBe(mate < 0 ? Number.NaN : all[mate])
      expect(top[s]).toBe(Math.max(...others))
      expect(before[s]).toBe(others.filter((score) => score >= all[mate]!).length)
    }
    expect(before.some((count) => count > 0)).toBe(true)
    expect(done).toEqual([64, 128, 150])
  })

  test('agrees with every score reckoned alone where there are many, near ties and a row that is no number among them', async () => {
    const [people, columns, searches] = [2100, 512, 130]
    const features = drawn(searches, columns, 4)
    features.data.fill(Number.NaN, 3 * columns, 3 * columns + 1)
    const raw = drawn(people, columns, 5)
    // Templates that float32 does not tell apart, and the same ones twice.
    for (let g = 1; g < 400; g++) {
      raw.data.copyWithin(g * columns, 1 * columns, 2 * columns)
      if (g % 3 > 0) raw.data[g * columns + g]! += 1e-6 * g
    }
    const gallery = unitRows(raw)
    const random = rng(6)
    const probes = Int32Array.from({ length: searches }, (_, i) => i)
    const mates = Int32Array.from(probes, () => random.below(500) - 1)
    const scores = mateScores(features, gallery, { probes, mates })
    const { top, before } = await searchGallery(features, gallery, { probes, mates, scores })
    const unit = unitRows(features)
    for (const [s, probe] of probes.entries()) {
      const others = Array.from({ length: people }, (_, g) => dotRows(unit, probe, gallery, g)).filter(
        (_, g) => g !== mates[s],
      )
      const numbers = others.filter((score) => !Number.isNaN(score))
      expect(top[s]).toBe(Math.max(Number.NEGATIVE_INFINITY, ...numbers))
      expect(before[s]).toBe(others.filter((score) => score >= scores[s]!).length)
    }
  })

  test('finds nobody in an empty gallery, and counts who is as good as a mate enrolled elsewhere', async () => {
    const features: Matrix = { data: Float32Array.of(1, 0, 0, 2), rows: 2, columns: 2 }
    const empty: Matrix = { data: new Float64Array(0), rows: 0, columns: 2 }
    const probes = {
      probes: Int32Array.of(0, 1),
      mates: Int32Array.of(-1, -1),
      scores: Float64Array.of(1, 0.5),
    }
    expect(await searchGallery(features, empty, probes)).toEqual({
      top: Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY),
      before: Int32Array.of(0, 0),
    })
    const one = { data: Float64Array.of(1, 0), rows: 1, columns: 2 }
    expect(await searchGallery(features, one, probes)).toEqual({
      top: Float64Array.of(1, 0),
      before: Int32Array.of(1, 0),
    })
  })
})

describe('templates(features, images)', () => {
  const features: Matrix = { data: Float32Array.of(3, 0, 0, 0.5, -7, 0, 0, 0), rows: 4, columns: 2 }

  test('are the mean of unit features, whatever their lengths, made unit', () => {
    const { data } = templates(features, [Int32Array.of(0, 1), Int32Array.of(2)])
    for (const k of [0, 1]) expect(data[k]).toBeCloseTo(Math.SQRT1_2, 14)
    expect([...data.subarray(2)]).toEqual([-1, 0])
  })

  test('stay zero where features cancel or are zero', () => {
    expect([...templates(features, [Int32Array.of(0, 2), Int32Array.of(3)]).data]).toEqual([0, 0, 0, 0])
  })
})
