import { spawnSync } from 'node:child_process'
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { type CacheOptions, cachedSource } from './cache.ts'
import { cacheBytes } from './cache-file.ts'
import { type Dataset, readDataset } from './dataset.ts'
import { LANDMARK_COLUMNS } from './landmarks.ts'
import { contentHash, pictureContents } from './picture-contents.ts'
import { fileSource, type ImageSource } from './source.ts'

const size = { height: 14, width: 12 }
const bytes = 14 * 12 * 3
const COUNT = 6

let original: string
let root: string
beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), 'cache-'))
  for (let i = 0; i < COUNT; i++) {
    const folder = join(original, `faces/p${i % 2}`)
    await mkdir(folder, { recursive: true })
    const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, k) => 128 + 100 * Math.sin((k * (i + 1)) / 211))
    await sharp(data, { raw: { width: 40, height: 40, channels: 3 } })
      .withMetadata({ orientation: i === 0 ? 3 : 1 })
      .jpeg()
      .toFile(join(folder, `${i}.jpg`))
  }
  await writeFile(join(original, 'marks.csv'), marks(0))
})
afterAll(() => rm(original, { recursive: true }))
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cache-'))
  await cp(original, root, { recursive: true, preserveTimestamps: true })
})
afterEach(() => rm(root, { recursive: true }))

const marks = (shift: number): string =>
  [
    LANDMARK_COLUMNS.join(','),
    ...Array.from(
      { length: COUNT },
      (_, i) => `p${i % 2}/${i}.jpg,12,${14 + i},28,14,20,21,13,28,27,${28 + shift}`,
    ),
  ].join('\n')

const dataset = (where = root) =>
  readDataset({ images: join(where, 'faces'), landmarks: join(where, 'marks.csv') })
const at = () => join(root, 'cache/faces.bin')
const open = async (options: Partial<CacheOptions> = {}, data?: Dataset) =>
  cachedSource(data ?? (await dataset()), { file: at(), ...size, ...options })

/** All images of a source, one after another. */
async function all(source: ImageSource): Promise<Buffer> {
  const each = source.height * source.width * 3
  const out = Buffer.alloc(source.count * each)
  for (let i = 0; i < source.count; i++) await source.read(i, out, i * each)
  return out
}

/** Opens the cache, closes it, and says why it was built, if it was. */
async function built(options: Partial<CacheOptions> = {}): Promise<string> {
  const source = await open(options)
  await source.close()
  return source.built ?? 'kept'
}

