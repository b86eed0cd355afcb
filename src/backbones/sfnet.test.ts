import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { UsageError } from '../errors.ts'
import { elementCount, input, type Shape, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { type SfnetDepth, type SfnetOptions, sfnet, sfnetDepths } from './sfnet.ts'

const parametersOf = (shape: Shape, options: SfnetOptions) => {
  const features = sfnet(input('pixels', shape), options)
  const order = topologicalOrder([features])
  return {
    features,
    convolutions: order.filter(({ op }) => op?.type === 'Conv').length,
    parameters: order.flatMap(({ leaf, shape: own }) =>
      leaf?.kind === 'parameter' ? [{ name: leaf.name, shape: own, init: leaf.init }] : [],
    ),
  }
}

describe('sfnet at 112×96 and D = 512', () => {
  // By hand. Down: 9·Ci·Co weights, Co biases, Co slopes. A unit of c channels: twice 9·c·c weights and c slopes.
  const down = [1_856, 73_984, 295_424, 1_180_672]
  const unit = [73_856, 295_168, 1_180_160, 4_719_616]
  const embedding = 21_504 * 512 + 512
  const published: [SfnetDepth, number[], number][] = [
    [4, [0, 0, 0, 0], 12_562_496],
    [10, [0, 1, 2, 0], 15_217_984],
    [20, [1, 2, 4, 1], 22_666_944],
    [36, [2, 4, 8, 2], 32_771_392],
    [64, [3, 8, 16, 3], 48_186_816],
  ]

  it.each(published)(
    'SFNet-%i has the parameters of the published table: %j units',
    (depth, units, total) => {
      const { parameters } = parametersOf([1, 3, 112, 96], { depth })
      const counted = parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
      const byHand = units.reduce((sum, n, stage) => sum + down[stage]! + n * unit[stage]!, embedding)
      expect({ counted, byHand }).toEqual({ counted: total, byHand: total })
    },
  )

  it.each(published)('SFNet-%i has as many convolutions as its name says', (depth) => {
    expect(parametersOf([1, 3, 112, 96], { depth }).convolutions).toBe(depth)
  })

  it('sfnetDepths are the depths of the table', () => {
    expect(sfnetDepths).toEqual(published.map(([depth]) => depth))
  })
})

describe('sfnet(pixels)', () => {
  it.each([
    [[2, 3, 112, 96], 1, 512 * 7 * 6],
    [[2, 3, 112, 112], 1, 512 * 7 * 7],
    [[2, 3, 56, 48], 0.5, 256 * 4 * 3],
    [[5, 3, 17, 33], 0.125, 64 * 2 * 3],
    [[1, 3, 1, 1], 2, 1024],
    [[1, 3, 16, 16], 1 / 64, 8],
  ] as const)('takes [%s] at width %d, each stage rounding the half of a side up', (shape, width, flat) => {
    const { features, parameters } = parametersOf(shape, { depth: 4, width, dimensions: 7 })
    expect(features.shape).toEqual([shape[0], 7])
    expect(parameters.find(({ name }) => name === 'embedding.weight')!.shape).toEqual([7, flat])
  })

  it('rounds the channels of a width down', () => {
    const { parameters } = parametersOf([1, 3, 8, 8], { depth: 4, width: 0.3 })
    const channels = parameters
      .filter(({ name }) => name.endsWith('.down.weight'))
      .map(({ shape }) => shape[0])
    expect(channels).toEqual([19, 38, 76, 153])
  })

  it('names every parameter once', () => {
    const names = parametersOf([1, 3, 16, 16], { depth: 64, width: 0.125 }).parameters.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('stage3.unit16.conv2.slope')
  })

  it('starts as published: uniform and normal weights by their deviations, biases 0, slopes 0.25', () => {
    const { parameters } = parametersOf([1, 3, 28, 24], { depth: 10, width: 0.5, dimensions: 64 })
    for (const { name, shape, init } of parameters) {
      const values = init(rng(3, name.length, shape[0]!), shape)
      expect(values.length, name).toBe(elementCount(shape))
      if (name.endsWith('.bias')) expect(new Set(values), name).toEqual(new Set([0]))
      else if (name.endsWith('.slope')) expect(new Set(values), name).toEqual(new Set([0.25]))
      else {
        const n = values.length
        const mean = values.reduce((sum, v) => sum + v, 0) / n
        const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / n)
        const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
        const isUnit = /unit/.test(name)
        // Uniform on ±√(3 / fan-in) has deviation √(1 / fan-in).
        const expected = isUnit ? 0.01 : Math.sqrt(shape[0]! / n)
        expect(Math.abs(mean), name).toBeLessThan((4 * expected) / Math.sqrt(n))
        expect(Math.abs(deviation / expected - 1), name).toBeLessThan(4 / Math.sqrt(2 * n))
        if (isUnit) expect(largest, name).toBeGreaterThan(0.03)
        else {
          expect(largest, name).toBeLessThanOrEqual(Math.sqrt(3) * expected)
          expect(largest, name).toBeGreaterThan(0.98 * Math.sqrt(3) * expected)
        }
      }
    }
  })

  it('adds what a unit makes to what it got, and puts no activation at the end', () => {
    const shape = [1, 3, 4, 4]
    const { features, parameters } = parametersOf(shape, { depth: 10, width: 1 / 32, dimensions: 3 })
    const feeds = Object.fromEntries(
      parameters.map(({ name, shape: own }) => [name, numbers(own, name.length)]),
    )
    const silent = { ...feeds }
    for (const { name, shape: own } of parameters)
      if (/unit.*weight/.test(name)) silent[name] = new Float64Array(elementCount(own))
    const pixels = numbers(shape, 9)
    const four = parametersOf(shape, { depth: 4, width: 1 / 32, dimensions: 3 }).features
    // Units of weight 0 leave the network of four layers.
    expect(evaluate({ features }, { ...silent, pixels }).features).toEqual(
      evaluate({ four }, { ...feeds, pixels }).four,
    )
    expect(evaluate({ features }, { ...feeds, pixels }).features.some((v) => v < 0)).toBe(true)
  })

  it('refuses a depth that does not exist and a width that leaves no channel', () => {
    const pixels = input('pixels', [1, 3, 8, 8])
    expect(() => sfnet(pixels, { depth: 12 as SfnetDepth })).toThrow(
      new UsageError('sfnet: depth must be one of 4, 10, 20, 36, 64, got 12'),
    )
    for (const width of [0, -1, 0.01, Number.NaN])
      expect(() => sfnet(pixels, { width })).toThrow(
        new UsageError(`sfnet: width must leave at least one channel, got ${width}`),
      )
  })
})
