import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { jpeg } from './jpeg.ts'

/** A picture with soft and hard edges, colours and some noise. */
function scene(height: number, width: number, seed = 1): Uint8Array {
  const random = rng(seed)
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    const wave = 60 * Math.sin(x / (5 + c)) * Math.cos(y / 7)
    const edge = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (width / 4) ** 2 ? 50 : -30
    return Math.max(0, Math.min(255, 128 + wave + edge * (1 - c / 2) + 8 * random.normal()))
  })
}

async function byLibrary(
  pixels: Uint8Array,
  { height, width }: { height: number; width: number },
  quality: number,
): Promise<Buffer> {
  const file = await sharp(pixels, { raw: { height, width, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
  return sharp(file).raw().toBuffer()
}

const difference = (a: Uint8Array, b: Uint8Array) => {
  const differences = Array.from(a, (value, i) => Math.abs(value - b[i]!))
  return {
    most: Math.max(...differences),
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
  }
}

describe('jpeg', () => {
  test('a picture of one block is what libjpeg gives, but for rounding at the end', async () => {
    const pixels = scene(8, 8)
    const theirs = await byLibrary(pixels, { height: 8, width: 8 }, 40)
    jpeg(pixels, { height: 8, width: 8 }, 40)
    expect(difference(pixels, theirs).most).toBeLessThanOrEqual(2)
  })

  test.each([
    [56, 48, 10],
    [56, 48, 30],
    [112, 96, 50],
    [112, 112, 75],
    [37, 23, 60],
    [33, 41, 95],
    [1, 1, 50],
  ])('%i × %i at quality %i is nearly what libjpeg gives', async (height, width, quality) => {
    const pixels = scene(height, width)
    const theirs = await byLibrary(pixels, { height, width }, quality)
    const ours = pixels.slice()
    jpeg(ours, { height, width }, quality)
    const { most, mean } = difference(ours, theirs)
    // Its integer arithmetic rounds a coefficient here and there the other way, which moves a block by up to a quarter of a step.
    expect(mean).toBeLessThan(1.5)
    expect(most).toBeLessThan(20)
    // What is lost is much more than that.
    if (height > 1) expect(difference(pixels, theirs).mean).toBeGreaterThan(5 * mean)
  })

  test('an even picture stays as it is, and a second time at one quality changes little', () => {
    const even = new Uint8Array(16 * 16 * 3).fill(128)
    jpeg(even, { height: 16, width: 16 }, 30)
    expect([...even]).toEqual(new Array(768).fill(128))
    const once = scene(32, 32)
    jpeg(once, { height: 32, width: 32 }, 40)
    const twice = once.slice()
    jpeg(twice, { height: 32, width: 32 }, 40)
    expect(difference(once, twice).mean).toBeLessThan(difference(scene(32, 32), once).mean / 5)
  })

  test('it works at the offset and nowhere else, and refuses what does not fit', () => {
    const size = { height: 9, width: 7 }
    const alone = scene(9, 7)
    const within = new Uint8Array(300).fill(3)
    within.set(alone, 50)
    jpeg(alone, size, 50)
    jpeg(within, size, 50, 50)
    expect(within.subarray(50, 50 + 189)).toEqual(alone)
    expect([...within.subarray(0, 50), ...within.subarray(239)]).toEqual(new Array(111).fill(3))
    expect(() => jpeg(within, size, 50, 200)).toThrow(ShapeError)
  })
})
