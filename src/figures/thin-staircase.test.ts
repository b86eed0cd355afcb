import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thinStaircase } from './thin-staircase.ts'

test('thinStaircase keeps the corners where y changes, and the end', () => {
  const points = { x: [0, 1, 2, 3, 4], y: [5, 5, 7, 7, 7] }
  expect(thinStaircase(points, (x) => x)).toEqual([
    [0, 5],
    [2, 7],
    [4, 7],
  ])
  expect(thinStaircase({ x: [], y: [] }, (x) => x)).toEqual([])
})

test('of corners at one place the last is kept, so that no height is drawn too early', () => {
  const points = { x: [0, 0.1, 0.2, 1], y: [1, 2, 3, 4] }
  expect(thinStaircase(points, Math.floor)).toEqual([
    [0.2, 3],
    [1, 4],
  ])
})

test('with a place of its own for each x the staircase is the same at every x', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }), (y) => {
      const x = y.map((_, i) => i)
      const corners = thinStaircase({ x, y }, (at) => at)
      for (const [i, height] of y.entries()) expect(corners.findLast(([at]) => at <= i)![1]).toBe(height)
      expect(corners.at(-1)).toEqual([y.length - 1, y.at(-1)])
    }),
    { seed: 1, numRuns: 100 },
  )
})
