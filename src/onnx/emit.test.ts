import { afterEach, describe, expect, it, vi } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers, tensorData } from '../../test/graph/op-inputs.ts'
import { ShapeError } from '../errors.ts'
import {
  add,
  apply,
  cast,
  constant,
  conv,
  type Dtype,
  div,
  exp,
  expand,
  grad,
  input,
  matmul,
  mul,
  neg,
  type Op,
  parameter,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  scheduled,
  sqrt,
  square,
  type Tensor,
  transpose,
} from '../graph/index.ts'
import { createSession } from '../runtime/node.ts'
import type { TensorData } from '../runtime/session.ts'
import { anyBatch, decodeModel, type EmitOptions, emit } from './index.ts'

const init = (): Float32Array => new Float32Array()

/** Emits, loads and runs a graph. */
async function run(
  outputs: Record<string, Tensor>,
  feeds: Record<string, TensorData> = {},
  options: Partial<EmitOptions> = {},
): Promise<Record<string, TensorData>> {
  const session = await createSession(emit(outputs, { name: 'test', ...options }), { threads: 1 })
  return session.run(feeds).finally(session.close)
}

const nodeTypes = (outputs: Record<string, Tensor>): string[] =>
  decodeModel(emit(outputs, { name: 'test' })).graph.node.map((node) => node.opType)

describe('equal subgraphs', () => {
  const x = input('x', [2])

  it('are written once, however they were built', () => {
    const y = add(mul(exp(x), 2), mul(exp(x), 2))
    expect(nodeTypes({ y })).toEqual(['Exp', 'Mul', 'Add'])
  })

  it('that differ in an attribute or a constant are written apart', () => {
    const y = add(cast(x, 'int32'), cast(cast(x, 'int64'), 'int32'))
    expect(nodeTypes({ y })).toEqual(['Cast', 'Cast', 'Cast', 'Add'])
    expect(nodeTypes({ y: add(mul(x, 2), mul(x, 3)) })).toEqual(['Mul', 'Mul', 'Add'])
  })

  it('equal constants are stored once, those of another shape or dtype apart', () => {
    const y = add(add(add(x, 1), constant([1], [1])), cast(constant([1], [], 'int32'), 'float32'))
    const { initializer } = decodeModel(emit({ y: add(y, 1) }, { name: 'test' })).graph
    expect(initializer.map(({ dims, dataType }) => ({ dims, dataType }))).toEqual([
      { dims: [], dataType: 1 },
      { dims: [1], dataType: 1 },
      { dims: [], dataType: 6 },
    ])
  })
})

describe('names', () => {
  const x = input('x', [2])

  it('two leaves with one name are refused', () => {
    expect(() => emit({ y: add(x, input('x', [2])) }, { name: 'test' })).toThrow(
      new ShapeError('emit: two leaves are named x'),
    )
    expect(() => emit({ y: add(x, parameter('x', [2], { init })) }, { name: 'test' })).toThrow(
      new ShapeError('emit: two leaves are named x'),
    )
  })

  it('a leaf and an output with one name are refused', () => {
    expect(() => emit({ x: neg(x) }, { name: 'test' })).toThrow(
      new ShapeError('emit: a leaf and an output are named x'),
    )
  })

  it('leaves and outputs may be called what emit would call its own', async () => {
    const t0 = input('t0', [2])
    const c0 = input('c0', [2])
    const results = await run(
      { t1: exp(add(t0, mul(c0, 3))) },
      { t0: tensorData([1, 2], [2], 'float32'), c0: tensorData([0, -1], [2], 'float32') },
    )
    expect(relativeError(results.t1!.data as Float32Array, [Math.exp(1), Math.exp(-1)])).toBeLessThan(1e-6)
  })

  it('inputs stand in the order of the graph; parameters with values are stored, others are inputs', () => {
    const y = mul(
      scheduled('rate', () => 1),
      add(matmul(input('x2', [1, 2]), parameter('w', [2, 2], { init })), parameter('b', [2], { init })),
    )
    const { graph } = decodeModel(emit({ y }, { name: 'test', values: new Map([['w', [1, 2, 3, 4]]]) }))
    expect(graph.input.map(({ name }) => name)).toEqual(['rate', 'x2', 'b'])
    expect(graph.initializer.map(({ name }) => name)).toEqual(['w'])
  })

  it('a value that does not fill its parameter is refused', () => {
    expect(() =>
      emit({ y: parameter('w', [2, 2], { init }) }, { name: 'test', values: new Map([['w', [1, 2, 3]]]) }),
    ).toThrow(new ShapeError('emit: parameter w [2,2] needs 4 values, got 3'))
  })
})

