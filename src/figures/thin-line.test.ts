import { expect, test } from 'vitest'
import { lonePoints, thinLine } from './thin-line.ts'

const { NaN: none } = Number

test('thinLine(line, place) keeps the first, least, greatest and last of each place, in order', () => {
  const line = { x: [0, 0.1, 0.2, 0.3, 0.4, 1, 1.1], y: [3, 1, 5, 4, 2, 7, 6] }
  expect(thinLine(line, Math.floor)).toEqual({ x: [0, 0.1, 0.2, 0.4, 1, 1.1], y: [3, 1, 5, 2, 7, 6] })
})

test('thinLine keeps gaps, and a line of few points as it is', () => {
  const line = { x: [0, 0.1, none, 0.3, 2], y: [1, none, 2, 3, 4] }
  expect(thinLine(line, Math.floor)).toEqual(line)
  expect(thinLine({ x: [], y: [] }, Math.floor)).toEqual({ x: [], y: [] })
})

test('thinLine makes 10,000 points as many as there are places, four each', () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i)
  const thin = thinLine({ x, y: x.map((i) => Math.sin(i * i)) }, (value) => Math.floor(value / 100))
  expect(thin.x.length).toBeGreaterThan(380)
  expect(thin.x.length).toBeLessThanOrEqual(400)
  expect([thin.x[0], thin.x.at(-1)]).toEqual([0, 9999])
})

test('lonePoints(line) are those without a neighbour', () => {
  expect(lonePoints({ x: [4], y: [5] })).toEqual([[4, 5]])
  expect(lonePoints({ x: [0, 1, 2, 3, 4], y: [1, none, 2, none, none] })).toEqual([
    [0, 1],
    [2, 2],
  ])
  expect(lonePoints({ x: [0, 1], y: [1, 2] })).toEqual([])
})
