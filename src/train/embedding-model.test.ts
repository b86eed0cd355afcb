import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { side, toyBackbone, toyPictures } from '../../test/train/toy.ts'
import {
  add,
  elementCount,
  input,
  mul,
  parameter,
  reshape,
  slice,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { hash32 } from '../math/hash.ts'
import { rng } from '../math/rng.ts'
import { batchNorm, convolution, dropout, fullyConnected, gaussian, prelu } from '../nn/index.ts'
import { decodeModel } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import type { Session } from '../runtime/session.ts'
import { type Backbone, embeddingModel } from './index.ts'

const D = 8
const { pixels } = toyPictures()
const bytesEach = side * side * 3
/** Three pictures that are not their own mirror images. */
const images = pixels.subarray(0, 3 * bytesEach)

const toyParameters = topologicalOrder([toyBackbone(input('pixels', [1, 3, side, side]))]).flatMap(
  ({ leaf, shape }) => (leaf?.kind === 'parameter' ? [{ ...leaf, shape }] : []),
)
const values = new Map(
  toyParameters.map(({ name, shape, init }) => [name, init(rng(2, hash32(name)), shape)] as const),
)

/** Bytes to numbers, channels first, as the recipe says: (v − 127.5) / 128; mirrored left to right where asked. */
function preprocessed(image: Uint8Array, mirrored: boolean): Float64Array {
  const out = new Float64Array(bytesEach)
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        out[(c * side + y) * side + x] =
          (image[(y * side + (mirrored ? side - 1 - x : x)) * 3 + c]! - 127.5) / 128
  return out
}

/** Features of each picture, D numbers, in float64 on the evaluator. */
function features(mirrored: boolean): number[][] {
  const network = toyBackbone(input('pixels', [1, 3, side, side]))
  return [0, 1, 2].map((i) => {
    const image = images.subarray(i * bytesEach, (i + 1) * bytesEach)
    const feeds = { ...Object.fromEntries(values), pixels: preprocessed(image, mirrored) }
    return [...evaluate({ network }, feeds).network]
  })
}
const plain = features(false)
const mirror = features(true)

const expected = {
  none: plain,
  sum: plain.map((row, i) => row.map((v, k) => v + mirror[i]![k]!)),
  concat: plain.map((row, i) => [...row, ...mirror[i]!]),
} as const

const forms = (['none', 'sum', 'concat'] as const).flatMap((flip) =>
  (['cpu', 'plain'] as const).map((lowering) => [flip, lowering] as const),
)

describe.each(forms)('the model file with flip %s, lowering %s', (flip, lowering) => {
  let session: Session
  beforeAll(async () => {
    session = await createSession(
      embeddingModel({ backbone: toyBackbone, height: side, width: side, values, flip, lowering }),
      { threads: 1 },
    )
  })
  afterAll(() => session.close())
  const run = (image: Uint8Array) =>
    session.run({
      image: { type: 'uint8', shape: [image.length / bytesEach, side, side, 3], data: image },
    })

  it('gives features and unit embeddings of bytes as a literal computation does', async () => {
    const { embedding, feature } = await run(images)
    const rows = expected[flip]
    expect(feature!.shape).toEqual([3, flip === 'concat' ? 2 * D : D])
    expect(relativeError(feature!.data as Float32Array, rows.flat())).toBeLessThan(1e-5)
    const units = rows.flatMap((row) => row.map((v) => v / Math.hypot(...row)))
    expect(relativeError(embedding!.data as Float32Array, units)).toBeLessThan(1e-5)
  })

  it('takes any number of pictures, and each for itself', async () => {
    const together = (await run(images)).embedding!.data as Float32Array
    for (const count of [1, 2]) {
      const some = (await run(images.slice(0, count * bytesEach))).embedding!
      expect(some.shape[0]).toBe(count)
      expect(relativeError(some.data as Float32Array, together.subarray(0, some.data.length))).toBeLessThan(
        1e-6,
      )
    }
  })

  it('says of itself: image uint8 [N, H, W, 3], embedding and feature [N, D]', () => {
    const length = flip === 'concat' ? 2 * D : D
    expect(session.inputs).toMatchObject([{ name: 'image', type: 'uint8', shape: ['N', side, side, 3] }])
    expect(session.outputs).toMatchObject([
      { name: 'embedding', type: 'float32', shape: ['N', length] },
      { name: 'feature', type: 'float32', shape: ['N', length] },
    ])
  })
})

describe('embeddingModel(options)', () => {
  const usual = { backbone: toyBackbone, height: side, width: side, values }

  it('carries its metadata, stores every parameter once, and needs no operator but the standard ones', () => {
    const { graph, metadataProps, opsetImport } = decodeModel(
      embeddingModel({ ...usual, flip: 'concat', metadata: { 'steradian.seed': '0', licence: 'MIT' } }),
    )
    expect(metadataProps).toEqual([
      { key: 'steradian.seed', value: '0' },
      { key: 'licence', value: 'MIT' },
    ])
    expect(opsetImport).toEqual([{ domain: '', version: 18 }])
    const stored = graph.initializer.filter(({ name }) => values.has(name))
    expect(stored.map(({ name }) => name).sort()).toEqual([...values.keys()].sort())
    for (const { name, rawData } of stored)
      expect(new Float32Array(rawData.slice().buffer)).toEqual(values.get(name))
  })

  it('holds plain convolutions where it was asked to, and none otherwise', () => {
    const convolutions = (lowering: 'cpu' | 'plain') =>
      decodeModel(embeddingModel({ ...usual, lowering })).graph.node.filter(({ opType }) => opType === 'Conv')
        .length
    expect(convolutions('plain')).toBeGreaterThan(0)
    expect(convolutions('cpu')).toBe(0)
  })

  it('gives the same bytes for the same parameters', () => {
    expect(embeddingModel(usual)).toEqual(embeddingModel({ ...usual, values: new Map(values) }))
  })

  it.each(['cpu', 'plain'] as const)(
    'has batch normalisation folded in and no dropout, and gives what the network does: lowering %s',
    async (lowering) => {
      const init = gaussian(0.3)
      const backbone: Backbone = (pixels, mode) => {
        let y = batchNorm(convolution(pixels, 'a', { out: 8, bias: false, init }), 'a.norm', mode)
        const z = convolution(batchNorm(prelu(y, 'a'), 'b.norm', mode), 'b', { out: 8, bias: false, init })
        y = add(y, batchNorm(convolution(z, 'c', { out: 8, group: 8, init }), 'c.norm', mode))
        y = dropout(batchNorm(y, 'd.norm', mode), 'drop', { rate: 0.5, ...mode })
        const row = reshape(y, [y.shape[0]!, 8 * side * side])
        return batchNorm(fullyConnected(row, 'e', { out: D, init }), 'e.norm', mode)
      }
      const network = backbone(input('pixels', [1, 3, side, side]))
      const given = new Map(
        topologicalOrder([network]).flatMap(({ leaf, shape }) => {
          if (leaf?.kind !== 'parameter' && leaf?.kind !== 'kept') return []
          const drawn = gaussian(1)(rng(3, hash32(leaf.name)), shape)
          return [
            [leaf.name, leaf.name.endsWith('variance') ? drawn.map((v) => v * v + 0.1) : drawn] as const,
          ]
        }),
      )
      const model = embeddingModel({ ...usual, backbone, values: given, lowering })
      const names = decodeModel(model).graph.initializer.map(({ name }) => name)
      expect(names.filter((name) => given.has(name))).toEqual(['a.slope'])
      const session = await createSession(model, { threads: 1 })
      const { feature } = await session
        .run({ image: { type: 'uint8', shape: [3, side, side, 3], data: images } })
        .finally(session.close)
      const expected = [0, 1, 2].flatMap((i) => {
        const pixels = preprocessed(images.subarray(i * bytesEach, (i + 1) * bytesEach), false)
        return [...evaluate({ network }, { ...Object.fromEntries(given), pixels }).network]
      })
      expect(relativeError(feature!.data as Float32Array, expected)).toBeLessThan(1e-5)
    },
  )

  it('of a feature of length 0 gives an embedding of zeros, not of NaN', async () => {
    const first = (x: Tensor): Tensor => reshape(slice(x, 2, { end: 1 }), [x.shape[0]!, 3 * side])
    const backbone = (x: Tensor): Tensor =>
      mul(first(x), parameter('zero', [1], { init: () => Float32Array.of(0) }))
    const session = await createSession(
      embeddingModel({ ...usual, backbone, values: new Map([['zero', Float32Array.of(0)]]), flip: 'sum' }),
      { threads: 1 },
    )
    const { embedding } = await session
      .run({ image: { type: 'uint8', shape: [3, side, side, 3], data: images } })
      .finally(session.close)
    expect(embedding!.data).toHaveLength(3 * elementCount([3, side]))
    expect([...(embedding!.data as Float32Array)].every((v) => v === 0)).toBe(true)
  })

  it('works where D is 2, as the size that stands for any number of pictures', async () => {
    const two = (x: Tensor): Tensor => slice(reshape(x, [x.shape[0]!, bytesEach]), 1, { end: 2 })
    const session = await createSession(embeddingModel({ ...usual, backbone: two, values: new Map() }), {
      threads: 1,
    })
    expect(session.outputs.map(({ shape }) => shape)).toEqual([
      ['N', 2],
      ['N', 2],
    ])
    const { feature } = await session
      .run({ image: { type: 'uint8', shape: [3, side, side, 3], data: images } })
      .finally(session.close)
    expect(feature!.shape).toEqual([3, 2])
  })
})
