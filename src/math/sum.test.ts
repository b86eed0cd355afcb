import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviation, mean, sum } from './sum.ts'

test('sum(values) keeps what plain addition loses', () => {
  expect(sum([1, 1e100, 1, -1e100])).toBe(2)
  expect(sum(new Float64Array(10).fill(0.1))).toBe(1)
})

test('sum(values) is 0 for no values and infinite with an infinite one', () => {
  expect(sum([])).toBe(0)
  expect(sum([1, Number.POSITIVE_INFINITY, 2])).toBe(Number.POSITIVE_INFINITY)
  expect(sum([1, Number.NaN])).toBeNaN()
})

test('sum(values) of integers is exact in any order', () => {
  const integers = fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { maxLength: 50 })
  fc.assert(
    fc.property(integers, (values) => {
      const exact = Number(values.reduce((total, value) => total + BigInt(value), 0n))
      expect(sum(values)).toBe(exact)
      expect(sum(values.toReversed())).toBe(exact)
    }),
    { seed: 1 },
  )
})

test('mean(values) is the arithmetic mean, NaN for no values', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(mean([])).toBeNaN()
})

test('deviation(values) divides by n − 1', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 15)
  expect(deviation([3, 3, 3])).toBe(0)
  expect(deviation([3])).toBeNaN()
})

test('deviation(values) does not suffer from a large common offset', () => {
  expect(deviation([1e9 + 1, 1e9 + 2, 1e9 + 3])).toBeCloseTo(1, 12)
})
