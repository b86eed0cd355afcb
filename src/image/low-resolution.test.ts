import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { lowResolution } from './low-resolution.ts'

const noise = (height: number, width: number): Uint8Array => {
  const random = rng(1)
  return Uint8Array.from({ length: height * width * 3 }, () => random.below(256))
}
const variance = (pixels: Uint8Array): number => {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length
  return pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length
}

describe('lowResolution', () => {
  test('leaves an even picture as it is to its edges, at any scale and size', () => {
    for (const [height, width] of [
      [56, 48],
      [57, 31],
      [5, 17],
      [1, 1],
    ] as const)
      for (const scale of [0.05, 0.21, 0.5, 0.77, 0.99, 1]) {
        const even = new Uint8Array(height * width * 3).fill(200)
        lowResolution(even, { height, width }, scale)
        expect([...new Set(even)]).toEqual([200])
      }
  })

  test('takes details away, the more the smaller the scale, and keeps the brightness', () => {
    const size = { height: 40, width: 30 }
    const left = [1, 0.7, 0.4, 0.2, 0.1].map((scale) => {
      const pixels = noise(40, 30)
      lowResolution(pixels, size, scale)
      expect(Math.abs(pixels.reduce((sum, v) => sum + v, 0) / pixels.length - 127.5)).toBeLessThan(5)
      return variance(pixels)
    })
    expect([...left].sort((a, b) => b - a)).toEqual(left)
    expect(left[0]).toBe(variance(noise(40, 30)))
    expect(left.at(-1)).toBeLessThan(left[0]! / 50)
  })

  test('keeps a slope where it is: nothing moves', () => {
    const [height, width] = [32, 24]
    const slope = Uint8Array.from(
      { length: height * width * 3 },
      (_, i) => 5 * (Math.floor(i / 3) % width) + 40,
    )
    const blurred = slope.slice()
    lowResolution(blurred, { height, width }, 0.5)
    const row = 10 * width * 3
    for (let x = 2; x < width - 2; x++)
      expect(Math.abs(blurred[row + 3 * x]! - slope[row + 3 * x]!)).toBeLessThanOrEqual(2)
  })

  test('works at the offset and nowhere else, and refuses what does not fit', () => {
    const alone = noise(6, 5)
    const within = new Uint8Array(120).fill(9)
    within.set(alone, 20)
    lowResolution(alone, { height: 6, width: 5 }, 0.5)
    lowResolution(within, { height: 6, width: 5 }, 0.5, 20)
    expect(within.subarray(20, 110)).toEqual(alone)
    expect([...within.subarray(0, 20), ...within.subarray(110)]).toEqual(new Array(30).fill(9))
    expect(() => lowResolution(within, { height: 6, width: 5 }, 0.5, 40)).toThrow(ShapeError)
  })
})
