import { expect, test } from 'vitest'
import { peopleOfPairs } from './people-of-pairs.ts'

const [left, right] = [Int32Array.of(0, 0, 2), Int32Array.of(1, 2, 3)]

test('peopleOfPairs numbers people by the folder of their images', () => {
  const { over, ...people } = peopleOfPairs({ images: ['a/1', 'a/2', 'a/c/1', 'a/d/2'], left, right })
  expect(over).toBe('people')
  expect([...people.left]).toEqual([0, 0, 1])
  expect([...people.right]).toEqual([0, 1, 2])
})

test('peopleOfPairs lets each pair stand for itself where an image lies in no folder', () => {
  const { over, ...people } = peopleOfPairs({ images: ['a/1', 'a/2', 'b', 'c/1'], left, right })
  expect(over).toBe('pairs')
  expect([...people.left]).toEqual([0, 1, 2])
  expect([...people.right]).toEqual([0, 1, 2])
})
