import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot, evaluate, relativeError } from '../../test/evaluator/index.ts'
import { adjointError, closureError, convolutionOf, geometries } from '../../test/graph/conv-geometry.ts'
import { numbers, tensorData } from '../../test/graph/op-inputs.ts'
import { ShapeError } from '../errors.ts'
import { emit } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import type { TensorData } from '../runtime/session.ts'
import {
  conv,
  convTranspose,
  convWeight,
  geometryOf,
  grad,
  input,
  matmul,
  mul,
  reduceSum,
  rewrite,
  type Tensor,
} from './index.ts'

describe('conv and its adjoints', () => {
  it('⟨g, conv(x, w)⟩ = ⟨convTranspose(g, w), x⟩ = ⟨convWeight(x, g), w⟩ for any geometry', () => {
    fc.assert(
      fc.property(geometries, (drawn) => adjointError(drawn) < 1e-12),
      { seed: 1, numRuns: 300 },
    )
  })

  it('the three close under differentiation: the gradients of one form are those of the others', () => {
    fc.assert(
      fc.property(geometries, (drawn) => closureError(drawn) < 1e-12),
      { seed: 1, numRuns: 150 },
    )
  })

  it('in the runtime, forty convolutions of random geometry and their adjoints are what the definitions give', async () => {
    const outputs: Record<string, Tensor> = {}
    const feeds: Record<string, TensorData> = {}
    const expected: Record<string, Float64Array> = {}
    fc.sample(geometries, { seed: 2, numRuns: 40 }).forEach((drawn, i) => {
      const { y, dx, dw, feeds: values } = convolutionOf(drawn)
      const renamed = rewrite({ y, dx, dw }, ({ leaf, shape, dtype }) => {
        if (leaf?.kind !== 'input') return null
        feeds[`${i}:${leaf.name}`] = tensorData(values[leaf.name as 'x' | 'w' | 'g'], shape, dtype)
        return input(`${i}:${leaf.name}`, shape)
      })
      for (const [name, tensor] of Object.entries(renamed)) outputs[`${i}:${name}`] = tensor
      for (const [name, data] of Object.entries(evaluate({ y, dx, dw }, values)))
        expected[`${i}:${name}`] = data
    })
    const session = await createSession(emit(outputs, { name: 'convolutions' }), { threads: 1 })
    const results = await session.run(feeds).finally(session.close)
    expect(Object.keys(results)).toHaveLength(120)
    for (const [name, { data }] of Object.entries(results))
      expect(relativeError(Float64Array.from(data, Number), expected[name]!), name).toBeLessThan(1e-5)
  })

  it('input that the stride never reaches has gradient 0', () => {
    const x = input('x', [1, 1, 6, 5])
    const w = input('w', [1, 1, 3, 3])
    const [dx] = grad(reduceSum(conv(x, w, { strides: [2, 2] })), [x])
    const values = evaluate({ dx: dx! }, { w: new Float64Array(9).fill(1) }).dx
    // Rows 0–4 are read by two outputs at most; row 5 by none.
    expect(Array.from(values.slice(0, 5))).toEqual([1, 1, 2, 1, 1])
    expect(Array.from(values.slice(25))).toEqual([0, 0, 0, 0, 0])
  })

  it('works a 1×1 map, all padding but for its middle', () => {
    const x = input('x', [1, 1, 1, 1])
    const w = input('w', [1, 1, 3, 3])
    const y = conv(x, w, { pads: [1, 1, 1, 1] })
    const [dx, dw] = grad(reduceSum(y), [x, w]) as [Tensor, Tensor]
    const values = evaluate({ y, dx, dw }, { x: [2], w: [1, 2, 3, 4, 5, 6, 7, 8, 9] })
    expect(Array.from(values.y)).toEqual([10])
    expect(Array.from(values.dx)).toEqual([5])
    expect(Array.from(values.dw)).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0])
  })

  it.each([
    [
      () => conv(input('x', [1, 2, 4, 4]), input('w', [1, 3, 3, 3])),
      'conv: x [1,2,4,4] and w [1,3,3,3] do not fit',
    ],
    [
      () => conv(input('x', [2, 4, 4]), input('w', [1, 2, 3, 3])),
      'conv: x [2,4,4] and w [1,2,3,3] do not fit',
    ],
    [
      () => conv(input('x', [1, 2, 2, 4]), input('w', [1, 2, 3, 3])),
      'conv: x [1,2,2,4] is smaller than w [1,2,3,3]',
    ],
    [
      () => conv(input('x', [1, 2, 4, 4]), input('w', [1, 2, 3, 3]), { strides: [0, 1] }),
      'conv: strides and dilations must be at least 1, got [0,1] and [1,1]',
    ],
    [
      () => conv(input('x', [1, 2, 4, 4]), input('w', [1, 2, 3, 3]), { dilations: [1, 1.5] }),
      'conv: strides and dilations must be at least 1, got [1,1] and [1,1.5]',
    ],
    [
      () => conv(input('x', [1, 2, 4, 4]), input('w', [1, 2, 3, 3]), { pads: [1, 1, 1, -1] }),
      'conv: pads must be at least 0, got [1,1,1,-1]',
    ],
    [
      () => conv(input('x', [1, 1, 1, 1]), input('w', [1, 1, 1, 1]), { strides: [5, 5], pads: [1, 0, 1, 0] }),
      'conv: w [1,1,1,1] meets nothing of x [1,1,1,1] but its padding [1,0,1,0]',
    ],
    [
      () => conv(input('x', [1, 2, 4, 4]), input('w', [1, 2, 3, 3], 'int32')),
      'conv: dtypes differ, got float32 and int32',
    ],
    [
      () => conv(input('x', [1, 4, 4, 4]), input('w', [3, 2, 3, 3]), { group: 2 }),
      'conv: 2 groups do not part the channels of x [1,4,4,4] and w [3,2,3,3]',
    ],
    [
      () => conv(input('x', [1, 4, 4, 4]), input('w', [2, 4, 3, 3]), { group: 2 }),
      'conv: x [1,4,4,4] and w [2,4,3,3] do not fit',
    ],
    [
      () => conv(input('x', [1, 4, 4, 4]), input('w', [2, 4, 3, 3]), { group: 0 }),
      'conv: x [1,4,4,4] and w [2,4,3,3] do not fit',
    ],
    [
      () => convWeight(input('x', [1, 3, 5, 5]), input('g', [1, 2, 3, 3]), { kernel: [3, 3], group: 2 }),
      'convWeight: 2 groups do not part the channels of x [1,3,5,5] and w [2,1.5,3,3]',
    ],
    [
      () => convTranspose(input('g', [1, 2, 4, 4]), input('w', [3, 2, 3, 3]), { size: [6, 6] }),
      'convTranspose: g [1,2,4,4] and w [3,2,3,3] do not fit',
    ],
    [
      () => convTranspose(input('g', [1, 2, 4, 4]), input('w', [2, 2, 3, 3]), { size: [6, 7] }),
      'convTranspose: g [1,2,4,4] does not come of x [1,2,6,7] and w [2,2,3,3]',
    ],
    [
      () =>
        convTranspose(input('g', [1, 2, 4, 4]), input('w', [2, 2, 3, 3]), {
          dilations: [2, 2],
          size: [8, 9],
        }),
      'convTranspose: g [1,2,4,4] does not come of x [1,2,8,9] and w [2,2,3,3]',
    ],
    [
      () => convWeight(input('x', [1, 2, 5, 5]), input('g', [1, 3, 3, 3]), { kernel: [2, 3] }),
      'convWeight: g [1,3,3,3] does not come of x [1,2,5,5] and w [3,2,2,3]',
    ],
    [
      () => convWeight(input('x', [2, 2, 5, 5]), input('g', [1, 3, 3, 3]), { kernel: [3, 3] }),
      'convWeight: x [2,2,5,5] and g [1,3,3,3] do not fit',
    ],
  ])('refuses what does not fit: %#', (build, message) => {
    expect(build).toThrow(new ShapeError(message))
  })
})

