import { expect, test } from 'vitest'
import { clipLine } from './clip-line.ts'

test('clipLine(line, range) keeps what is inside and cuts at the crossings', () => {
  expect(clipLine({ x: [0, 1, 2], y: [0, 2, 0] }, [0, 1])).toEqual({
    x: [0, 0.5, Number.NaN, 1.5, 2],
    y: [0, 1, Number.NaN, 1, 0],
  })
})

test('clipLine cuts twice a piece that passes through the range, and drops one that misses it', () => {
  expect(clipLine({ x: [0, 4], y: [-1, 3] }, [0, 1])).toEqual({
    x: [1, 2, Number.NaN],
    y: [0, 1, Number.NaN],
  })
  expect(clipLine({ x: [0, 4], y: [2, 3] }, [0, 1])).toEqual({ x: [], y: [] })
})

test('clipLine keeps gaps', () => {
  expect(clipLine({ x: [0, 1, 2], y: [0, Number.NaN, 1] }, [0, 1]).y).toEqual([0, Number.NaN, 1])
})
