import { expect, test } from 'vitest'
import { hairColour, irisColour, mixed, skinColour, srgb, tinted } from './synthetic-colour.ts'

const light = (colour: readonly number[]): number => colour.reduce((a, b) => a + b)

test('srgb undoes a gamma of 2', () => {
  expect(srgb(255, 0, 127.5)).toEqual([1, 0, 0.25])
})

test('mixed goes from one colour to the other', () => {
  expect(mixed([0, 0.5, 1], [1, 0.5, 0], 0.25)).toEqual([0.25, 0.5, 0.75])
})

test('tinted by one factor scales all channels, by three each its own', () => {
  expect(tinted([0.5, 0.5, 0.5], 0.5)).toEqual([0.25, 0.25, 0.25])
  expect(tinted([0.5, 0.5, 0.5], 1, 0.5, 0)).toEqual([0.5, 0.25, 0])
})

test.each([
  ['skin', (t: number) => skinColour(t, 0)],
  ['hair', (t: number) => hairColour(t, 0, 0)],
  ['iris', irisColour],
])('%s darkens steadily from 0 to 1, and stays at its ends beyond them', (_, colour) => {
  for (let t = 0; t < 1; t += 0.05) expect(light(colour(t + 0.05))).toBeLessThan(light(colour(t)))
  expect(colour(-1)).toEqual(colour(0))
  expect(colour(2)).toEqual(colour(1))
})
