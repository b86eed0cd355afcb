import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { placeAfter } from './place.ts'

const scalarsAt = (step: number) => ({ rate: 0.1 / step, lambda: step > 2 ? 5 : 10 })
const run = { scalarsAt, steps: 20, seed: 6, count: 23, batch: 5 }

describe('placeAfter(done)', () => {
  it('counts epochs of whole batches, and the images that the present one has taken', () => {
    const places = [0, 1, 3, 4, 7, 8].map((done) => placeAfter(done, run))
    expect(places.map(({ epoch, image }) => [epoch, image])).toEqual([
      [0, 0],
      [0, 5],
      [0, 15],
      [1, 0],
      [1, 15],
      [2, 0],
    ])
  })

  it('says what the last step was fed, and nothing before the first', () => {
    expect(placeAfter(0, run)).toMatchObject({ steps: 20, seed: 6, scalars: {} })
    expect(placeAfter(2, run).scalars).toEqual({ rate: 0.05, lambda: 10 })
  })

  it('has a history of all that the steps were fed, in float32, step after step', () => {
    const fed = Buffer.from(Float32Array.of(0.1, 10, 0.05, 10, 0.1 / 3, 5).buffer)
    const expected = createHash('sha256').update('["rate","lambda"]').update(fed).digest('hex')
    expect(placeAfter(3, run).history).toBe(expected)
    // The length of the run is none of it, nor what comes later, nor what float32 cannot tell.
    const nearly = (step: number) => ({
      rate: (0.1 / step) * (1 + Number.EPSILON),
      lambda: step > 3 ? 0 : scalarsAt(step).lambda,
    })
    expect(placeAfter(3, { ...run, steps: 30, scalarsAt: nearly }).history).toBe(expected)
  })
})
