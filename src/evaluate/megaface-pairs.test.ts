import { expect, it } from 'vitest'
import { probePairs } from './megaface-pairs.ts'

// On a line: a at 0, 1, 10; b at 2, 3; c alone at 0.5.
const rows = { data: Float32Array.of(0, 2, 1, 0.5, 3, 10), rows: 6, columns: 1 }
const labels = Int32Array.of(0, 1, 0, 2, 1, 0)

it('probePairs orders pairs by probe, then mate, and genuine scores from the highest', () => {
  const { start, mate, genuine, people } = probePairs(rows, labels)
  expect([...start]).toEqual([0, 2, 3, 5, 5, 6, 8])
  expect([...mate]).toEqual([2, 5, 4, 0, 5, 1, 0, 2])
  expect([...genuine]).toEqual([-1, -1, -81, -100])
  expect(people).toBe(3)
})

it('probePairs lets the image at the mate’s place, round and round, stand for each other person', () => {
  // From 0 to its mate at 1 (place 1): b stands at 3, c at 0.5; to its mate at 10 (place 2): b at 2, c at 0.5.
  expect([...probePairs(rows, labels).othersAbove.subarray(0, 2)]).toEqual([1, 2])
  // A tie favours the mate: from 2 to its mate 3 (place 1), a's image 1 is as far.
  expect(probePairs(rows, labels).othersAbove[2]).toBe(0)
})

it('probePairs refuses probes without a pair', () => {
  expect(() => probePairs({ data: Float32Array.of(0, 1), rows: 2, columns: 1 }, Int32Array.of(0, 1))).toThrow(
    'probes: expected a person with two images or more, got none',
  )
})
