import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.ts'
import { memorySource } from './source.ts'
import { trainingData } from './training-data.ts'
import { vectorData } from './vectors.ts'

const count = 7
const labels = Int32Array.from({ length: count }, (_, i) => i % 3)
const vectors = { data: Float32Array.from({ length: 2 * count }, (_, i) => i + 0.5), columns: 2, labels }

describe('vectorData(vectors)', () => {
  it('says how many vectors, classes and numbers there are', () => {
    expect(vectorData(vectors)).toMatchObject({ count: 7, classes: 3, vectors: 2, height: 1, width: 1 })
  })

  it.each(['shuffle', 'balanced'] as const)(
    'gives rows in the order in which images would come: %s',
    async (sampler) => {
      const options = { batch: 3, seed: 4, steps: 6 }
      // Pictures of one pixel that say their number.
      const pixels = Uint8Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3))
      const images = trainingData(memorySource({ pixels, labels, height: 1, width: 1 }), {
        mirror: false,
        sampler,
      })
      const expected: number[][] = []
      for await (const batch of images.batches(options))
        expected.push([0, 1, 2].map((i) => batch.image[3 * i]!))
      const steps: number[][] = []
      for await (const batch of vectorData(vectors, { sampler }).batches(options)) {
        const rows = [0, 1, 2].map((i) => (batch.image[2 * i]! - 0.5) / 2)
        expect([...batch.image]).toEqual(rows.flatMap((row) => [2 * row + 0.5, 2 * row + 1.5]))
        expect([...batch.labels]).toEqual(rows.map((row) => labels[row]))
        steps.push(rows)
      }
      expect(steps).toEqual(expected)
    },
  )

  it('begins at any step as an uninterrupted run would have gone on', async () => {
    const { batches } = vectorData(vectors)
    const all = []
    for await (const batch of batches({ batch: 3, seed: 1, steps: 5 })) all.push(batch)
    const rest = []
    for await (const batch of batches({ batch: 3, seed: 1, steps: 5, firstStep: 3 })) rest.push(batch)
    expect(rest).toEqual(all.slice(3))
  })

  it('refuses numbers that do not fill the rows', () => {
    expect(() => vectorData({ ...vectors, columns: 3 })).toThrow(
      new ShapeError('vector data: expected 7 x 3 numbers, got 14'),
    )
  })
})
