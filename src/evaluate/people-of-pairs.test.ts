import { expect, test } from 'vitest'
import { peopleOfPairs } from './people-of-pairs.ts'

const [left, right] = [Int32Array.of(0, 0, 2), Int32Array.of(1, 2, 3)]
const same = Uint8Array.of(1, 0, 0)

test('peopleOfPairs numbers people by the folder of their images', () => {
  const { over, why, ...people } = peopleOfPairs({
    ...{ images: ['a/1', 'a/2', 'a/c/1', 'a/d/2'], left, right, same },
  })
  expect([over, why]).toEqual(['people', undefined])
  expect([...people.left]).toEqual([0, 0, 1])
  expect([...people.right]).toEqual([0, 1, 2])
})

test.each([
  ['an image lies in no folder', ['a/1', 'a/2', 'b', 'c/1'], same, 'b lies in no folder of a person'],
  [
    'a pair of two people lies in one folder',
    ['a/1', 'a/2', 'b/1', 'b/2'],
    same,
    'b/1 and b/2 show two people but lie in one folder',
  ],
  [
    'a pair of one person lies in two folders',
    ['p0/frontal/1', 'p0/profile/1', 'p1/frontal/1', 'p2/frontal/1'],
    same,
    'p0/frontal/1 and p0/profile/1 show one person but lie in two folders',
  ],
  [
    'there is one person only',
    ['a/1', 'a/2', 'a/3', 'a/4'],
    Uint8Array.of(1, 1, 1),
    'all images lie in one folder, a',
  ],
])('peopleOfPairs lets each pair stand for itself where %s, and says why', (_, images, labels, message) => {
  const { over, why, ...people } = peopleOfPairs({ images, left, right, same: labels })
  expect([over, why]).toEqual(['pairs', message])
  expect([...people.left]).toEqual([0, 1, 2])
  expect([...people.right]).toEqual([0, 1, 2])
})
