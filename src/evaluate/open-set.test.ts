import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Features,
  literalFnir,
  literalFpir,
  literalSearches,
  literalThresholds,
} from '../../test/evaluate/open-set-literal.ts'
import { matrix } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import { openSet, searchesNeeded } from './open-set.ts'
import { openSetSplit } from './open-set-split.ts'

const asMatrix = (features: Features) => matrix(Float64Array.from(features.flat()), features[0]!.length)

/** People of few images on a coarse grid, so that scores tie. */
const folders = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 30 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    galleryImages: fc.integer({ min: 1, max: 2 }),
    steps: fc.constantFrom(2, 1000),
  })
  .map(({ sizes, seed, steps, ...options }) => {
    const people = Int32Array.from(sizes.flatMap((size, person) => new Array<number>(size).fill(person)))
    const random = rng(seed)
    const centre = sizes.map(() => Array.from({ length: 6 }, () => random.normal()))
    const features = Array.from(people, (person) =>
      centre[person]!.map((x) => Math.round((x + 0.7 * random.normal()) * steps) / steps),
    )
    return { people, features, options: { ...options, seed } }
  })

describe('openSet(features, people, index)', () => {
  test('is what a hand gets', async () => {
    // Directions in the plane, by their angle in degrees; persons 0 … 3, the split is that of seed 0.
    const people = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3)
    const degrees = [0, 10, 40, 50, 100, 110, 200, 210]
    const features = degrees.map((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)])
    const split = openSetSplit(people, 0)
    const { result, searches } = await openSet(asMatrix(features), people, 0)
    // Two people are enrolled by one image each; the other of each is 10° away, which nobody else comes near.
    expect(result).toMatchObject({ enrolled: 2, matedSearches: 2, nonMatedSearches: 4, nonMatedPeople: 2 })
    expect(result.recall).toEqual({ 1: 1, 5: 1, 10: 1 })
    for (const score of searches.mated.scores) expect(score).toBeCloseTo(Math.cos(Math.PI / 18), 12)
    const enrolledDegrees = split.galleryImages.map(([image]) => degrees[image!]!)
    const nearest = Array.from(split.probes)
      .filter((_, s) => split.mates[s]! < 0)
      .map((image) =>
        Math.max(...enrolledDegrees.map((a) => Math.cos(((a - degrees[image]!) * Math.PI) / 180))),
      )
    for (const [k, score] of nearest.entries()) expect(searches.nonMatedTop[k]).toBeCloseTo(score, 12)
    // Four non-mated searches carry no FPIR at all.
    expect(Object.values(result.fnir)).toEqual([null, null, null, null, null])
    expect(Object.values(result.proved)).toEqual([null, null, null, null, null])
  })

  test('agrees to the last digit with the rules written down, search by search', async () => {
    await fc.assert(
      fc.asyncProperty(folders, async ({ people, features, options }) => {
        const split = openSetSplit(people, 3, options)
        const whole = literalSearches(features, split)
        fc.pre(whole.some(({ mate }) => mate >= 0))
        const fpirs = [0.3, 0.5, 0.8, 1]
        const { result } = await openSet(asMatrix(features), people, 3, { ...options, fpirs })
        const nonMated = whole.filter(({ mate }) => mate < 0).length
        expect(result.nonMatedSearches).toBe(nonMated)
        for (const rank of [1, 5, 10])
          expect(result.recall[rank]).toBeCloseTo(1 - literalFnir(whole, Number.NEGATIVE_INFINITY, rank), 14)
        for (const fpir of fpirs) {
          const isCarried = fpir * nonMated >= 10
          for (const [rank, fnir] of [
            [1, result.fnir[fpir]],
            [Number.POSITIVE_INFINITY, result.fnirAnyRank[fpir]],
          ] as const) {
            const least = Math.min(
              ...literalThresholds(whole)
                .filter((t) => literalFpir(whole, t) <= fpir)
                .map((t) => literalFnir(whole, t, rank)),
            )
            expect(fnir).toBe(isCarried ? least : null)
          }
        }
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('proves thresholds on people who had no part in choosing them, in a gallery of their own half', async () => {
    let proofs = 0
    await fc.assert(
      fc.asyncProperty(folders, async ({ people, features, options }) => {
        const split = openSetSplit(people, 0, options)
        const own = literalSearches(features, split, { own: true })
        const [choosing, proving] = [0, 1].map((half) => own.filter((search) => search.half === half))
        const personOf = (image: number) => people[image]
        const shared = new Set(choosing!.map(({ image }) => personOf(image)))
        expect(proving!.filter(({ image }) => shared.has(personOf(image)))).toEqual([])
        fc.pre(own.some(({ mate }) => mate >= 0))
        const { result } = await openSet(asMatrix(features), people, 0, { ...options, fpirs: [0.7, 1] })
        const carried = [choosing, proving].every(
          (half) => 0.7 * half!.filter(({ mate }) => mate < 0).length >= 10,
        )
        if (!carried || !proving!.some(({ mate }) => mate >= 0)) {
          expect(result.proved['0.7']).toBeNull()
          return
        }
        proofs++
        const tops = choosing!
          .filter(({ mate }) => mate < 0)
          .map(({ scores }) => Math.max(...scores.map(({ score }) => score)))
        const threshold = Math.min(
          ...[...tops, Number.POSITIVE_INFINITY].filter((t) => literalFpir(choosing!, t) <= 0.7),
        )
        expect(result.proved['0.7']).toEqual({
          threshold,
          fpir: literalFpir(proving!, threshold),
          fnir: literalFnir(proving!, threshold, 1),
          fnirAnyRank: literalFnir(proving!, threshold, Number.POSITIVE_INFINITY),
        })
      }),
      { seed: 1, numRuns: 60 },
    )
    expect(proofs).toBeGreaterThan(5)
  })

  test('gives a model that maps all to one point no recall and no FNIR but 1: ties are against the mate', async () => {
    const people = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 4))
    const { result } = await openSet(matrix(new Float32Array(800).fill(1), 2), people, 0)
    expect(result.recall).toEqual({ 1: 0, 5: 0, 10: 0 })
    expect(result.fnir['0.1']).toBe(1)
    expect(result.proved['0.1']).toMatchObject({ threshold: Number.POSITIVE_INFINITY, fpir: 0, fnir: 1 })
  })

  test('leaves out missing images, whose zeros are never searched or enrolled', async () => {
    const people = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3))
    const random = rng(5)
    const data = Float32Array.from({ length: 240 }, () => random.normal())
    const missing = Uint8Array.from(people, (_, i) => (i % 7 === 0 ? 1 : 0))
    const zeroed = data.map((value, k) => (missing[Math.floor(k / 4)] ? 0 : value))
    const run = (values: Float32Array) => openSet(matrix(values, 4), people, 0, { missing })
    expect(await run(zeroed)).toEqual(await run(data))
    expect((await run(data)).result.nonMatedSearches).toBeLessThan(30)
  })

  test('says how far it is, and stops where that throws', async () => {
    const people = Int32Array.from({ length: 300 }, (_, i) => Math.floor(i / 3))
    const features = matrix(
      Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * i)),
      2,
    )
    const seen: number[] = []
    await openSet(features, people, 0, { onProgress: (done, total) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen)
    const stop = () => Promise.reject(new Error('stopped'))
    await expect(openSet(features, people, 0, { onProgress: stop })).rejects.toThrow('stopped')
  })

  test('refuses what it cannot judge', async () => {
    const people = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3)
    const flat = (rows: number) => matrix(new Float32Array(rows).fill(1), 1)
    await expect(openSet(flat(7), people, 0)).rejects.toThrow(
      'openSet: expected a person for each of 7 images, got 8',
    )
    await expect(openSet(flat(8), people, 0, { fpirs: [0] })).rejects.toThrow(
      'openSet: expected FPIRs above 0 to 1, got 0',
    )
    const bad = flat(8)
    bad.data[5] = Number.NaN
    await expect(openSet(bad, people, 0)).rejects.toThrow(
      'openSet: expected finite numbers in image 5, got NaN',
    )
    await expect(openSet(flat(4), Int32Array.of(0, 1, 2, 3), 0)).rejects.toThrow(
      'openSet: split 1 has no mated search',
    )
  })
})

describe('searchesNeeded(fpir)', () => {
  test('is the fewest searches of which the FPIR is ten false positives', () => {
    expect([0.001, 0.003, 0.01, 0.03, 0.1, 1].map(searchesNeeded)).toEqual([10_000, 3334, 1000, 334, 100, 10])
  })
})
