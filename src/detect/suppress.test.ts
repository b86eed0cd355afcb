import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Box, overlap, suppress } from './suppress.ts'

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height })

test('overlap(a, b) is intersection over union', () => {
  expect(overlap(box(0, 0, 2, 2), box(1, 1, 2, 2))).toBeCloseTo(1 / 7, 12)
  expect(overlap(box(0, 0, 4, 4), box(1, 1, 2, 2))).toBeCloseTo(4 / 16, 12)
  expect(overlap(box(3, 4, 5, 6), box(3, 4, 5, 6))).toBe(1)
})

test('overlap(a, b) is 0 for boxes that only touch, lie apart, or are empty', () => {
  expect(overlap(box(0, 0, 1, 1), box(1, 0, 1, 1))).toBe(0)
  expect(overlap(box(0, 0, 1, 1), box(5, 0, 1, 1))).toBe(0)
  expect(overlap(box(1, 1, 0, 0), box(1, 1, 0, 0))).toBe(0)
})

test('suppress(items) keeps the best of each heap of boxes, best first', () => {
  const items = [
    { id: 'a', score: 0.7, box: box(0, 0, 10, 10) },
    { id: 'b', score: 0.9, box: box(1, 0, 10, 10) },
    { id: 'c', score: 0.8, box: box(50, 0, 10, 10) },
    { id: 'd', score: 0.6, box: box(50, 1, 10, 10) },
  ]
  expect(suppress(items).map((item) => item.id)).toEqual(['b', 'c'])
})

test('suppress(items) keeps a box whose overlap is just the limit', () => {
  // Two of four cells shared of six in all: 1/3.
  const items = [
    { score: 0.9, box: box(0, 0, 2, 2) },
    { score: 0.8, box: box(1, 0, 2, 2) },
  ]
  expect(suppress(items, { iou: 1 / 3 })).toHaveLength(2)
  expect(suppress(items, { iou: 0.33 })).toHaveLength(1)
})

test('suppress(items) compares with kept boxes only: what a dropped box would have dropped stays', () => {
  const items = [
    { id: 'a', score: 0.9, box: box(0, 0, 10, 10) },
    { id: 'b', score: 0.8, box: box(5, 0, 10, 10) },
    { id: 'c', score: 0.7, box: box(10, 0, 10, 10) },
  ]
  expect(suppress(items).map((item) => item.id)).toEqual(['a', 'c'])
})

test('suppress(items) takes the earlier of equal scores, and looks at the best topK only', () => {
  const items = [
    { id: 'a', score: 0.5, box: box(0, 0, 10, 10) },
    { id: 'b', score: 0.5, box: box(0, 0, 10, 10) },
    { id: 'c', score: 0.4, box: box(50, 50, 10, 10) },
  ]
  expect(suppress(items).map((item) => item.id)).toEqual(['a', 'c'])
  expect(suppress(items, { topK: 2 }).map((item) => item.id)).toEqual(['a'])
  expect(suppress([])).toEqual([])
})

test('suppress(items) keeps boxes that do not overlap one another, and drops only what overlaps a better kept one', () => {
  const side = fc.integer({ min: 1, max: 20 })
  const item = fc.record({
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    box: fc.record({ x: side, y: side, width: side, height: side }),
  })
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (items, iou) => {
        const kept = suppress(items, { iou })
        for (const [i, a] of kept.entries())
          for (const b of kept.slice(i + 1)) {
            expect(a.score).toBeGreaterThanOrEqual(b.score)
            expect(overlap(a.box, b.box)).toBeLessThanOrEqual(iou)
          }
        for (const lost of items.filter((one) => !kept.includes(one)))
          expect(kept.some((one) => one.score >= lost.score && overlap(one.box, lost.box) > iou)).toBe(true)
      },
    ),
    { seed: 1, numRuns: 300 },
  )
})
