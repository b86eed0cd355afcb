import { expect, test } from 'vitest'
import { add, constant, input, matmul, mul, parameter, reduceSum, square } from '../../graph/index.ts'
import { readOf } from './read-of.ts'

const x = input('x', [2, 3])
const W = parameter('W', [3, 4], { init: (_, shape) => new Float32Array(shape[0]! * shape[1]!) })

test('readOf(outputs, x) gives the last tensors on the way from x that need nothing else, constants apart', () => {
  const length = reduceSum(square(x), [1], { keepdims: true })
  const scaled = mul(x, constant([2], []))
  expect(readOf([mul(matmul(scaled, W), length)], x)).toEqual([scaled, length])
})

test('readOf(outputs, x) gives x itself where it is used as it is, and an output that needs x alone', () => {
  const length = reduceSum(x, [1])
  expect(readOf([matmul(x, W), length], x)).toEqual([x, length])
  expect(readOf([add(W, W)], x)).toEqual([])
})
