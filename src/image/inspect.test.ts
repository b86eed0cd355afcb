import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blackPng } from '../../test/cli/pictures.ts'
import { DataError } from '../errors.ts'
import { inspect } from './inspect.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspect-'))
})
afterAll(() => rm(folder, { recursive: true }))

const noise = Buffer.from(Uint8Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 7919) % 251))
const picture = sharp(noise, { raw: { width: 48, height: 40, channels: 3 } })
const encoded = {
  jpeg: () => picture.clone().jpeg().toBuffer(),
  progressive: () => picture.clone().jpeg({ progressive: true }).toBuffer(),
  png: () => picture.clone().png().toBuffer(),
  webp: () => picture.clone().webp().toBuffer(),
  tiff: () => picture.clone().tiff().toBuffer(),
  gif: () => picture.clone().gif().toBuffer(),
}
const write = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  await writeFile(join(folder, name), bytes)
  return join(folder, name)
}

describe('inspect(path)', () => {
  test.each(Object.entries(encoded))('passes a whole picture: %s', async (format, encode) => {
    await expect(inspect(await write(`whole.${format}`, await encode()))).resolves.toBeUndefined()
  })

  test.each(Object.entries(encoded))('refuses one that is cut short anywhere: %s', async (format, encode) => {
    const bytes = await encode()
    const whole = bytes.length
    // Decoders forgive the loss of the mark at the end alone.
    for (const left of [1, 10, whole >> 3, whole >> 1, whole - (whole >> 3)]) {
      const path = await write(`cut${left}.${format}`, bytes.subarray(0, left))
      const outcome = await inspect(path).catch((error: unknown) => error)
      expect(outcome, `${left} of ${whole} bytes`).toBeInstanceOf(DataError)
      expect((outcome as Error).message).toMatch(new RegExp(`^${path}: [^\n]+$`))
    }
  })

  test.each(['jpeg', 'progressive', 'png'] as const)(
    'refuses one of which the rest never came, though the file has its full length: %s',
    async (format) => {
      const bytes = await encoded[format]()
      for (let left = 4; left < bytes.length - 16; left += 67) {
        const path = await write(
          `zeros.${format}`,
          Buffer.concat([bytes.subarray(0, left), Buffer.alloc(bytes.length - left)]),
        )
        await expect(inspect(path), `${left} of ${bytes.length} bytes`).rejects.toThrow(DataError)
      }
    },
  )

  test('passes a JPEG with bytes behind its end, be they few or many', async () => {
    const bytes = await encoded.jpeg()
    for (const more of [10, 1000])
      await inspect(await write(`more${more}.jpg`, Buffer.concat([bytes, Buffer.alloc(more)])))
  })

  test('refuses what decode refuses, in its words', async () => {
    const cases: [string, Uint8Array | string, string][] = [
      ['text.jpg', 'no picture', 'not a JPEG, PNG, WebP, TIFF or GIF picture'],
      ['empty.png', '', 'the file is empty'],
      ['vast.png', blackPng(20_000, 20_000), 'expected at most 100000000 pixels, got 20000 x 20000'],
    ]
    for (const [name, bytes, why] of cases) {
      const path = await write(name, bytes)
      await expect(inspect(path)).rejects.toThrow(new DataError(`${path}: ${why}`))
    }
    await expect(inspect(join(folder, 'none.jpg'))).rejects.toThrow(
      new DataError(`${folder}/none.jpg: no such file`),
    )
  })

  test('takes another limit', async () => {
    const path = await write('small.png', await encoded.png())
    await inspect(path, { maxPixels: 1920 })
    await expect(inspect(path, { maxPixels: 1919 })).rejects.toThrow(/at most 1919 pixels, got 48 x 40/)
  })
})