describe('cachedSource', () => {
  test('the images are those of the files, in memory and from the disk, built once', async () => {
    const plain = await all(fileSource(await dataset(), size))
    const steps: [number, number][] = []
    const first = await open({ onProgress: (done, total) => steps.push([done, total]) })
    expect([first.built, first.inMemory]).toEqual(['absent', true])
    expect(steps).toEqual(Array.from({ length: COUNT }, (_, i) => [i + 1, COUNT]))
    expect(await all(first)).toEqual(plain)
    const disk = await open({ maxMemoryBytes: 1000 })
    expect([disk.built, disk.inMemory]).toEqual([undefined, false])
    expect(await all(disk)).toEqual(plain)
    await disk.close()
    expect([disk.labels, first.labels]).toEqual([Int32Array.of(0, 0, 0, 1, 1, 1), disk.labels])
    expect((await readFile(at())).length).toBe(cacheBytes(COUNT, size))
    expect(await readdir(join(root, 'cache'))).toEqual(['faces.bin'])
  })

  test('the cache keeps the hash of the bytes that it was made of, which no later look needs the pictures for', async () => {
    const data = await dataset()
    const wanted = contentHash(data, await pictureContents(data))
    expect((await open({}, data)).contentHash).toBe(wanted)
    // Other bytes under the same size and time: what is learnt from is still what the cache was made of.
    const file = join(root, 'faces/p1/3.jpg')
    const [{ atime, mtime }, picture] = [await stat(file), await readFile(file)]
    await writeFile(file, Buffer.alloc(picture.length))
    await utimes(file, atime, mtime)
    const kept = await open({}, data)
    expect([kept.built, kept.contentHash]).toEqual([undefined, wanted])
    await writeFile(file, picture)
    await appendFile(join(root, 'faces/p0/0.jpg'), 'x')
    expect((await open({}, data)).contentHash).toBe(contentHash(data, await pictureContents(data)))
    expect((await open({}, data)).contentHash).not.toBe(wanted)
  })

  test('large images, written in several pieces, come back whole', async () => {
    const large = { height: 1120, width: 960 }
    const source = await open({ ...large, maxMemoryBytes: 0 })
    expect((await all(source)).equals(await all(fileSource(await dataset(), large)))).toBe(true)
    await source.close()
  })

  test('another size, template, orientation or landmark makes it stale, and it is built anew', async () => {
    expect(await built()).toBe('absent')
    expect(await built()).toBe('kept')
    for (const change of [{ height: 7, width: 6 }, { template: 'arcface' }, { orient: false }] as const) {
      expect(await built(change)).toBe('stale')
      expect(await built(change)).toBe('kept')
    }
    expect(await built()).toBe('stale')
    await writeFile(join(root, 'marks.csv'), marks(1))
    expect(await built()).toBe('stale')
    expect(await all(await open())).toEqual(await all(fileSource(await dataset(), size)))
  })

  test('a picture changed or touched makes it stale; a folder moved with its times does not', async () => {
    expect(await built()).toBe('absent')
    await utimes(join(root, 'faces/p1/3.jpg'), 1e9, 1e9)
    expect(await built()).toBe('stale')
    const moved = await mkdtemp(join(tmpdir(), 'cache-'))
    try {
      await cp(root, moved, { recursive: true, preserveTimestamps: true })
      const source = await open({}, await dataset(moved))
      expect(source.built).toBeUndefined()
      await rm(join(moved, 'faces/p1/3.jpg'))
      const gone = join(moved, 'faces/p1/3.jpg')
      const before = await dataset()
      const samples = before.samples.map((sample) => ({ ...sample, path: sample.path.replace(root, moved) }))
      await expect(open({}, { ...before, samples })).rejects.toThrow(
        new DataError(`${gone}: no such file or folder`),
      )
    } finally {
      await rm(moved, { recursive: true })
    }
  })

  test('a cache cut short at any place is built anew', async () => {
    expect(await built()).toBe('absent')
    const whole = await readFile(at())
    for (const length of [8, 63, 95, 96, 112, whole.length - 1]) {
      await writeFile(at(), whole.subarray(0, length))
      expect([length, await built()]).toEqual([length, 'damaged'])
      expect((await readFile(at())).equals(whole)).toBe(true)
    }
    await writeFile(at(), Buffer.concat([whole, Buffer.of(0)]))
    expect(await built()).toBe('damaged')
  })

  test('a flipped bit anywhere is noticed: built anew, or refused when the image is read from the disk', async () => {
    const plain = await all(await open())
    const whole = await readFile(at())
    const head = 96 + 4 * COUNT
    for (const place of [
      8,
      12,
      20,
      24,
      55,
      56,
      87,
      88,
      96,
      head - 1,
      head,
      head + bytes + 5,
      whole.length - 1,
    ]) {
      const flipped = Buffer.from(whole)
      flipped[place]! ^= 4
      await writeFile(at(), flipped)
      if (place >= head) {
        const disk = await open({ maxMemoryBytes: 0 })
        const index = Math.floor((place - head) / bytes)
        await expect(all(disk)).rejects.toThrow(
          new DataError(`${at()}: image ${index} is damaged; remove the file and it is built anew`),
        )
        await disk.close()
      } else {
        const disk = await open({ maxMemoryBytes: 0 })
        await disk.close()
        expect(disk.built, `byte ${place}`).toMatch(/stale|damaged/)
        await writeFile(at(), flipped)
      }
      const source = await open()
      expect(source.built, `byte ${place}`).toMatch(/stale|damaged/)
      expect(await all(source)).toEqual(plain)
    }
  })

  test('a file that is no cache is refused and left alone', async () => {
    await mkdir(join(root, 'cache'))
    for (const text of ['thesis', '', 'x'.repeat(5000)]) {
      await writeFile(at(), text)
      await expect(open()).rejects.toThrow(
        new DataError(`${at()}: expected a cache of aligned images or no file, got something else`),
      )
      expect(await readFile(at(), 'utf8')).toBe(text)
    }
    await expect(open({ file: join(root, 'cache') })).rejects.toThrow(DataError)
    await expect(open({ file: join(root, 'marks.csv/x') })).rejects.toThrow(DataError)
  })

  test('pictures that cannot be used are named together, the first ten in words, and nothing is left', async () => {
    await mkdir(join(root, 'faces/bad'))
    for (let i = 0; i < 12; i++)
      await writeFile(join(root, `faces/bad/${String(i).padStart(2, '0')}.jpg`), 'text')
    const data = await readDataset({ images: join(root, 'faces') })
    const message = await open({}, data).then(
      () => 'no error',
      (error: unknown) => (error instanceof DataError ? error.message : String(error)),
    )
    expect(message).toMatch(/^12 of 18 pictures cannot be used: [^\n]*; and 2 more$/)
    expect(message.match(/bad\/\d\d\.jpg: not a JPEG/g)?.length).toBe(10)
    expect(message).toContain(join(root, 'faces/bad/00.jpg'))
    expect(message).not.toContain('10.jpg')
    expect(await readdir(join(root, 'cache'))).toEqual([])
    const one = { ...data, samples: data.samples.slice(0, 1) }
    await expect(open({}, one)).rejects.toThrow(
      new DataError(`${join(root, 'faces/bad/00.jpg')}: not a JPEG, PNG, WebP, TIFF or GIF picture`),
    )
  })

  test('a signal stops the building with its reason, and nothing is left', async () => {
    const stop = new AbortController()
    const onProgress = (done: number) => {
      if (done === 2) stop.abort(new Error('interrupted'))
    }
    await expect(open({ onProgress, signal: stop.signal, parallel: 1 })).rejects.toThrow('interrupted')
    expect(await readdir(join(root, 'cache'))).toEqual([])
  })

  test('what a killed process left is removed; what a living one is writing is not', async () => {
    await mkdir(join(root, 'cache'))
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const names = [`faces.bin.part-${dead}-0`, `faces.bin.part-${process.ppid}-0`, 'other.part-1-0']
    for (const name of names) await writeFile(join(root, 'cache', name), '')
    await built()
    expect((await readdir(join(root, 'cache'))).sort()).toEqual(['faces.bin', ...names.slice(1)].sort())
  })
})
