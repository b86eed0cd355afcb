import { expect, test } from 'vitest'
import { DataError, ShapeError } from '../errors.ts'
import { describeModel } from './describe-model.ts'
import { embedBatches, embedImages, type ImagesToEmbed } from './embed-images.ts'
import type { Embedder } from './embedder.ts'

const port = (name: string, shape: number[]) => ({ name, type: 'float32', shape })

/** An embedder of 1 × 1 pixels that gives the pixel itself as feature, and its channels backwards as that of the mirror. */
function pixelEmbedder(onEmbed: (count: number) => void | Promise<void> = () => {}): Embedder {
  const description = describeModel(
    { inputs: [port('x', [1, 3, 1, 1])], outputs: [port('y', [1, 3])] },
    { metadata: new Map(), nodes: [], weightFiles: [] },
    { name: 'm.onnx', layout: 'nchw' },
  )
  return {
    description,
    close: async () => {},
    embed: async (pixels) => {
      await onEmbed(pixels.length / 3)
      // Taken after waiting: the pixels of a batch stay as they are while the model runs.
      const data = Float32Array.from(pixels)
      const shape = { rows: data.length / 3, columns: 3 }
      return {
        embedding: { data, ...shape },
        feature: { data, ...shape },
        mirrored: { data: data.slice().reverse(), ...shape },
      }
    },
  }
}

/** Image i is the pixel (i, i, i); those in `bad` cannot be read. */
function numbered(count: number, { bad = [] as number[], onRead = (_: number) => {} } = {}): ImagesToEmbed {
  return {
    count,
    height: 1,
    width: 1,
    names: Array.from({ length: count }, (_, i) => `p/${i}.jpg`),
    read: async (index, out, offset) => {
      onRead(index)
      out.fill(index, offset, offset + 3)
      // Later images may be ready first.
      await new Promise((resolve) => setTimeout(resolve, (7 * index) % 5))
      if (bad.includes(index)) throw new DataError(`p/${index}.jpg: the picture is cut short`)
    },
  }
}

test('embedImages gives each image its row, whatever the size of the batches', async () => {
  for (const batch of [1, 3, 7, 100]) {
    const { feature, missing, failures } = await embedImages(pixelEmbedder(), numbered(7), { batch })
    expect([...feature.data]).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((i) => [i, i, i]))
    expect([feature.rows, feature.columns]).toEqual([7, 3])
    expect([...missing]).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(failures).toEqual([])
  }
})

test('images that cannot be read are named with the reason, and do not shift the rows of others', async () => {
  const { embedding, mirrored, missing, failures } = await embedImages(
    pixelEmbedder(),
    numbered(9, { bad: [0, 3, 4, 5, 8] }),
    { batch: 3 },
  )
  expect([...missing]).toEqual([1, 0, 0, 1, 1, 1, 0, 0, 1])
  expect([...embedding.data]).toEqual([0, 1, 2, 0, 0, 0, 6, 7, 0].flatMap((i) => [i, i, i]))
  expect(mirrored!.rows).toBe(9)
  expect(failures.map(({ index, name, reason }) => [index, name, reason])).toEqual(
    [0, 3, 4, 5, 8].map((i) => [i, `p/${i}.jpg`, `p/${i}.jpg: the picture is cut short`]),
  )
})

test('embedBatches yields the images in order, with only those that could be read', async () => {
  const got: unknown[] = []
  for await (const { indices, embeddings, failures } of embedBatches(
    pixelEmbedder(),
    numbered(5, { bad: [1, 4] }),
    {
      batch: 2,
    },
  ))
    got.push([indices, embeddings && [...embeddings.feature.data], failures.map(({ index }) => index)])
  expect(got).toEqual([
    [[0], [0, 0, 0], [1]],
    [[2, 3], [2, 2, 2, 3, 3, 3], []],
    [[], undefined, [4]],
  ])
})

