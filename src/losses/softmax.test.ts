import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { input } from '../graph/index.ts'
import { softmax } from './softmax.ts'

const [x, W, labels, bias] = [
  input('x', [1, 2]),
  input('W', [2, 2]),
  input('labels', [1], 'int32'),
  input('bias', [2]),
]
// Logits 1·2 + 2·0.5 = 3 and 1·(−1) + 2·1 = 1.
const feeds = { x: [1, 2], W: [2, 0.5, -1, 1], labels: [1], bias: [-2, 0.5] }

test('softmax(x, W, labels) takes W·x as logits', () => {
  expect(evaluate({ loss: softmax(x, W, labels) }, feeds).loss[0]).toBeCloseTo(Math.log(1 + Math.exp(2)), 14)
})

test('softmax(x, W, labels, { bias }) adds a bias a class', () => {
  const loss = softmax(x, W, labels, { bias })
  expect(evaluate({ loss }, feeds).loss[0]).toBeCloseTo(Math.log(1 + Math.exp(-0.5)), 14)
})
