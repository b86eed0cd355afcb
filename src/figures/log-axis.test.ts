import { expect, test } from 'vitest'
import { decadeBelow, decades, decadeText } from './log-axis.ts'

test('decades(least, most) are the powers of ten between, both ends among them', () => {
  expect(decades(1e-3)).toEqual([0.001, 0.01, 0.1, 1])
  expect(decades(2e-3)).toEqual([0.01, 0.1, 1])
  expect(decades(1, 5000)).toEqual([1, 10, 100, 1000])
})

test('decadeBelow(values) is the decade of the smallest positive value, within bounds', () => {
  expect(decadeBelow([[0, 0.02, 1], [0.003]])).toBe(0.001)
  expect(decadeBelow([[0.001]])).toBe(0.001)
  expect(decadeBelow([[1e-9]])).toBe(1e-6)
  expect(decadeBelow([[1e-9]], { least: 1e-4 })).toBe(1e-4)
  expect(decadeBelow([[0, 1], []])).toBe(0.1)
})

test('decadeText(value) writes small decades short', () => {
  expect([1, 0.1, 0.001, 1e-4, 1e-6].map(decadeText)).toEqual(['1', '0.1', '0.001', '1e-4', '1e-6'])
})
