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
import { elementCount, topologicalOrder } from '../graph/index.ts'
import type { TileSize } from './winograd.ts'

const forms = { y: 'the convolution', dx: 'its adjoint in x', dw: 'its adjoint in w' } as const
type Form = keyof typeof forms

/** What the plain operators give by their definitions. */
const plain = (small: Small): Record<Form, Float64Array> => {
  const { y, dx, dw, feeds } = plainConvolution(small, 1)
  return evaluate({ y, dx, dw }, feeds)
}

describe.each([2, 4] satisfies TileSize[])('F(%i×%i, 3×3)', (m) => {
  it.each(smallConvolutions.map((small) => [nameOf(small), small] as const))(
    'is the plain convolution but for rounding: %s',
    (_, small) => {
      const { outputs, feeds } = loweredConvolution(small, m)
      const lowered = evaluate(outputs, feeds)
      for (const [name, values] of Object.entries(plain(small)))
        expect(relativeError(lowered[name]!, values), forms[name as Form]).toBeLessThan(1e-13)
    },
  )

  it('is the plain convolution for any size, channels and batch', () => {
    const side = fc.integer({ min: 1, max: 11 })
    const channels = fc.integer({ min: 1, max: 4 })
    const smalls = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: fc.tuple(channels, channels),
      size: fc.tuple(side, side),
    })
    fc.assert(
      fc.property(smalls, (small) => {
        const { outputs, feeds } = loweredConvolution(small, m)
        const lowered = evaluate(outputs, feeds)
        return Object.entries(plain(small)).every(
          ([name, values]) => relativeError(lowered[name]!, values) < 1e-12,
        )
      }),
      { seed: 1, numRuns: 40 },
    )
  })
})

describe('in the runtime', () => {
  // Float32 loses more in the larger tiles, whose transforms hold larger numbers.
  const tolerance: Record<TileSize, number> = { 2: 1e-5, 4: 1e-4 }
  const cases = ([2, 4] satisfies TileSize[]).flatMap((m) => smallConvolutions.map((small) => ({ m, small })))
  let results: Record<string, Float64Array>[] = []
  beforeAll(async () => {
    results = await runCases(cases.map(({ m, small }) => loweredConvolution(small, m)))
  })

  it.each(cases.map(({ m, small }, i) => [m, m, nameOf(small), small, i] as const))(
    'F(%i×%i, 3×3) is the plain convolution and its adjoints: %s',
    (m, _, __, small, i) => {
      for (const [name, values] of Object.entries(plain(small)))
        expect(relativeError(results[i]![name]!, values), forms[name as Form]).toBeLessThan(tolerance[m])
    },
  )
})

it('the arithmetic is that of the algorithm: (m + 2)² products a tile where the definition has 9 m²', () => {
  const small: Small = { batch: 2, channels: [8, 16], size: [12, 8] }
  for (const m of [2, 4] satisfies TileSize[]) {
    const { outputs } = loweredConvolution(small, m)
    const product = topologicalOrder([outputs.y!]).find(
      ({ op, inputs }) => op?.type === 'MatMul' && inputs.every(({ shape }) => shape.length === 3),
    )!
    const tiles = (2 * 12 * 8) / m ** 2
    expect(product.shape).toEqual([(m + 2) ** 2, tiles, 16])
    expect(elementCount(product.shape) * 8).toBe((m + 2) ** 2 * tiles * 8 * 16)
  }
})