test('the next batch is read while the model runs, and no more than that', async () => {
  const log: string[] = []
  const model = pixelEmbedder(async () => {
    log.push('run')
    await new Promise((resolve) => setTimeout(resolve, 50))
    log.push('ran')
  })
  const images = numbered(6, { onRead: (i) => log.push(`read ${i}`) })
  const { feature } = await embedImages(model, images, { batch: 2 })
  expect([...feature.data]).toEqual([0, 1, 2, 3, 4, 5].flatMap((i) => [i, i, i]))
  expect(log).toEqual([
    ...['read 0', 'read 1', 'run', 'read 2', 'read 3', 'ran'],
    ...['run', 'read 4', 'read 5', 'ran', 'run', 'ran'],
  ])
})

test('no more than `readers` images are read at a time', async () => {
  let [now, most] = [0, 0]
  const images: ImagesToEmbed = {
    ...numbered(20),
    read: async () => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 1))
      now--
    },
  }
  await embedImages(pixelEmbedder(), images, { batch: 20, readers: 3 })
  expect(most).toBe(3)
})

test('a batch is rounded up to whole runs of a model whose file fixes their size', async () => {
  const sizes: number[] = []
  const model = pixelEmbedder((count) => void sizes.push(count))
  const fixed = { ...model, description: { ...model.description, batch: 4 } }
  await embedImages(fixed, numbered(11), { batch: 5 })
  expect(sizes).toEqual([8, 3])
})

test('onProgress counts images, read or not', async () => {
  const seen: number[] = []
  await embedImages(pixelEmbedder(), numbered(5, { bad: [0] }), {
    batch: 2,
    onProgress: (done) => seen.push(done),
  })
  expect(seen).toEqual([2, 4, 5])
})

test('a signal stops it before the next batch, with its reason', async () => {
  const stop = new AbortController()
  let runs = 0
  const model = pixelEmbedder(() => {
    if (++runs === 2) stop.abort(new Error('enough'))
  })
  const embedded = embedImages(model, numbered(10), { batch: 2, signal: stop.signal })
  await expect(embedded).rejects.toThrow('enough')
  expect(runs).toBe(2)
})

test('a feature that is no finite number is refused with the name of the image', async () => {
  const model = pixelEmbedder()
  const broken: Embedder = {
    ...model,
    embed: async (pixels) => {
      const { embedding, feature } = await model.embed(pixels)
      return { embedding, feature: { ...feature, data: feature.data.map((v) => (v === 2 ? Number.NaN : v)) } }
    },
  }
  await expect(embedImages(broken, numbered(4, { bad: [0] }))).rejects.toThrow(
    new DataError('m.onnx: expected finite features, got NaN for p/2.jpg'),
  )
})

test('images of another size, and none that can be read, are refused in one line', async () => {
  await expect(embedImages(pixelEmbedder(), { ...numbered(1), width: 2 })).rejects.toThrow(
    new ShapeError('m.onnx: expected images of 1x1, got 1x2'),
  )
  await expect(embedImages(pixelEmbedder(), numbered(2, { bad: [0, 1] }))).rejects.toThrow(
    new DataError('m.onnx: none of 2 images can be read, the first: p/0.jpg: the picture is cut short'),
  )
  await expect(embedImages(pixelEmbedder(), numbered(0))).rejects.toThrow(
    new DataError('m.onnx: none of 0 images can be read'),
  )
})

test('an error that is nobody’s bad input is thrown on, and so is one of the model', async () => {
  const images: ImagesToEmbed = {
    ...numbered(4),
    read: () => {
      throw new TypeError('a bug')
    },
  }
  await expect(embedImages(pixelEmbedder(), images)).rejects.toThrow(new TypeError('a bug'))
  const failing = pixelEmbedder(() => {
    throw new DataError('m.onnx: cannot run')
  })
  await expect(embedImages(failing, numbered(6), { batch: 2 })).rejects.toThrow(
    new DataError('m.onnx: cannot run'),
  )
})
