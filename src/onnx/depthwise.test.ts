import { beforeAll, describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { convolutionOf, type Geometry } from '../../test/graph/conv-geometry.ts'
import { runCases } from '../../test/onnx/run-cases.ts'
import { conv, input, parameter, topologicalOrder } from '../graph/index.ts'
import { batchNorm, convolution, filled } from '../nn/index.ts'
import { anyBatch } from './index.ts'
import { lower } from './lower.ts'

interface Depthwise {
  readonly batch: number
  readonly channels: number
  readonly size: [number, number]
}

/** Sizes that fit tiles and strides, miss them by one, or are smaller than a tile; one channel a group of two. */
const sizes: readonly Depthwise[] = [
  { batch: 2, channels: 4, size: [8, 8] },
  { batch: 3, channels: 2, size: [7, 6] },
  { batch: 1, channels: 3, size: [9, 5] },
  { batch: 1, channels: 2, size: [1, 1] },
  { batch: 2, channels: 5, size: [2, 13] },
  { batch: 2, channels: 2, size: [3, 3] },
  // Whole blocks of channels, of 8 and of 16.
  { batch: 2, channels: 32, size: [8, 8] },
  { batch: 3, channels: 16, size: [7, 6] },
  { batch: 1, channels: 48, size: [13, 5] },
  { batch: 2, channels: 16, size: [1, 1] },
  { batch: 2, channels: 64, size: [28, 28] },
]

const usual = { kernel: [3, 3], dilations: [1, 1], pads: [1, 1, 1, 1] } as const
const of = ({ batch, channels, size }: Depthwise, more: Partial<Geometry>): Geometry => ({
  ...usual,
  strides: [1, 1],
  ...more,
  batch,
  channels: [channels, channels],
  group: channels,
  size,
})

const cases = sizes.flatMap((one) => [
  ...([1, 2] as const).map((stride) => ({
    name: `3×3, stride ${stride}, of ${one.channels} channels, ${one.size.join('×')}, batch ${one.batch}`,
    plain: convolutionOf(of(one, { strides: [stride, stride] })),
  })),
  {
    name: `as large as the map, of ${one.channels} channels, ${one.size.join('×')}, batch ${one.batch}`,
    plain: convolutionOf(of(one, { kernel: one.size, pads: [0, 0, 0, 0] })),
  },
])

const forms = cases.map(({ name, plain: { y, dx, dw, feeds } }) => ({
  name,
  outputs: { y, dx, dw },
  lowered: lower({ y, dx, dw }),
  feeds,
}))

describe('a depthwise convolution and its adjoints in lowered form', () => {
  it.each(forms.map((form) => [form.name, form] as const))('are the plain ones: %s', (_, form) => {
    const [expected, actual] = [evaluate(form.outputs, form.feeds), evaluate(form.lowered, form.feeds)]
    for (const [name, values] of Object.entries(expected))
      expect(relativeError(actual[name]!, values), name).toBeLessThan(1e-12)
    const types = topologicalOrder(Object.values(form.lowered)).flatMap(({ op }) => op?.type ?? [])
    expect(types).not.toContain('ConvTranspose')
    const own = topologicalOrder(Object.values(form.lowered)).filter(({ op }) => op?.type === 'Conv')
    expect(own.filter(({ op }) => op?.domain !== 'com.microsoft.nchwc')).toEqual([])
  })

  let results: Record<string, Float64Array>[] = []
  beforeAll(async () => {
    results = await runCases(forms.map(({ lowered, feeds }) => ({ outputs: lowered, feeds })))
  })
  it.each(forms.map((form, i) => [form.name, form, i] as const))('so in the runtime: %s', (_, form, i) => {
    for (const [name, values] of Object.entries(evaluate(form.outputs, form.feeds)))
      expect(relativeError(results[i]![name]!, values), name).toBeLessThan(1e-4)
  })
})

describe('lower(outputs)', () => {
  const others: [string, Partial<Geometry>][] = [
    ['of stride 3', { strides: [3, 3] }],
    ['of two strides', { strides: [1, 2] }],
    ['dilated', { dilations: [2, 2], pads: [2, 2, 2, 2] }],
    ['5×5', { kernel: [5, 5], pads: [2, 2, 2, 2] }],
    ['in groups of two', { channels: [6, 6], group: 3 }],
    ['in groups of one, two out of each', { channels: [3, 6], group: 3 }],
  ]
  it.each(others)('keeps the values of a convolution in groups that is %s, and its operator', (_, change) => {
    const { y, dx, dw, feeds } = convolutionOf({
      ...of({ batch: 2, channels: 3, size: [9, 8] }, change),
      ...change,
    })
    const lowered = lower({ y, dx, dw })
    expect(lowered.y).toBe(y)
    const [expected, actual] = [evaluate({ y, dx, dw }, feeds), evaluate(lowered, feeds)]
    for (const [name, values] of Object.entries(expected))
      expect(relativeError(actual[name]!, values), name).toBeLessThan(1e-12)
  })

  it('leaves a depthwise convolution in a file, whose batch is free, to the runtime', () => {
    const x = input('x', [anyBatch, 4, 8, 8])
    const y = conv(x, parameter('w', [4, 1, 3, 3], { init: filled(0) }), { group: 4, pads: [1, 1, 1, 1] })
    expect(lower({ y }).y).toBe(y)
  })

  it('runs pointwise, depthwise and pointwise in one layout', () => {
    const init = filled(0)
    let y = convolution(input('x', [2, 3, 8, 8]), 'a', { out: 4, kernel: 1, bias: false, init })
    y = batchNorm(convolution(y, 'b', { out: 4, group: 4, init }), 'b.norm', { training: true })
    y = convolution(y, 'c', { out: 5, kernel: 1, bias: false, init })
    const large = topologicalOrder([lower({ y }).y!]).filter(
      ({ op, shape }) => op?.type === 'Transpose' && shape.reduce((a, b) => a * b, 1) > 100,
    )
    // The picture before, the result behind.
    expect(large.map(({ shape }) => shape.join())).toEqual(['2,8,8,3', '2,5,8,8'])
  })
})
