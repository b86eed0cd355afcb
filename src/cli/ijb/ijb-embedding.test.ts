import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { ijbTexts, pieces } from '../../../test/evaluate/ijb-lists.ts'
import { readIjbFaces, readIjbImages, templateOrder, templatePool } from '../../evaluate/index.ts'
import { poolEmbedded } from './ijb-embedding.ts'

let base: string
const texts = ijbTexts(2, { people: 4 })
const count = texts.features.length
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'ijb-embedding-'))
  await mkdir(join(base, 'crops'))
  await writeFile(join(base, 'halves.onnx'), halvesModel())
  for (let i = 1; i <= count; i++) {
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: (i * 53) % 256 }
    const picture = sharp({ create: { width: 110, height: 110, channels: 3, background } })
    if (i !== 2)
      await writeFile(join(base, 'crops', `${i}.jpg`), i === 5 ? 'none' : await picture.png().toBuffer())
  }
})
afterAll(() => rm(base, { recursive: true }))

test('poolEmbedded(work) gives the same templates and missing images in however many parts', async () => {
  const images = await readIjbImages(pieces(texts.templates))
  const faces = await readIjbFaces(pieces(texts.names), images.names)
  const found = []
  for (const partImages of [undefined, 7, 16]) {
    const pool = templatePool(images, { weights: faces.scores })
    const flags = {
      ...{ model: join(base, 'halves.onnx'), images: join(base, 'crops'), cache: false as const },
      ...{ allowMissing: true, memory: 2 ** 31, batch: 4, threads: 1 },
    }
    const say = () => {}
    const work = { flags, images, faces, order: templateOrder(images), pool, say }
    const { missingItems } = await poolEmbedded(
      { ...work, signal: new AbortController().signal },
      partImages === undefined ? {} : { partImages },
    )
    found.push({ ...pool.finish(), missingItems })
  }
  expect(found[0]!.missingItems).toEqual([
    { name: '2.jpg', reason: 'no such file' },
    { name: '5.jpg', reason: expect.stringMatching(/./) },
  ])
  expect(found[1]).toEqual(found[0])
  expect(found[2]).toEqual(found[0])
  expect(found[0]!.features.data.some((value) => value !== 0)).toBe(true)
})
