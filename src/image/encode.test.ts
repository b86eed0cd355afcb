import { expect, test } from 'vitest'
import { decode } from './decode.ts'
import { encodePng, encodeWebp } from './encode.ts'

/** A smooth picture: lossy codecs keep it nearly. */
const size = { height: 40, width: 30 }
const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % 30, Math.floor(i / 90)]
  return 60 + 3 * x + 2 * y + 10 * (i % 3)
})

test('encodePng(pixels) keeps every pixel', async () => {
  expect(new Uint8Array((await decode(await encodePng(pixels, size))).data)).toEqual(pixels)
})

test('encodeWebp(pixels) keeps the picture nearly, in far fewer bytes', async () => {
  const bytes = await encodeWebp(pixels, size)
  const { data, ...shape } = await decode(bytes)
  expect(shape).toMatchObject(size)
  const off = data.reduce((total, value, i) => total + Math.abs(value - pixels[i]!), 0) / data.length
  expect(off).toBeLessThan(4)
  expect(bytes.length).toBeLessThan((await encodeWebp(pixels, { ...size, quality: 100 })).length)
})
