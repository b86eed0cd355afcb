import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { angleQuantile, classAngles } from './class-angles.ts'
import { matrix } from './matrix.ts'

const atDegrees = (...angles: number[]) =>
  matrix(
    Float64Array.from(angles.flatMap((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)])),
    2,
  )

describe('classAngles(features, labels)', () => {
  test('finds the largest angle within a class and the smallest between two', () => {
    const found = classAngles(atDegrees(0, 20, 50, 90, 100), [0, 0, 0, 1, 1])
    expect(found.largestWithin).toBeCloseTo(50, 9)
    expect(found.smallestBetween).toBeCloseTo(40, 9)
    expect([found.withinPairs, found.betweenPairs]).toEqual([4, 6])
  })

  test('counts each pair in the bin that starts at or below its angle, 180 in the last', () => {
    const { within, between } = classAngles(atDegrees(0, 31, 180), [0, 0, 1], { binDegrees: 30 })
    expect([...within]).toEqual([0, 1, 0, 0, 0, 0])
    expect([...between]).toEqual([0, 0, 0, 0, 1, 1])
  })

  test('does not care how long the features are', () => {
    const { data } = atDegrees(0, 10, 70)
    const long = matrix(
      Float64Array.from(data, (v, i) => v * [1, 1, 300, 300, 0.01, 0.01][i]!),
      2,
    )
    expect(classAngles(long, [0, 0, 1]).smallestBetween).toBeCloseTo(60, 9)
  })

  test('leaves out and counts rows without a direction', () => {
    const features = matrix(Float64Array.of(1, 0, 0, 0, Number.NaN, 1, Number.POSITIVE_INFINITY, 0, 0, 1), 2)
    const found = classAngles(features, [0, 0, 0, 0, 1])
    expect(found).toMatchObject({ skipped: 3, withinPairs: 0, betweenPairs: 1, largestWithin: Number.NaN })
    expect(found.smallestBetween).toBeCloseTo(90, 9)
  })

  test('has no angle for one point, and refuses labels that do not fit', () => {
    expect(classAngles(atDegrees(5), [0])).toMatchObject({
      largestWithin: Number.NaN,
      smallestBetween: Number.NaN,
    })
    expect(() => classAngles(atDegrees(5), [0, 1])).toThrow('class angles: expected 1 labels, got 2')
  })

  test('counts every pair once', () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.integer({ min: 0, max: 2 })),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(points, (drawn) => {
        const found = classAngles(
          atDegrees(...drawn.map(([angle]) => angle)),
          drawn.map(([, label]) => label),
        )
        const sum = (bins: Float64Array) => bins.reduce((a, b) => a + b, 0)
        expect(sum(found.within) + sum(found.between)).toBe(
          (drawn.length * Math.max(0, drawn.length - 1)) / 2,
        )
        expect(sum(found.within)).toBe(found.withinPairs)
      }),
      { seed: 1, numRuns: 50 },
    )
  })
})

describe('angleQuantile(bins, p)', () => {
  test('is the upper border of the bin in which the share is reached', () => {
    const bins = Float64Array.of(1, 0, 8, 1)
    expect([0.1, 0.5, 0.9, 0.99].map((p) => angleQuantile(bins, p, { binDegrees: 45 }))).toEqual([
      45, 135, 135, 180,
    ])
  })

  test('is NaN without pairs', () => {
    expect(angleQuantile(new Float64Array(4), 0.5, { binDegrees: 45 })).toBeNaN()
  })
})
