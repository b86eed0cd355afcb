import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { grad, input, mul, reduceSum, square } from '../graph/index.ts'
import { atOwnClass } from './own-class.ts'

test('atOwnClass(values, labels, margin) changes the own class alone, in value and gradient', () => {
  const [values, labels] = [input('values', [2, 3]), input('labels', [2], 'int32')]
  const y = atOwnClass(values, labels, square)
  const feeds = { values: [1, 2, 3, 4, 5, 6], labels: [1, 2] }
  const got = evaluate({ y, slope: grad(reduceSum(mul(y, y)), [values])[0]! }, feeds)
  expect(Array.from(got.y)).toEqual([1, 4, 3, 4, 5, 36])
  // 2y, and for the own class 2y·2v.
  expect(Array.from(got.slope)).toEqual([2, 32, 6, 8, 10, 864])
})
