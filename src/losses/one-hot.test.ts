import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { input } from '../graph/index.ts'
import { oneHot } from './one-hot.ts'

test('oneHot(labels, classes) has a 1 in the column that each label names', () => {
  const rows = oneHot(input('labels', [3], 'int32'), 4)
  expect(rows).toMatchObject({ shape: [3, 4], dtype: 'float32' })
  expect(Array.from(evaluate({ rows }, { labels: [2, 0, 3] }).rows)).toEqual([
    0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1,
  ])
})

test('oneHot gives a row of zeros for a label that is no class', () => {
  const rows = oneHot(input('labels', [2], 'int32'), 2)
  expect(Array.from(evaluate({ rows }, { labels: [-1, 2] }).rows)).toEqual([0, 0, 0, 0])
})
