import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import {
  loweredConvolution,
  nameOf,
  plainConvolution,
  type Small,
  smallConvolutions,
} from '../../test/onnx/lowered-convolution.ts'
import { runCases } from '../../test/onnx/run-cases.ts'

const forms = { y: 'the convolution', dx: 'its adjoint in x', dw: 'its adjoint in w' } as const
type Form = keyof typeof forms

/** What the plain operators give by their definitions. */
const plain = (small: Small): Record<Form, Float64Array> => {
  const { y, dx, dw, feeds } = plainConvolution(small, 2)
  return evaluate({ y, dx, dw }, feeds)
}

describe('a 3×3 convolution of stride 2 as one matrix product', () => {
  it('is the plain convolution, and so are its adjoints, for any size, channels and batch', () => {
    const side = fc.integer({ min: 1, max: 11 })
    const channels = fc.integer({ min: 1, max: 4 })
    const smalls = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: fc.tuple(channels, channels),
      size: fc.tuple(side, side),
    })
    fc.assert(
      fc.property(smalls, (small) => {
        const { outputs, feeds } = loweredConvolution(small, 'strided')
        const lowered = evaluate(outputs, feeds)
        return Object.entries(plain(small)).every(
          ([name, values]) => relativeError(lowered[name]!, values) < 1e-13,
        )
      }),
      { seed: 1, numRuns: 60, examples: smallConvolutions.map((small) => [small]) },
    )
  })
})

describe('in the runtime', () => {
  let results: Record<string, Float64Array>[] = []
  beforeAll(async () => {
    results = await runCases(smallConvolutions.map((small) => loweredConvolution(small, 'strided')))
  })

  it.each(smallConvolutions.map((small, i) => [nameOf(small), small, i] as const))(
    'it is the plain convolution and its adjoints: %s',
    (_, small, i) => {
      for (const [name, values] of Object.entries(plain(small)))
        expect(relativeError(results[i]![name]!, values), forms[name as Form]).toBeLessThan(1e-5)
    },
  )
})