describe('outputs', () => {
  it('may be leaves, and one tensor may be several outputs', async () => {
    const x = input('x', [2])
    const w = parameter('w', [2], { init })
    const y = add(x, w)
    const results = await run(
      { sameAsX: x, sameAsW: w, three: constant([3], []), y, again: y },
      { x: tensorData([1, 2], [2], 'float32') },
      { values: new Map([['w', [10, 20]]]) },
    )
    expect(
      Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)])),
    ).toEqual({
      sameAsX: [1, 2],
      sameAsW: [10, 20],
      three: [3],
      y: [11, 22],
      again: [11, 22],
    })
  })

  it('constants of each dtype arrive as they are', async () => {
    const values: Record<Dtype, number[]> = {
      float32: [0.5, -1.25, 3e38],
      int32: [-(2 ** 31), 0, 2 ** 31 - 1],
      int64: [-(2 ** 53) + 1, 0, 2 ** 53 - 1],
      uint8: [0, 128, 255],
      bool: [0, 1, 1],
    }
    const results = await run(
      Object.fromEntries(
        (Object.keys(values) as Dtype[]).map((dtype) => [dtype, constant(values[dtype], [3], dtype)]),
      ),
    )
    for (const [dtype, expected] of Object.entries(values)) {
      expect(results[dtype]!.type).toBe(dtype)
      expect(Array.from(results[dtype]!.data, Number)).toEqual(
        expected.map((v) => (dtype === 'float32' ? Math.fround(v) : v)),
      )
    }
  })
})

describe('attributes', () => {
  const custom = (type: string, attributes: Op['attributes']): Op<[Tensor]> => ({
    type,
    attributes: attributes!,
    infer: (x) => ({ shape: x.shape, dtype: x.dtype }),
    vjp: null,
  })

  it('may be integers of either sign, lists, real numbers and strings', () => {
    const op = custom('Anything', { axis: -1, perm: [1, -2], alpha: 0.25, mode: 'linear' })
    const { node } = decodeModel(emit({ y: apply(op, input('x', [2])) }, { name: 'test' })).graph
    const [axis, perm, alpha, mode] = node[0]!.attribute
    expect(axis).toMatchObject({ name: 'axis', type: 2, i: -1 })
    expect(perm).toMatchObject({ name: 'perm', type: 7, ints: [1, -2] })
    expect(alpha).toMatchObject({ name: 'alpha', type: 1, f: 0.25 })
    expect(mode).toMatchObject({ name: 'mode', type: 3, s: new TextEncoder().encode('linear') })
  })

  it('reach the runtime', async () => {
    const y = apply(custom('LeakyRelu', { alpha: 0.25 }), input('x', [2]))
    const results = await run({ y }, { x: tensorData([-2, 2], [2], 'float32') })
    expect(Array.from(results.y!.data, Number)).toEqual([-0.5, 2])
  })

  it('operators of another domain declare it', () => {
    const op: Op<[Tensor]> = { ...custom('Gelu', {}), domain: 'com.microsoft' }
    const { opsetImport, graph } = decodeModel(emit({ y: apply(op, input('x', [2])) }, { name: 'test' }))
    expect(opsetImport).toEqual([
      { domain: '', version: 18 },
      { domain: 'com.microsoft', version: 1 },
    ])
    expect(graph.node[0]!.domain).toBe('com.microsoft')
  })
})

