import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { grad, input, reduceSum } from '../graph/index.ts'
import { softplus } from './softplus.ts'

const z = input('z', [7])
const y = softplus(z)
const outputs = { y, slope: grad(reduceSum(y), [z])[0]! }

test('softplus(z) is ln(1 + eᶻ), and its slope the logistic function, at 0 too', () => {
  const values = [-3, -1, -1e-9, 0, 1e-9, 1, 3]
  const got = evaluate(outputs, { z: values })
  values.forEach((value, i) => {
    expect(got.y[i]).toBeCloseTo(Math.log(1 + Math.exp(value)), 12)
    expect(got.slope[i]).toBeCloseTo(1 / (1 + Math.exp(-value)), 12)
  })
})

test('softplus(z) overflows for no z', () => {
  const got = evaluate(outputs, { z: [-1e6, -800, -100, 100, 800, 1e6, 1e15] })
  expect(Array.from(got.y.subarray(3))).toEqual([100, 800, 1e6, 1e15])
  expect(Array.from(got.slope)).toEqual([0, 0, Math.exp(-100) / (1 + Math.exp(-100)), 1, 1, 1, 1])
})
