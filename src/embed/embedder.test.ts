import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changed, halvesModel, ourModel, ourSize, weightsBeside } from '../../test/embed/models.ts'
import { DataError, ShapeError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import type { ModelProto } from '../onnx/index.ts'
import { createSession } from '../runtime/index.ts'
import { embedder } from './embedder.ts'
import { readOnnxFile } from './onnx-file.ts'
import { type OpenModelOptions, openModel } from './open-model.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedder-'))
})
afterAll(() => rm(folder, { recursive: true }))

const halfSize = { height: 8, width: 6 }

/** Random images uint8 [N, H, W, 3]. */
function pictures(
  count: number,
  { height, width }: { height: number; width: number } = halfSize,
): Uint8Array {
  const random = rng(7)
  return Uint8Array.from({ length: count * height * width * 3 }, () => Math.floor(256 * random.uniform()))
}

/** What `halvesModel` gives for image `n`, worked out pixel by pixel. */
function halves(
  pixels: Uint8Array,
  n: number,
  { mean = 127.5, scale = 128, channels = 'rgb', mirrored = false } = {},
): number[] {
  const { height, width } = halfSize
  const sums = new Array<number>(6).fill(0)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const value = pixels[((n * height + y) * width + x) * 3 + (channels === 'rgb' ? c : 2 - c)]!
        const half = x < width / 2 !== mirrored ? 0 : 3
        sums[half + c]! += (value - mean) / scale / ((height * width) / 2)
      }
  return sums
}

const rows = ({ data, rows: count, columns }: Matrix): number[][] =>
  Array.from({ length: count }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)])

function expectRows(got: Matrix | undefined, expected: readonly (readonly number[])[]): void {
  expect(got && [got.rows, got.columns]).toEqual([expected.length, expected[0]!.length])
  for (const [i, row] of rows(got!).entries())
    for (const [k, value] of row.entries()) expect(value).toBeCloseTo(expected[i]![k]!, 4)
}

const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row))

async function embedWith(model: Uint8Array, pixels: Uint8Array, options: OpenModelOptions = {}) {
  const opened = await openModel(model, { name: 'm.onnx', threads: 1, ...options })
  try {
    return await opened.embed(pixels)
  } finally {
    await opened.close()
  }
}

/** One more node at the end of a graph: it takes the last one's place as the output. */
function append(graph: ModelProto['graph'], opType: string, operands: readonly string[]): void {
  const last = graph.node.at(-1)!
  const [output] = last.output
  last.output = ['before']
  graph.node.push({ name: 'last', opType, input: ['before', ...operands], output: [output!], attribute: [] })
}

