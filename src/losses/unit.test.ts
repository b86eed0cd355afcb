import { expect, test } from 'vitest'
import { dot, evaluate } from '../../test/evaluator/index.ts'
import { grad, input, mul, reduceSum } from '../graph/index.ts'
import { cosine, norm, unit } from './unit.ts'

const x = input('x', [3, 2])
const rows = [3, 4, 0, 0, -5e8, 12e8]

test('unit(x) brings each row to length 1 and leaves a zero row zero', () => {
  const { u, n } = evaluate({ u: unit(x), n: norm(x) }, { x: rows })
  const expected = [0.6, 0.8, 0, 0, -5 / 13, 12 / 13]
  u.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 14)
  })
  expect(Array.from(n)).toEqual([5, 1e-6, 13e8])
})

test('the gradient of unit(x) lies across the row, shorter as the row is longer, and is finite at zero', () => {
  const pull = [1, 2, 3, 4, 5, 6]
  const [g] = grad(reduceSum(mul(unit(x), input('pull', [3, 2]))), [x])
  const { gradient } = evaluate({ gradient: g! }, { x: rows, pull })
  // (pull − (pull·û)û) / ‖x‖ with û = (0.6, 0.8) and pull·û = 2.2.
  expect(gradient[0]).toBeCloseTo((1 - 2.2 * 0.6) / 5, 14)
  expect(gradient[1]).toBeCloseTo((2 - 2.2 * 0.8) / 5, 14)
  expect(gradient[2]).toBeCloseTo(3e6, 6)
  expect(gradient[3]).toBeCloseTo(4e6, 6)
  expect(Math.abs(dot(gradient.slice(4), rows.slice(4)))).toBeLessThan(1e-6)
})

test('the gradient of norm(x) is the unit row, and 0 at a zero row', () => {
  const [g] = grad(reduceSum(norm(x)), [x])
  const { gradient } = evaluate({ gradient: g! }, { x: rows })
  const expected = [0.6, 0.8, 0, 0, -5 / 13, 12 / 13]
  gradient.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 14)
  })
})

test('cosine(x, W) has a row a feature and a column a prototype', () => {
  const cosines = cosine(x, input('W', [4, 2]))
  expect(cosines.shape).toEqual([3, 4])
  const got = evaluate({ cosines }, { x: rows, W: [1, 0, 0, -7, 6, 8, -3, -4] }).cosines
  const expected = [0.6, -0.8, 1, -1, 0, 0, 0, 0, -5 / 13, -12 / 13, 33 / 65, -33 / 65]
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 14)
  })
})
