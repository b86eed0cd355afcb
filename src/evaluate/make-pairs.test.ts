import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makePairs } from './make-pairs.ts'

describe('makePairs(labels)', () => {
  const population = fc.record({
    labels: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 250, maxLength: 300 }),
    seed: fc.nat(),
  })

  test('draws genuine pairs of one person and impostor pairs of two, none twice, from folds that share nobody', () => {
    fc.assert(
      fc.property(population, ({ labels, seed }) => {
        const folds = 4
        const pairs = makePairs(Int32Array.from(labels), { folds, pairsPerFold: 20, seed })
        const foldOfPerson = new Map<number, number>()
        const seen = new Set<string>()
        expect(pairs.same).toHaveLength(folds * 40)
        for (let p = 0; p < pairs.same.length; p++) {
          const [i, j] = [pairs.left[p]!, pairs.right[p]!]
          expect(i).not.toBe(j)
          expect(labels[i] === labels[j]).toBe(pairs.same[p] === 1)
          expect(pairs.foldOf[p]).toBe(Math.floor(p / 40))
          expect(pairs.same[p]).toBe(p % 40 < 20 ? 1 : 0)
          seen.add([i, j].sort((a, b) => a - b).join())
          for (const person of [labels[i]!, labels[j]!]) {
            expect(foldOfPerson.get(person) ?? pairs.foldOf[p]).toBe(pairs.foldOf[p])
            foldOfPerson.set(person, pairs.foldOf[p]!)
          }
        }
        expect(seen.size).toBe(pairs.same.length)
      }),
      { seed: 1, numRuns: 30 },
    )
  })

  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 20)

  test('gives the same pairs for the same seed and others for another', () => {
    const options = { folds: 5, pairsPerFold: 5 }
    expect(makePairs(labels, { ...options, seed: 3 })).toEqual(makePairs(labels, { ...options, seed: 3 }))
    expect(makePairs(labels, { ...options, seed: 3 }).left).not.toEqual(
      makePairs(labels, { ...options, seed: 4 }).left,
    )
  })

  test('can draw every genuine pair that there is', () => {
    // Five folds of four people with three images: twelve genuine pairs a fold.
    expect(makePairs(labels, { folds: 5, pairsPerFold: 12 }).same).toHaveLength(120)
  })

  test('names the images by index unless names are given', () => {
    expect(makePairs(labels, { folds: 2, pairsPerFold: 1 }).images[7]).toBe('7')
    const images = Array.from(labels, (label, i) => `person ${label}, image ${i}`)
    expect(makePairs(labels, { folds: 2, pairsPerFold: 1, images }).images).toBe(images)
  })

  test('refuses more pairs than the people of a fold can give, with the numbers', () => {
    expect(() => makePairs(labels, { folds: 5, pairsPerFold: 13 })).toThrow(
      'makePairs: expected 13 genuine and impostor pairs in fold 1 of 5 (4 people, 12 images), got 12 and 54',
    )
    expect(() => makePairs(new Int32Array(0), { folds: 5 })).toThrow('(0 people, 0 images), got 0 and 0')
    expect(() => makePairs(labels, { folds: 1 })).toThrow('makePairs: expected 2 to 255 folds, got 1')
    expect(() => makePairs(labels, { pairsPerFold: 0 })).toThrow(
      'makePairs: expected 1 pair a fold or more, got 0',
    )
  })
})
