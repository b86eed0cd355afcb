import { describe, expect, test } from 'vitest'
import { quantile } from './quantile.ts'

describe('quantile(values, p)', () => {
  test('uses the R-7 method', () => {
    expect(quantile([3, 1, 2, 4], 0)).toBe(1)
    expect(quantile([3, 1, 2, 4], 0.25)).toBe(1.75)
    expect(quantile([3, 1, 2, 4], 0.5)).toBe(2.5)
    expect(quantile([3, 1, 2, 4], 1)).toBe(4)
    expect(quantile([7], 0.3)).toBe(7)
  })

  test('leaves the values as they are', () => {
    const values = Float64Array.of(2, 1)
    quantile(values, 0.5)
    expect([...values]).toEqual([2, 1])
  })

  test('joins no infinities into NaN', () => {
    expect(quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.75)).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test('is NaN without values or with a NaN, and refuses p outside 0 … 1', () => {
    expect(quantile([], 0.5)).toBeNaN()
    expect(quantile([1, Number.NaN, 2], 0)).toBeNaN()
    expect(() => quantile([1], -0.1)).toThrow('quantile: expected p from 0 to 1, got -0.1')
  })
})