describe('matmul', () => {
  it('⟨g, ab⟩ = ⟨g bᵀ, a⟩ = ⟨aᵀ g, b⟩ for any batches that broadcast', () => {
    const shapes = fc
      .record({
        batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
        ones: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
        dropA: fc.nat(2),
        dropB: fc.nat(2),
        m: fc.integer({ min: 1, max: 3 }),
        k: fc.integer({ min: 1, max: 4 }),
        n: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ batch, ones, dropA, dropB, m, k, n }) => ({
        a: [...batch.map((size, i) => (ones[i] ? 1 : size)).slice(dropA), m, k],
        b: [...batch.map((size, i) => (ones[2 + i] ? 1 : size)).slice(dropB), k, n],
      }))
    fc.assert(
      fc.property(shapes, (drawn) => {
        const a = input('a', drawn.a)
        const b = input('b', drawn.b)
        const y = matmul(a, b)
        const g = input('g', y.shape)
        const feeds = { a: numbers(a.shape, 1), b: numbers(b.shape, 2), g: numbers(g.shape, 3) }
        const [da, db] = grad(reduceSum(mul(y, g)), [a, b]) as [Tensor, Tensor]
        expect(da.shape).toEqual(a.shape)
        expect(db.shape).toEqual(b.shape)
        const values = evaluate({ y, da, db }, feeds)
        expect(dot(values.da, feeds.a)).toBeCloseTo(dot(feeds.g, values.y), 10)
        expect(dot(values.db, feeds.b)).toBeCloseTo(dot(feeds.g, values.y), 10)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it.each([
    [() => matmul(input('a', [2, 3]), input('b', [2, 3])), 'matmul: shapes [2,3] and [2,3] do not fit'],
    [() => matmul(input('a', [3]), input('b', [3, 2])), 'matmul: shapes [3] and [3,2] do not fit'],
    [() => matmul(input('a', [2, 2, 3]), input('b', [3, 3, 2])), 'broadcast: shapes [2] and [3] do not fit'],
    [
      () => matmul(input('a', [2, 3]), input('b', [3, 2], 'int32')),
      'matmul: dtypes differ, got float32 and int32',
    ],
    [
      () => matmul(input('a', [2, 3], 'uint8'), input('b', [3, 2], 'uint8')),
      'matmul: dtype must be float32 or int32 or int64, got uint8',
    ],
  ])('refuses what does not fit: %#', (build, message) => {
    expect(build).toThrow(new ShapeError(message))
  })
})

describe('geometryOf(node)', () => {
  const [x, w] = [input('x', [1, 4, 9, 9]), input('w', [4, 1, 3, 3])]

  it('is how a convolution and its adjoint in x walk, one group where nothing was said', () => {
    const walk = { strides: [2, 1], dilations: [1, 2], pads: [1, 0, 2, 1], group: 4 } as const
    const y = conv(x, w, walk)
    expect(geometryOf(y)).toEqual(walk)
    expect(geometryOf(convTranspose(y, w, { ...walk, size: [9, 9] }))).toEqual(walk)
    expect(geometryOf(conv(x, input('w', [2, 4, 3, 3])))).toEqual({
      ...{ strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 },
    })
  })

  it('refuses a node that is none', () => {
    expect(() => geometryOf(x)).toThrow(new ShapeError('geometry: expected a convolution, got a leaf'))
  })
})
