import { expect, test } from 'vitest'
import { degreesOfCosine } from './angle.ts'

test('degreesOfCosine(cosine) is the angle in degrees', () => {
  expect(degreesOfCosine(1)).toBe(0)
  expect(degreesOfCosine(0)).toBe(90)
  expect(degreesOfCosine(-1)).toBe(180)
  expect(degreesOfCosine(0.5)).toBeCloseTo(60, 12)
})

test('degreesOfCosine(cosine) takes what rounding put outside as the end, and NaN as NaN', () => {
  expect(degreesOfCosine(1 + 1e-15)).toBe(0)
  expect(degreesOfCosine(-1 - 1e-15)).toBe(180)
  expect(degreesOfCosine(Number.NaN)).toBeNaN()
})
