import { describe, expect, it } from 'vitest'
import { evaluate, finiteDifferences, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { ShapeError } from '../errors.ts'
import {
  constant,
  grad,
  input,
  mul,
  nextOfKept,
  reduceSum,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { batchNorm } from './index.ts'

const leaf = (y: Tensor, name: string): Tensor =>
  topologicalOrder([y]).find(({ leaf: found }) => found && 'name' in found && found.name === name)!

/** Values of channel c of x [N, C, …]. */
const channel = (x: ArrayLike<number>, [n, channels, ...map]: readonly number[], c: number): number[] => {
  const plane = map.reduce((a, b) => a * b, 1)
  return Array.from({ length: n! * plane }, (_, i) => {
    const sample = Math.floor(i / plane)
    return x[(sample * channels! + c) * plane + (i % plane)]!
  })
}

describe.each([
  ['features', [5, 3]],
  ['maps', [2, 3, 2, 4]],
])('batchNorm(x) of %s', (_, shape) => {
  const x = input('x', shape)
  const given = {
    x: numbers(shape, 1).map((v) => 3 + 2 * v),
    'b.weight': numbers([3], 2),
    'b.bias': numbers([3], 3),
    'b.mean': numbers([3], 4),
    'b.variance': numbers([3], 5).map(Math.abs),
  }

  it('in training normalises each channel by the batch: its mean is β, its deviation |γ|', () => {
    const y = batchNorm(x, 'b', { training: true, epsilon: 0 })
    const { y: got } = evaluate({ y }, given)
    for (const c of [0, 1, 2]) {
      const values = channel(got, shape, c)
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
      expect(mean).toBeCloseTo(given['b.bias'][c]!, 12)
      expect(Math.sqrt(variance)).toBeCloseTo(Math.abs(given['b.weight'][c]!), 12)
    }
  })

  it('moves the running mean and the unbiased variance by momentum', () => {
    const y = batchNorm(x, 'b', { training: true, momentum: 0.3 })
    const next = nextOfKept([y])
    const { mean, variance } = evaluate(
      { mean: next.get(leaf(y, 'b.mean'))!, variance: next.get(leaf(y, 'b.variance'))! },
      given,
    )
    for (const c of [0, 1, 2]) {
      const values = channel(given.x, shape, c)
      const m = values.reduce((a, b) => a + b, 0) / values.length
      const v = values.reduce((a, b) => a + (b - m) ** 2, 0) / (values.length - 1)
      expect(mean[c]).toBeCloseTo(0.7 * given['b.mean'][c]! + 0.3 * m, 12)
      expect(variance[c]).toBeCloseTo(0.7 * given['b.variance'][c]! + 0.3 * v, 12)
    }
  })

  it('in use normalises by the running statistics', () => {
    const { y } = evaluate({ y: batchNorm(x, 'b', { epsilon: 0.01 }) }, given)
    for (const c of [0, 1, 2]) {
      const scale = given['b.weight'][c]! / Math.sqrt(given['b.variance'][c]! + 0.01)
      channel(y, shape, c).forEach((value, i) => {
        const before = channel(given.x, shape, c)[i]!
        expect(value).toBeCloseTo((before - given['b.mean'][c]!) * scale + given['b.bias'][c]!, 12)
      })
    }
  })

  it('has the gradients of its value, in training and in use', () => {
    for (const training of [true, false]) {
      const y = batchNorm(x, 'b', { training })
      const total = reduceSum(mul(mul(y, y), constant(numbers(shape, 9), shape)))
      for (const name of ['x', 'b.weight', 'b.bias']) {
        const { g } = evaluate({ g: grad(total, [leaf(y, name)])[0]! }, given)
        expect(relativeError(g, finiteDifferences(total, name, given)), `${name}, ${training}`).toBeLessThan(
          1e-7,
        )
      }
    }
  })

  it('has no gradient in what it keeps in training', () => {
    const y = batchNorm(x, 'b', { training: true })
    const { g } = evaluate({ g: grad(reduceSum(mul(y, y)), [leaf(y, 'b.mean')])[0]! }, given)
    expect([...g]).toEqual([0, 0, 0])
  })

  it('without a scale has no weight, and γ 1', () => {
    const y = batchNorm(x, 'b', { training: true, scale: false })
    expect(leaf(y, 'b.weight')).toBeUndefined()
    const one = evaluate({ y: batchNorm(x, 'b', { training: true }) }, { ...given, 'b.weight': [1, 1, 1] })
    expect(evaluate({ y }, given).y).toEqual(one.y)
  })
})

it('batchNorm(x) starts with mean 0, variance 1, γ 1 and β 0', () => {
  const y = batchNorm(input('x', [4, 2]), 'b', { training: true })
  const none = { uniform: () => 1, normal: () => 1, below: () => 1 }
  const first = (name: string) => {
    const { leaf: found, shape } = leaf(y, name)
    return found && 'init' in found ? [...found.init(none, shape)] : null
  }
  expect(['mean', 'variance', 'weight', 'bias'].map((name) => first(`b.${name}`))).toEqual([
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ])
})

it('batchNorm(x) refuses other shapes, and to train on one value a channel', () => {
  expect(() => batchNorm(input('x', [2, 3, 4]), 'b')).toThrow(
    new ShapeError('batchNorm: x must be [N, C] or [N, C, H, W], got [2,3,4] for b'),
  )
  expect(() => batchNorm(input('x', [1, 3]), 'b', { training: true })).toThrow(
    new ShapeError('batchNorm: needs more than one value a channel in training, got one for b'),
  )
  expect(batchNorm(input('x', [1, 3]), 'b').shape).toEqual([1, 3])
})