describe("anybody's model", () => {
  test.each([
    ['nchw', 'rgb'],
    ['nchw', 'bgr'],
    ['nhwc', 'rgb'],
    ['nhwc', 'bgr'],
  ] as const)(
    'with layout %s and channels %s gets each pixel where it belongs, scaled',
    async (layout, channels) => {
      const pixels = pictures(3)
      const options = { channels, mean: [100], scale: [50], flip: 'none' } as const
      const { feature, mirrored, embedding } = await embedWith(halvesModel({ layout }), pixels, options)
      const expected = [0, 1, 2].map((n) => halves(pixels, n, { mean: 100, scale: 50, channels }))
      expectRows(feature, expected)
      expectRows(embedding, expected.map(unit))
      expect(mirrored).toBeUndefined()
    },
  )

  test('with three means and scales uses them in the order of its own channels', async () => {
    const pixels = pictures(1)
    const options = { channels: 'bgr', mean: [10, 20, 30], scale: [1, 2, 4], flip: 'none' } as const
    const { feature } = await embedWith(halvesModel(), pixels, options)
    const plain = halves(pixels, 0, { mean: 0, scale: 1, channels: 'bgr' })
    expectRows(feature, [plain.map((value, i) => (value - [10, 20, 30][i % 3]!) / [1, 2, 4][i % 3]!)])
  })

  test('that takes bytes gets them as they are', async () => {
    const pixels = pictures(2)
    for (const layout of ['nchw', 'nhwc'] as const) {
      const { feature } = await embedWith(halvesModel({ layout, type: 'uint8' }), pixels, { flip: 'none' })
      expectRows(
        feature,
        [0, 1].map((n) => halves(pixels, n, { mean: 0, scale: 1 })),
      )
    }
  })

  test('that scales its pixels itself is not scaled twice', async () => {
    const pixels = pictures(1)
    const { feature } = await embedWith(halvesModel({ centred: true }), pixels)
    expectRows(feature, [halves(pixels, 0, { mean: 100, scale: 1 })])
  })

  test.each(['concat', 'sum', 'none'] as const)(
    'with flip %s is run on image and mirror image, and both features are kept',
    async (flip) => {
      const pixels = pictures(2)
      const before = pixels.slice()
      const { embedding, feature, mirrored } = await embedWith(halvesModel(), pixels, { flip })
      const [f, g] = [false, true].map((isMirrored) =>
        [0, 1].map((n) => halves(pixels, n, { mirrored: isMirrored })),
      )
      expectRows(feature, f!)
      if (flip === 'none') expect(mirrored).toBeUndefined()
      else expectRows(mirrored, g!)
      const fused = {
        concat: (i: number) => [...f![i]!, ...g![i]!],
        sum: (i: number) => f![i]!.map((value, k) => value + g![i]![k]!),
        none: (i: number) => f![i]!,
      }[flip]
      expectRows(embedding, [unit(fused(0)), unit(fused(1))])
      expect(pixels).toEqual(before)
    },
  )

  test.each([1, 2, 4])('of fixed batch %i is run in chunks, and the last is filled up', async (batch) => {
    const pixels = pictures(5)
    const { feature, mirrored } = await embedWith(halvesModel({ batch }), pixels)
    expectRows(
      feature,
      [0, 1, 2, 3, 4].map((n) => halves(pixels, n)),
    )
    expectRows(
      mirrored,
      [0, 1, 2, 3, 4].map((n) => halves(pixels, n, { mirrored: true })),
    )
  })

  test('whose output is not of the declared shape is refused when it comes, in one line', async () => {
    // Declared [N, 7], computed [N, 6].
    const liar = changed(halvesModel(), ({ graph }) => {
      graph.output[0]!.type.tensorType.shape!.dim = [{ dimParam: 'N' }, { dimParam: 'D' }]
      append(graph, 'Transpose', [])
    })
    await expect(embedWith(liar, pictures(2), { flip: 'none' })).rejects.toThrow(
      new DataError('m.onnx: expected output [2, D], got [6, 2]'),
    )
  })

  test('that can only run on one image though it promises more says what may help', async () => {
    const one = changed(halvesModel({ batch: 1 }), (model) => {
      const { graph } = model
      graph.input[0]!.type.tensorType.shape!.dim[0] = { dimParam: 'N' }
      graph.output[0]!.type.tensorType.shape!.dim[0] = { dimParam: 'N' }
      // A reshape to one row, as careless exports hold it.
      append(graph, 'Reshape', ['one row'])
      graph.initializer.push({
        name: 'one row',
        dims: [2],
        dataType: 7,
        rawData: new Uint8Array(new BigInt64Array([1n, 6n]).buffer),
      })
    })
    await expect(embedWith(one, pictures(2))).rejects.toThrow(
      /^m\.onnx: cannot run on 2 images, --batch 1 may help: [^\n]+$/,
    )
    const { feature } = await embedWith(one, pictures(1), { flip: 'none' })
    expectRows(feature, [halves(pictures(1), 0)])
  })
})

describe('a model of ours', () => {
  test('gives the embedding and feature of its own outputs', async () => {
    const bytes = ourModel()
    const pixels = pictures(2, ourSize)
    const session = await createSession(bytes, { threads: 1 })
    const direct = await session.run({
      image: { type: 'uint8', shape: [2, ourSize.height, ourSize.width, 3], data: pixels },
    })
    const { embed, close } = embedder(session, readOnnxFile(bytes), { flip: 'none' })
    const { embedding, feature } = await embed(pixels)
    await close()
    expect(feature.data).toEqual(direct.feature!.data)
    const own = { data: direct.embedding!.data as Float32Array, rows: 2, columns: 16 }
    expectRows(embedding, rows(own))
  })

  test.each(['concat', 'sum'] as const)(
    'fuses by %s inside the file as the embedder does outside',
    async (flip) => {
      const pixels = pictures(2, ourSize)
      const inside = await embedWith(ourModel({ flip }), pixels)
      const outside = await embedWith(ourModel(), pixels, { flip })
      expect(inside.mirrored).toBeUndefined()
      expectRows(inside.embedding, rows(outside.embedding))
      expect(outside.feature.columns).toBe(16)
      expect(inside.feature.columns).toBe(flip === 'concat' ? 32 : 16)
    },
  )
})

