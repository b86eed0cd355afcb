import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { ShapeError } from '../errors.ts'
import { input, type Tensor, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { convolution, fanInUniform, filled, fullyConnected, gaussian, prelu } from './index.ts'

const parametersOf = (y: Tensor): Record<string, readonly number[]> =>
  Object.fromEntries(
    topologicalOrder([y]).flatMap(({ leaf, shape }) =>
      leaf?.kind === 'parameter' ? [[leaf.name, shape] as const] : [],
    ),
  )

describe('convolution(x, name)', () => {
  const x = input('x', [2, 3, 8, 6])

  it('keeps the size at stride 1, whatever the odd kernel, and has a weight and a bias', () => {
    const y = convolution(x, 'c', { out: 5, kernel: 5, init: filled(0) })
    expect(y.shape).toEqual([2, 5, 8, 6])
    expect(parametersOf(y)).toEqual({ 'c.weight': [5, 3, 5, 5], 'c.bias': [5, 1, 1] })
  })

  it('takes stride, padding and no bias', () => {
    const y = convolution(x, 'c', { out: 5, stride: 2, pad: 0, bias: false, init: filled(0) })
    expect(y.shape).toEqual([2, 5, 3, 2])
    expect(parametersOf(y)).toEqual({ 'c.weight': [5, 3, 3, 3] })
  })

  it('in groups has a weight for the channels of its group alone', () => {
    const y = convolution(input('x', [1, 4, 2, 2]), 'c', { out: 4, group: 4, kernel: 1, init: filled(0) })
    expect(parametersOf(y)).toEqual({ 'c.weight': [4, 1, 1, 1], 'c.bias': [4, 1, 1] })
    const values = {
      x: Array.from({ length: 16 }, (_, i) => i),
      'c.weight': [1, 10, 100, 1000],
      'c.bias': [0, 0, 0, 0],
    }
    expect([...evaluate({ y }, values).y].filter((_, i) => i % 4 === 1)).toEqual([1, 50, 900, 13000])
    expect(() => convolution(input('x', [1, 4, 2, 2]), 'c', { out: 3, group: 3, init: filled(0) })).toThrow(
      ShapeError,
    )
  })

  it('takes a kernel of two sides, and pads each by its own half', () => {
    const y = convolution(x, 'c', { out: 5, kernel: [3, 5], bias: false, init: filled(0) })
    expect(y.shape).toEqual([2, 5, 8, 6])
    expect(parametersOf(y)).toEqual({ 'c.weight': [5, 3, 3, 5] })
    const whole = convolution(x, 'c', { out: 5, kernel: [8, 6], pad: 0, bias: false, init: filled(0) })
    expect(whole.shape).toEqual([2, 5, 1, 1])
  })

  it('adds its bias to every place of a channel', () => {
    const y = convolution(input('x', [1, 1, 2, 2]), 'c', { out: 2, kernel: 1, init: filled(0) })
    const values = { x: [1, 2, 3, 4], 'c.weight': [10, -1], 'c.bias': [0.5, 100] }
    expect([...evaluate({ y }, values).y]).toEqual([10.5, 20.5, 30.5, 40.5, 99, 98, 97, 96])
  })
})

describe('fullyConnected(x, name)', () => {
  it('is x·Wᵀ + b', () => {
    const y = fullyConnected(input('x', [2, 3]), 'f', { out: 2, init: filled(0) })
    expect(parametersOf(y)).toEqual({ 'f.weight': [2, 3], 'f.bias': [2] })
    const values = { x: [1, 2, 3, 0, 1, 0], 'f.weight': [1, 1, 1, 2, 0, -1], 'f.bias': [0.5, 7] }
    expect([...evaluate({ y }, values).y]).toEqual([6.5, 6, 1.5, 7])
  })

  it('has no bias where none is wanted', () => {
    const y = fullyConnected(input('x', [2, 3]), 'f', { out: 2, bias: false, init: filled(0) })
    expect(Object.keys(parametersOf(y))).toEqual(['f.weight'])
  })
})

describe('prelu(x, name)', () => {
  it('has one slope a channel, for what is below 0', () => {
    const y = prelu(input('x', [1, 2, 1, 3]), 'p')
    expect(parametersOf(y)).toEqual({ 'p.slope': [2, 1, 1] })
    const values = { x: [-4, 0, 4, -4, 0, 4], 'p.slope': [0.25, -1] }
    expect([...evaluate({ y }, values).y].map((v) => v + 0)).toEqual([-1, 0, 4, 4, 0, 4])
  })

  it('takes rows as well as maps', () => {
    const y = prelu(input('x', [2, 3]), 'p')
    expect(parametersOf(y)).toEqual({ 'p.slope': [3] })
    const values = { x: [-4, -4, -4, 1, -1, 2], 'p.slope': [0.25, 1, 2] }
    expect([...evaluate({ y }, values).y]).toEqual([-1, -4, -8, 1, -1, 2])
  })
})

describe('first values', () => {
  const deviation = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)

  it('fanInUniform fills ±√(3 / fan-in), so that the deviation is √(1 / fan-in)', () => {
    const values = fanInUniform(rng(1), [40, 5, 3, 3])
    const bound = Math.sqrt(3 / 45)
    expect(values).toHaveLength(1800)
    expect(Math.min(...values)).toBeGreaterThan(-bound)
    expect(Math.max(...values)).toBeLessThan(bound)
    expect(Math.min(...values)).toBeLessThan(-0.98 * bound)
    expect(Math.max(...values)).toBeGreaterThan(0.98 * bound)
    expect(Math.abs(deviation(values) * Math.sqrt(45) - 1)).toBeLessThan(0.06)
  })

  it('gaussian(σ) is normal: as many values within σ and 2σ as there should be', () => {
    const values = gaussian(0.02)(rng(1), [50, 100])
    const within = (k: number): number => values.filter((v) => Math.abs(v) < k * 0.02).length / values.length
    expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.02)
    expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.01)
  })

  it('filled(v) is v everywhere', () => {
    expect(filled(0.25)(rng(1), [2, 2])).toEqual(Float32Array.of(0.25, 0.25, 0.25, 0.25))
  })

  it('the same stream gives the same values', () => {
    expect(gaussian(1)(rng(7, 1), [9])).toEqual(gaussian(1)(rng(7, 1), [9]))
    expect(gaussian(1)(rng(7, 1), [9])).not.toEqual(gaussian(1)(rng(8, 1), [9]))
  })
})
