import { assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { rng } from '../../math/rng.ts'
import { sampleClasses, sampleCount } from './class-sample.ts'

describe('sampleClasses(labels)', () => {
  it("holds the batch's classes and as many as were asked for, each once, in rising order", () => {
    assert(
      property(
        integer({ min: 1, max: 60 }),
        integer({ min: 1, max: 20 }),
        integer({ min: 0, max: 60 }),
        integer(),
        (all, batch, more, seed) => {
          const random = rng(seed, 1)
          const labels = Int32Array.from({ length: batch }, () => random.below(all))
          const count = Math.min(all, batch + more)
          const sample = sampleClasses(labels, { all, count, random })
          expect(sample.classes).toHaveLength(count)
          expect([...new Set(sample.classes)].sort((a, b) => a - b)).toEqual([...sample.classes])
          expect(sample.classes.every((c) => c >= 0 && c < all)).toBe(true)
          expect([...sample.labels].map((place) => sample.classes[place])).toEqual([...labels])
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('takes each of the other classes as often, and the same from the same stream', () => {
    const labels = Int32Array.of(3, 3, 7)
    const seen = new Float64Array(10)
    for (let step = 0; step < 4000; step++)
      for (const c of sampleClasses(labels, { all: 10, count: 5, random: rng(1, step) }).classes) seen[c]!++
    // 3 of 8: 1,500 of 4,000, with a standard deviation of 31.
    seen.forEach((times, c) => {
      expect(Math.abs(times - (c === 3 || c === 7 ? 4000 : 1500)), `class ${c}`).toBeLessThan(125)
    })
    const again = () => sampleClasses(labels, { all: 10, count: 5, random: rng(1, 2) })
    expect(again()).toEqual(again())
  })
})

describe('sampleCount(classes)', () => {
  it('is the ratio of the classes, but holds a batch, and no more than there are', () => {
    expect(sampleCount(1000, { ratio: 0.1, batch: 64 })).toBe(100)
    expect(sampleCount(1000, { ratio: 0.01, batch: 64 })).toBe(64)
    expect(sampleCount(50, { ratio: 0.1, batch: 64 })).toBe(50)
    expect(sampleCount(7, { ratio: 1, batch: 2 })).toBe(7)
    expect(() => sampleCount(7, { ratio: 1.1, batch: 2 })).toThrow(UsageError)
  })
})
