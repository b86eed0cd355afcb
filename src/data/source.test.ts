import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataError, ShapeError } from '../errors.ts'
import { alignFace } from '../image/align.ts'
import { decode } from '../image/decode.ts'
import { resize } from '../image/resize.ts'
import type { Dataset, Sample } from './dataset.ts'
import { fileSource, memorySource } from './source.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'source-'))
})
afterAll(() => rm(root, { recursive: true }))

const dataset = (samples: Sample[]): Dataset => ({
  people: ['a', 'b'],
  samples,
  hasLandmarks: true,
  hash: '',
  report: {
    stray: [],
    withoutLandmarks: [],
    ambiguousImages: [],
    unmatchedRows: [],
    ambiguousRows: [],
    excludedImages: 0,
    unmatchedExcludes: [],
    droppedPeople: [],
    droppedImages: 0,
    cappedPeople: 0,
    cappedImages: 0,
  },
})

const points = Float64Array.of(15, 20, 35, 21, 25, 30, 17, 42, 34, 41)

async function jpeg(name: string, orientation = 1): Promise<string> {
  const data = Uint8Array.from({ length: 50 * 60 * 3 }, (_, i) => 128 + 100 * Math.sin(i / 97))
  const path = join(root, name)
  await sharp(data, { raw: { width: 50, height: 60, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg()
    .toFile(path)
  return path
}

describe('memorySource', () => {
  test('image i is rows i of the pixels, written at the offset', () => {
    const pixels = Uint8Array.from({ length: 2 * 6 }, (_, i) => i)
    const source = memorySource({ pixels, labels: Int32Array.of(4, 7), height: 1, width: 2 })
    expect([source.count, source.height, source.width, ...source.labels]).toEqual([2, 1, 2, 4, 7])
    const out = new Uint8Array(8)
    source.read(1, out, 1)
    expect([...out]).toEqual([0, 6, 7, 8, 9, 10, 11, 0])
  })

  test('pixels and labels that do not fit are refused', () => {
    const faces = { pixels: new Uint8Array(11), labels: Int32Array.of(0), height: 2, width: 2 }
    expect(() => memorySource(faces)).toThrow(
      new ShapeError('memory source: expected 1 x 2 x 2 x 3 bytes, got 11'),
    )
  })
})

describe('fileSource', () => {
  test('with points it aligns; without, it brings to the size', async () => {
    const path = await jpeg('a.jpg')
    const source = fileSource(
      dataset([
        { path, name: 'a', label: 1, points },
        { path, name: 'a', label: 0 },
      ]),
      { height: 28, width: 24 },
    )
    expect([source.count, source.height, source.width, ...source.labels]).toEqual([2, 28, 24, 1, 0])
    const size = { height: 28, width: 24 }
    const out = new Uint8Array(2 * 28 * 24 * 3)
    await Promise.all([source.read(0, out, 0), source.read(1, out, 28 * 24 * 3)])
    const picture = await decode(path)
    expect(out.subarray(0, 2016)).toEqual(alignFace(picture, points, size))
    expect(out.subarray(2016)).toEqual(resize(picture, size))
  })

  test('the template and the EXIF orientation are as asked', async () => {
    const path = await jpeg('turned.jpg', 6)
    const size = { height: 56, width: 56 }
    const out = new Uint8Array(56 * 56 * 3)
    const samples = dataset([{ path, name: 'turned', label: 0, points }])
    await fileSource(samples, { ...size, template: 'arcface', orient: false }).read(0, out, 0)
    expect(out).toEqual(
      alignFace(await decode(path, { orient: false }), points, { ...size, template: 'arcface' }),
    )
    await fileSource(samples, size).read(0, out, 0)
    expect(out).toEqual(alignFace(await decode(path), points, size))
  })

  test('a picture that cannot be decoded or aligned is named', async () => {
    const [bad, good] = [join(root, 'bad.jpg'), await jpeg('good.jpg')]
    await writeFile(bad, 'text')
    const source = fileSource(
      dataset([
        { path: bad, name: 'bad', label: 0, points },
        { path: good, name: 'good', label: 0, points: new Float64Array(10).fill(3) },
      ]),
      { height: 28, width: 24 },
    )
    const out = new Uint8Array(2016)
    await expect(source.read(0, out, 0)).rejects.toThrow(
      new DataError(`${bad}: not a JPEG, PNG, WebP, TIFF or GIF picture`),
    )
    await expect(source.read(1, out, 0)).rejects.toThrow(
      new DataError(`${good}: similarity transform: expected distinct points, got all at 3,3`),
    )
  })
})
