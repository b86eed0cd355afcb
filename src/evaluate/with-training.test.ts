import { expect, test } from 'vitest'
import type { Pairs } from './pairs.ts'
import { withTraining } from './with-training.ts'

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
