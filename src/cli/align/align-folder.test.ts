import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LANDMARK_COLUMNS, readLandmarks } from '../../data/landmarks.ts'
import type { Detect } from '../../detect/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import { alignFace, decode, template } from '../../image/index.ts'
import { type AlignReport, alignFolder } from './align-folder.ts'

let base: string
let photos: string
let out: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'align-'))
  photos = join(base, 'photos')
  out = join(base, 'out')
  await mkdir(photos)
})
afterEach(() => rm(base, { recursive: true }))

const size = { height: 112, width: 96 }
const upright = [...template('sphereface', size)].map((at, i) => at + (i % 2 === 0 ? 20.125 : 10.25))

/** Sees a face in every picture that is not black, with its points at `upright`. */
const detect: Detect = async ({ data }) =>
  data.some((byte) => byte > 50)
    ? [{ box: { x: 20, y: 10, width: 96, height: 112 }, points: upright, score: 0.9 }]
    : []

const crop = { ...size, out: '', detect }

async function put(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(photos, path)), { recursive: true })
  await writeFile(join(photos, path), content)
}

/** A picture of a smooth pattern, as JPEG or PNG by `format`. */
function photo({ width = 150, height = 140, format = 'jpeg', orientation = 1 } = {}): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  for (let i = 0; i < data.length; i++)
    data[i] = 128 + 100 * Math.sin(i / 3 / 40 + (i % 3)) * Math.cos(Math.floor(i / 3 / width) / 20)
  const made = sharp(data, { raw: { width, height, channels: 3 } }).withMetadata({ orientation })
  return (format === 'png' ? made.png() : made.jpeg()).toBuffer()
}

const black = (): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 60, channels: 3, background: 'black' } })
    .jpeg()
    .toBuffer()

const tree = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()

test("alignFolder(folder) cuts each face to a PNG at its photograph's path and writes its five points", async () => {
  await put('ann/1.jpg', await photo())
  await put('bob/of/2.png', await photo({ format: 'png' }))
  const report = await alignFolder(photos, { ...crop, out })
  expect(report).toEqual({ photographs: 2, aligned: 2, refused: 0, reasons: {}, others: 0 })
  expect(await tree(out)).toEqual([
    'ann',
    'ann/1.png',
    'bob',
    'bob/of',
    'bob/of/2.png',
    'landmarks.csv',
    'refused.csv',
  ])
  const picture = await decode(join(photos, 'ann/1.jpg'))
  const cut = await decode(join(out, 'ann/1.png'))
  expect([cut.height, cut.width]).toEqual([112, 96])
  expect(Buffer.from(cut.data)).toEqual(Buffer.from(alignFace(picture, upright, size)))
  const { rows } = await readLandmarks(join(out, 'landmarks.csv'))
  expect(rows.map((row) => row.image)).toEqual(['ann/1.jpg', 'bob/of/2.png'])
  for (const [i, at] of rows[0]!.points.entries())
    expect(Math.abs(at - upright[i]!)).toBeLessThanOrEqual(0.005)
  const [header] = (await readFile(join(out, 'landmarks.csv'), 'utf8')).split('\n')
  expect(header).toBe(LANDMARK_COLUMNS.join(','))
})

test('alignFolder(folder) refuses what it cannot read or finds no face in, with the reason, and goes on', async () => {
  const whole = await photo({ width: 400, height: 400 })
  await put('a/0.jpg', whole)
  await put('a/cut.jpg', whole.subarray(0, whole.length / 2))
  await put('a/dark.jpg', await black())
  await put('a/empty.jpg', '')
  await put('a/text.jpg', 'this is no picture')
  await put('a/z, "last".jpg', 'nor is this')
  await put('a/notes.txt', 'passed over')
  const report = await alignFolder(photos, { ...crop, out })
  expect(report).toEqual({
    photographs: 6,
    aligned: 1,
    refused: 5,
    reasons: {
      'the picture is cut short': 1,
      'no face found': 1,
      'the file is empty': 1,
      'not a JPEG, PNG, WebP, TIFF or GIF picture': 2,
    },
    others: 1,
  })
  expect(await readFile(join(out, 'refused.csv'), 'utf8')).toBe(
    [
      'image,reason',
      'a/cut.jpg,the picture is cut short',
      'a/dark.jpg,no face found',
      'a/empty.jpg,the file is empty',
      'a/text.jpg,"not a JPEG, PNG, WebP, TIFF or GIF picture"',
      '"a/z, ""last"".jpg","not a JPEG, PNG, WebP, TIFF or GIF picture"',
      '',
    ].join('\n'),
  )
  expect(await readdir(join(out, 'a'))).toEqual(['0.png'])
})

test('alignFolder(folder) gives each picture its own reason, also where many fail at once', async () => {
  const whole = await photo({ width: 400, height: 400 })
  for (let i = 10; i < 40; i++) {
    await put(`a/${i}.jpg`, i % 3 === 0 ? whole.subarray(0, whole.length / 2) : i % 3 === 1 ? 'text' : '')
  }
  await alignFolder(photos, { ...crop, out })
  const [, ...lines] = (await readFile(join(out, 'refused.csv'), 'utf8')).trim().split('\n')
  const reasons = [
    'the picture is cut short',
    '"not a JPEG, PNG, WebP, TIFF or GIF picture"',
    'the file is empty',
  ]
  expect(lines).toEqual(Array.from({ length: 30 }, (_, i) => `a/${i + 10}.jpg,${reasons[(i + 10) % 3]}`))
})