describe('openModel', () => {
  test('opens a path as it opens bytes, and tells the SHA-256 of the file', async () => {
    const path = join(folder, 'halves.onnx')
    const bytes = halvesModel()
    await writeFile(path, bytes)
    const pixels = pictures(2)
    const model = await openModel(path, { threads: 1 })
    const { embedding } = await model.embed(pixels)
    await model.close()
    expect(embedding).toEqual((await embedWith(bytes, pixels)).embedding)
    expect(model.description.name).toBe(path)
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))
    expect(model.sha256).toBe(Buffer.from(digest).toString('hex'))
  })

  test('folds the hashes of weight files beside it into its own, and names them', async () => {
    const whole = ourModel()
    const { model, weights } = weightsBeside(whole, 'ours.weights')
    const path = join(folder, 'ours.onnx')
    await writeFile(path, model)
    const opened = async (content: Uint8Array) => {
      await writeFile(join(folder, 'ours.weights'), content)
      const model = await openModel(path, { threads: 1 })
      const pixels = new Uint8Array(56 * 48 * 3).fill(9)
      const { embedding } = await model.embed(pixels)
      await model.close()
      return { embedding, sha256: model.sha256, weights: model.weights }
    }
    const hash = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
    const first = await opened(weights)
    expect(first.weights).toEqual([{ file: 'ours.weights', sha256: hash(weights) }])
    expect(first.sha256).toBe(hash(`${hash(model)}\n${hash(weights)}  ours.weights\n`))
    const other = await opened(weights.map((byte, i) => (i % 4 === 2 ? byte ^ 1 : byte)))
    expect(other.sha256).not.toBe(first.sha256)
    expect(other.embedding).not.toEqual(first.embedding)
    expect((await embedWith(whole, new Uint8Array(56 * 48 * 3).fill(9))).embedding).toEqual(first.embedding)
  })

  test('refuses a file that is missing, a folder, no ONNX, or what the runtime cannot load, in one line', async () => {
    const text = join(folder, 'text.onnx')
    await writeFile(text, 'this is no model\n')
    const broken = changed(halvesModel(), ({ graph }) => {
      graph.node[0]!.opType = 'NoSuchOperator'
    })
    const missing = join(folder, 'none.onnx')
    await expect(openModel(missing)).rejects.toThrow(new DataError(`${missing}: no such file or folder`))
    await expect(openModel(folder)).rejects.toThrow(new DataError(`${folder}: expected a file, got a folder`))
    await expect(openModel(text)).rejects.toThrow(DataError)
    await expect(openModel(text)).rejects.toThrow(/text\.onnx: not an ONNX model, [^\n]+$/)
    await expect(openModel(broken, { name: 'b.onnx' })).rejects.toThrow(
      /^b\.onnx: the runtime cannot load the model: [^\n]*NoSuchOperator[^\n]*$/,
    )
  })

  test('refuses a model that does not fit what is said of it', async () => {
    await expect(openModel(halvesModel(), { name: 'm.onnx', input: '112x96' })).rejects.toThrow(
      new DataError('m.onnx: input is [N, 3, 8, 6], got --input 112x96'),
    )
  })

  test('embed refuses bytes that are no whole number of images', async () => {
    await expect(embedWith(halvesModel(), new Uint8Array(100))).rejects.toThrow(
      new ShapeError('m.onnx: expected images of 8 x 6 x 3 bytes, got 100 bytes'),
    )
    await expect(embedWith(halvesModel(), new Uint8Array())).rejects.toThrow(ShapeError)
  })
})
