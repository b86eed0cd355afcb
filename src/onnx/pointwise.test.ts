import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { convolutionOf, type Geometry } from '../../test/graph/conv-geometry.ts'
import { runCases } from '../../test/onnx/run-cases.ts'
import { type Tensor, topologicalOrder } from '../graph/index.ts'
import { lower } from './lower.ts'

type Small = Pick<Geometry, 'batch' | 'channels' | 'size' | 'strides'>

/** A 1×1 convolution and its adjoints. */
const pointwise = (small: Small) => {
  const { y, dx, dw, feeds } = convolutionOf({
    ...small,
    kernel: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
  })
  return { outputs: { y, dx, dw }, feeds }
}

const typesIn = (outputs: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap(({ op }) => op?.type ?? [])

const examples: readonly Small[] = [
  { batch: 2, channels: [3, 5], size: [4, 6], strides: [1, 1] },
  { batch: 2, channels: [3, 5], size: [5, 6], strides: [2, 2] },
  { batch: 1, channels: [1, 2], size: [7, 4], strides: [3, 2] },
  { batch: 3, channels: [4, 1], size: [1, 1], strides: [2, 2] },
]

describe('a 1×1 convolution as one matrix product', () => {
  it('is the plain convolution, and so are its adjoints, for any size, stride, channels and batch', () => {
    const pair = (max: number): fc.Arbitrary<[number, number]> =>
      fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
    const smalls = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: pair(4),
      size: pair(7),
      strides: pair(3),
    })
    fc.assert(
      fc.property(smalls, (small) => {
        const { outputs, feeds } = pointwise(small)
        const lowered = lower(outputs)
        const [expected, actual] = [evaluate(outputs, feeds), evaluate(lowered, feeds)]
        return (
          !typesIn(lowered).some((type) => type.startsWith('Conv')) &&
          (['y', 'dx', 'dw'] as const).every(
            (name) =>
              lowered[name]!.shape.join() === outputs[name].shape.join() &&
              relativeError(actual[name]!, expected[name]) < 1e-13,
          )
        )
      }),
      { seed: 1, numRuns: 100, examples: examples.map((small) => [small]) },
    )
  })

  it('is the plain convolution and its adjoints in the runtime', async () => {
    const cases = examples.map(pointwise)
    const results = await runCases(cases.map(({ outputs, feeds }) => ({ outputs: lower(outputs), feeds })))
    cases.forEach(({ outputs, feeds }, i) => {
      for (const [name, values] of Object.entries(evaluate(outputs, feeds)))
        expect(relativeError(results[i]![name]!, values), `${name} of ${i}`).toBeLessThan(1e-5)
    })
  })

  it('a convolution of a whole map to one place is one product, with dilated kernels too', () => {
    for (const [size, kernel, dilations] of [
      [
        [4, 3],
        [4, 3],
        [1, 1],
      ],
      [
        [5, 5],
        [3, 3],
        [2, 2],
      ],
    ] as const) {
      const { y, feeds } = convolutionOf({
        ...{ batch: 2, channels: [3, 4], strides: [1, 1], pads: [0, 0, 0, 0] },
        ...{ size: [...size], kernel: [...kernel], dilations },
      })
      const lowered = lower({ y })
      expect(typesIn(lowered)).not.toContain('Conv')
      expect(relativeError(evaluate({ y: lowered.y! }, feeds).y, evaluate({ y }, feeds).y)).toBeLessThan(
        1e-13,
      )
    }
  })
})