test('alignFolder(folder) refuses a picture of 20,000 x 20,000 without decoding it', async () => {
  await put('a/0.jpg', await photo())
  // The size stands five bytes into the frame header, which the marker FF C0 begins.
  const huge = await photo()
  const frame = huge.indexOf(Buffer.from([0xff, 0xc0]))
  huge.writeUInt16BE(20_000, frame + 5)
  huge.writeUInt16BE(20_000, frame + 7)
  await put('a/huge.jpg', huge)
  const { reasons } = await alignFolder(photos, { ...crop, out })
  expect(reasons).toEqual({ 'expected at most 100000000 pixels, got 20000 x 20000': 1 })
})

test('alignFolder(folder) turns a photograph as its EXIF orientation says, before it looks', async () => {
  await put('a/1.jpg', await photo({ width: 140, height: 180, orientation: 6 }))
  const seen: number[][] = []
  const watch: Detect = (picture, options) => {
    seen.push([picture.width, picture.height])
    return detect(picture, options)
  }
  await alignFolder(photos, { ...crop, out, detect: watch })
  expect(seen).toEqual([[180, 140]])
  const turned = await decode(join(photos, 'a/1.jpg'), { orient: true })
  const cut = await decode(join(out, 'a/1.png'))
  expect(Buffer.from(cut.data)).toEqual(Buffer.from(alignFace(turned, upright, size)))
})

test('alignFolder(folder) passes score, size and choice on', async () => {
  await put('a/1.jpg', await photo())
  const two: Detect = async (_, { minScore, maxSide } = {}) => {
    expect({ minScore, maxSide }).toEqual({ minScore: 0.7, maxSide: 90 })
    const middle = { box: { x: 70, y: 65, width: 10, height: 10 }, points: upright, score: 0.8 }
    return [
      { box: { x: 0, y: 0, width: 50, height: 50 }, points: upright.map((at) => at + 5), score: 0.9 },
      middle,
    ]
  }
  await alignFolder(photos, { ...crop, out, detect: two, choice: 'central', minScore: 0.7, maxSide: 90 })
  const { rows } = await readLandmarks(join(out, 'landmarks.csv'))
  expect(rows[0]!.points[0]).toBeCloseTo(upright[0]!, 2)
})

test('alignFolder(folder) tells how far it is, from nothing to all', async () => {
  for (let i = 0; i < 7; i++) await put(`a/${i}.jpg`, i === 3 ? await black() : await photo())
  const reports: AlignReport[] = []
  await alignFolder(photos, { ...crop, out, onProgress: (report) => reports.push(report) })
  expect(reports.map(({ aligned, refused }) => aligned + refused)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(reports.every(({ photographs }) => photographs === 7)).toBe(true)
})

test('alignFolder(folder) stops soon when it is told to, and leaves nothing', async () => {
  for (let i = 0; i < 20; i++) await put(`a/${i}.jpg`, await photo())
  const stop = new AbortController()
  let looked = 0
  const watch: Detect = (picture, options) => {
    looked++
    return detect(picture, options)
  }
  const onProgress = ({ aligned }: AlignReport): void => {
    if (aligned === 3) stop.abort()
  }
  const run = alignFolder(photos, { ...crop, out, detect: watch, signal: stop.signal, onProgress })
  await expect(run).rejects.toThrow(/abort/i)
  expect(looked).toBeLessThan(12)
  expect(await readdir(base)).toEqual(['photos'])
})

test('alignFolder(folder) leaves nothing when the detector fails', async () => {
  await put('a/1.jpg', await photo())
  const broken: Detect = async () => {
    throw new DataError('yunet: broken')
  }
  await expect(alignFolder(photos, { ...crop, out, detect: broken })).rejects.toThrow('yunet: broken')
  expect(await readdir(base)).toEqual(['photos'])
})

test('alignFolder(folder) says in one line that the output cannot be written, and leaves nothing', async () => {
  await put('a/1.jpg', await photo())
  // The crop's folder is taken by a file.
  const inTheWay: Detect = async (picture, options) => {
    await writeFile(join(out, '.partial', 'a'), '')
    return detect(picture, options)
  }
  await expect(alignFolder(photos, { ...crop, out, detect: inTheWay })).rejects.toThrow(
    /^[^\n]*out: cannot be written, [^\n]*$/,
  )
  expect(await readdir(base)).toEqual(['photos'])
})

test('alignFolder(folder) refuses a folder that is missing, a file, or without photographs', async () => {
  const refusal = (folder: string) => expect(alignFolder(folder, { ...crop, out })).rejects
  await refusal(join(base, 'none')).toThrow(new DataError(`${base}/none: no such file or folder`))
  await put('notes.txt', '')
  await refusal(join(photos, 'notes.txt')).toThrow(
    new DataError(`${photos}/notes.txt: expected a folder, got a file`),
  )
  await refusal(photos).toThrow(new DataError(`${photos}: expected photographs, got none in 1 files`))
  expect(await readdir(base)).toEqual(['photos'])
})

test('alignFolder(folder) refuses an output folder inside the photographs, or one that holds anything', async () => {
  await put('a/1.jpg', await photo())
  await expect(alignFolder(photos, { ...crop, out: join(photos, 'out') })).rejects.toThrow(
    new UsageError(`--out: expected a folder outside ${photos}, got ${photos}/out`),
  )
  await mkdir(out)
  await writeFile(join(out, 'mine'), 'kept')
  await expect(alignFolder(photos, { ...crop, out })).rejects.toThrow(UsageError)
  expect(await tree(out)).toEqual(['mine'])
})