it('metadata survives, in order', () => {
  const metadata = { licence: 'CC0', 'input.height': '112', note: 'ψ(θ) = cos 4θ' }
  const { metadataProps } = decodeModel(emit({ y: input('x', [1]) }, { name: 'test', metadata }))
  expect(Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))).toEqual(metadata)
})

describe('anyBatch', () => {
  const shapes = { w: [3, 2, 3, 3], slope: [3, 1, 1], v: [5, 27] } as const
  const values = new Map(Object.entries(shapes).map(([name, shape], seed) => [name, numbers(shape, seed)]))

  /** A small network: image [n, 6, 6, 2] -> unit rows [n, 5]. */
  function network(n: number): Record<string, Tensor> {
    const leaf = (name: keyof typeof shapes): Tensor => parameter(name, shapes[name], { init })
    const image = input('image', [n, 6, 6, 2], 'uint8')
    const x = transpose(mul(cast(image, 'float32'), 1 / 128), [0, 3, 1, 2])
    const h = conv(x, leaf('w'), { strides: [2, 2], pads: [1, 1, 1, 1] })
    const feature = matmul(reshape(add(relu(h), mul(leaf('slope'), h)), [n, 27]), transpose(leaf('v')))
    const length = sqrt(reduceSum(square(feature), [1], { keepdims: true }))
    return { feature, embedding: div(feature, length) }
  }

  it('a model takes any number of images, and gives what a model of that size gives', async () => {
    const bytes = emit(network(anyBatch), { name: 'free', values })
    const session = await createSession(bytes, { threads: 1 })
    expect(session.inputs).toEqual([{ name: 'image', type: 'uint8', shape: ['N', 6, 6, 2] }])
    expect(session.outputs.map(({ shape }) => shape)).toEqual([
      ['N', 5],
      ['N', 5],
    ])
    for (const n of [1, 3, 7]) {
      const image = Uint8Array.from({ length: n * 72 }, (_, i) => (i * 37) % 256)
      const results = await session.run({ image: tensorData(image, [n, 6, 6, 2], 'uint8') })
      const expected = evaluate(network(n), { image, ...Object.fromEntries(values) })
      for (const name of ['feature', 'embedding']) {
        expect(results[name]!.shape).toEqual([n, 5])
        expect(relativeError(results[name]!.data as Float32Array, expected[name]!)).toBeLessThan(1e-5)
      }
    }
    await session.close()
  })

  it('is named N wherever it is an axis of an output, and left to a reshape that merges it', () => {
    const x = input('x', [anyBatch, 2, 3])
    const outputs = { turned: transpose(x, [1, 0, 2]), rows: reshape(x, [2 * anyBatch, 3]) }
    const { graph } = decodeModel(
      emit({ ...outputs, back: reshape(outputs.rows, [anyBatch, 6]) }, { name: 'free' }),
    )
    const dims = graph.output.map(({ type }) =>
      type.tensorType.shape!.dim.map((d) => d.dimParam || d.dimValue || null),
    )
    expect(dims).toEqual([
      [2, 'N', 3],
      [null, 3],
      ['N', 6],
    ])
  })

  it('refuses an operator that would write the size of the batch into the file', () => {
    expect(() => emit({ y: expand(input('x', [1, 2]), [anyBatch, 2]) }, { name: 'free' })).toThrow(
      new ShapeError('emit: Expand cannot leave the batch free'),
    )
  })
})

describe('without Node', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('emit needs no Buffer of its own', () => {
    const x = input('x', [2, 3])
    const loss = reduceMean(square(mul(x, constant([1, 2, 3], [3]))))
    const build = (): Uint8Array => emit({ loss, dx: grad(loss, [x])[0]! }, { name: 'test' })
    const expected = build()
    vi.stubGlobal('Buffer', undefined)
    const bare = build()
    vi.unstubAllGlobals()
    expect(bare).toEqual(expected)
  })
})
