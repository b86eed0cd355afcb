import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blackPng } from '../../test/cli/pictures.ts'
import { DataError } from '../errors.ts'
import { decode } from './decode.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'))
})
afterAll(() => rm(folder, { recursive: true }))

const plain = (channels: 3 | 4, background: { r: number; g: number; b: number; alpha?: number }) =>
  sharp({ create: { width: 6, height: 4, channels, background } })
const orange = { r: 200, g: 100, b: 50 }
const halves = Buffer.from([255, 0, 0, 0, 0, 255])

describe('decode', () => {
  test('the same pixels come from a path and from bytes, as RGB rows', async () => {
    const png = await sharp(halves, { raw: { width: 2, height: 1, channels: 3 } })
      .png()
      .toBuffer()
    await writeFile(join(folder, 'a.png'), png)
    const expected = { width: 2, height: 1, data: Buffer.from([255, 0, 0, 0, 0, 255]) }
    expect(await decode(png)).toEqual(expected)
    expect(await decode(join(folder, 'a.png'))).toEqual(expected)
  })

  test('JPEG, PNG, WebP, TIFF and GIF are read to three channels, whatever their own', async () => {
    const files = {
      jpeg: await plain(3, orange).jpeg({ quality: 100 }).toBuffer(),
      png: await plain(3, orange).png().toBuffer(),
      alpha: await plain(4, { ...orange, alpha: 0.5 })
        .png()
        .toBuffer(),
      png16: await plain(3, orange).toColourspace('rgb16').png().toBuffer(),
      webp: await plain(3, orange).webp({ lossless: true }).toBuffer(),
      tiff: await plain(3, orange).tiff({ compression: 'none' }).toBuffer(),
      cmyk: await plain(3, orange).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      gif: await plain(3, orange).gif().toBuffer(),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const { width, height, data } = await decode(bytes, { name })
      expect([name, width, height, data.length]).toEqual([name, 6, 4, 72])
      for (let i = 0; i < 72; i++) {
        expect(Math.abs(data[i]! - [200, 100, 50][i % 3]!), `${name} at ${i}`).toBeLessThanOrEqual(
          name === 'cmyk' ? 40 : 3,
        )
      }
    }
  })

  test('grey is spread over three channels', async () => {
    for (const bytes of [
      await plain(3, orange).greyscale().jpeg().toBuffer(),
      await plain(3, orange).greyscale().png().toBuffer(),
      await plain(4, { ...orange, alpha: 0.5 })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
    ]) {
      const { data } = await decode(bytes)
      expect(data.length).toBe(72)
      expect(new Set(data).size).toBe(1)
    }
  })

  test('EXIF orientation turns the picture, and is left alone when asked', async () => {
    const turned = await sharp(halves, { raw: { width: 2, height: 1, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    // Orientation 6: the row of the file is the right-hand column, top to bottom.
    expect(await decode(turned)).toMatchObject({ width: 1, height: 2, data: halves })
    expect(await decode(turned, { orient: false })).toMatchObject({ width: 2, height: 1, data: halves })
  })

  test('a JPEG cut short, a text named .jpg, an empty file and none at all: one line with the path', async () => {
    const random = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251))
    const jpeg = await sharp(random, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer()
    const cases: [string, Uint8Array | undefined, string][] = [
      ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), 'the picture is cut short'],
      ['text.jpg', Buffer.from('no picture\n'), 'not a JPEG, PNG, WebP, TIFF or GIF picture'],
      [
        'svg.png',
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        'not a JPEG, PNG, WebP, TIFF or GIF picture',
      ],
      ['empty.jpg', new Uint8Array(0), 'the file is empty'],
      ['none.jpg', undefined, 'no such file'],
    ]
    for (const [file, bytes, why] of cases) {
      const path = join(folder, file)
      if (bytes) await writeFile(path, bytes)
      await expect(decode(path)).rejects.toThrow(new DataError(`${path}: ${why}`))
    }
    await expect(decode(folder)).rejects.toThrow(new DataError(`${folder}: expected a picture, got a folder`))
    await expect(decode(jpeg.subarray(0, jpeg.length - 40), { name: 'upload' })).rejects.toThrow(
      new DataError('upload: the picture is cut short'),
    )
  })

  test('any byte of a JPEG or PNG may be wrong: a picture comes, or a DataError of one line', async () => {
    const random = Buffer.from(Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7919) % 251))
    const raw = sharp(random, { raw: { width: 32, height: 32, channels: 3 } })
    for (const bytes of [await raw.clone().jpeg().toBuffer(), await raw.clone().png().toBuffer()]) {
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
        const wrong = Buffer.from(bytes)
        wrong[at]! ^= 0x55
        const outcome = await decode(wrong, { name: 'x' }).catch((error: unknown) => error)
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(DataError)
          expect(outcome.message).toMatch(/^x: .+$/)
        }
      }
    }
  })

  test('a picture of 20,000 x 20,000 is refused before it is decoded, with its size', async () => {
    const path = join(folder, 'vast.png')
    expect(await decode(blackPng(20, 10))).toMatchObject({ width: 20, height: 10 })
    await writeFile(path, blackPng(20_000, 20_000))
    await expect(decode(path)).rejects.toThrow(
      new DataError(`${path}: expected at most 100000000 pixels, got 20000 x 20000`),
    )
  })
})
