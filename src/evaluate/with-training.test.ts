import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import type { Pairs } from './pairs.ts'
import { peopleInBothLists, withTraining } from './with-training.ts'

test('withTraining(test, train) puts both lists over one list of images, those of test first, without folds', () => {
  const test: Pairs = {
    images: ['a', 'b', 'c'],
    left: Int32Array.of(0, 1),
    right: Int32Array.of(1, 2),
    same: Uint8Array.of(1, 0),
    foldOf: Uint8Array.of(0, 1),
    folds: 2,
  }
  const train: Pairs = {
    images: ['d', 'b'],
    left: Int32Array.of(0),
    right: Int32Array.of(1),
    same: Uint8Array.of(1),
    foldOf: Uint8Array.of(0),
    folds: 1,
  }
  const lists = withTraining(test, train)
  expect(lists.test).toEqual({
    ...test,
    images: ['a', 'b', 'c', 'd'],
    foldOf: Uint8Array.of(0, 0),
    folds: 1,
  })
  expect(lists.train).toEqual({
    ...train,
    images: ['a', 'b', 'c', 'd'],
    left: Int32Array.of(3),
    right: Int32Array.of(1),
  })
})

/** Pairs of images named `person/…`. */
const pairsOf = (...named: [string, string][]): Pairs => {
  const images = [...new Set(named.flat())]
  return {
    images,
    left: Int32Array.from(named, ([a]) => images.indexOf(a)),
    right: Int32Array.from(named, ([, b]) => images.indexOf(b)),
    same: Uint8Array.from(named, ([a, b]) => (a[0] === b[0] ? 1 : 0)),
    foldOf: new Uint8Array(named.length),
    folds: 1,
  }
}

test('withTraining refuses a pair that is in both lists, either way round', () => {
  const own = pairsOf(['a/1', 'a/2'], ['a/1', 'b/1'])
  for (const both of [pairsOf(['c/1', 'c/2'], ['a/1', 'b/1']), pairsOf(['b/1', 'a/1'])])
    expect(() => withTraining(own, both, { where: 'test.txt', trainWhere: 'train.txt' })).toThrow(
      new DataError('test.txt: expected other pairs than in train.txt, got a/1 and b/1 in both'),
    )
  withTraining(own, pairsOf(['a/1', 'b/2'], ['a/2', 'b/1']))
})

test('peopleInBothLists counts the people of both lists, null where folders are no people', () => {
  const own = pairsOf(['a/1', 'a/2'], ['a/1', 'b/1'])
  expect(peopleInBothLists(withTraining(own, pairsOf(['c/1', 'c/2'], ['c/1', 'd/1'])))).toBe(0)
  expect(peopleInBothLists(withTraining(own, pairsOf(['c/1', 'c/2'], ['c/1', 'b/2'])))).toBe(1)
  expect(peopleInBothLists(withTraining(own, pairsOf(['b/1', 'b/2'], ['a/2', 'b/2'])))).toBe(2)
  expect(peopleInBothLists(withTraining(own, pairsOf(['c', 'd'])))).toBeNull()
})
