import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { blur } from './blur.ts'

const noise = (height: number, width: number): Uint8Array => {
  const random = rng(1)
  return Uint8Array.from({ length: height * width * 3 }, () => random.below(256))
}

/** The sum over all pixels of the plane, the picture going on beyond its edges. */
function slowly(pixels: Uint8Array, height: number, width: number, sigma: number): number[] {
  const reach = Math.ceil(3 * sigma)
  return Array.from(pixels, (_, i) => {
    const [c, u, v] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    let [sum, total] = [0, 0]
    for (let y = v - reach; y <= v + reach; y++)
      for (let x = u - reach; x <= u + reach; x++) {
        const weight = Math.exp(-((x - u) ** 2 + (y - v) ** 2) / (2 * sigma ** 2))
        const at = Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))
        sum += weight * pixels[3 * at + c]!
        total += weight
      }
    return sum / total
  })
}

describe('blur', () => {
  test.each([
    [7, 9, 0.4],
    [6, 5, 1],
    [3, 11, 2.7],
    [1, 4, 5],
    [1, 1, 3],
  ])(
    'of %i × %i by σ = %f is the Gaussian mean of the neighbourhood, to half a grey level',
    (height, width, sigma) => {
      const pixels = noise(height, width)
      const wanted = slowly(pixels, height, width, sigma)
      blur(pixels, { height, width }, sigma)
      wanted.forEach((value, i) => {
        expect(Math.abs(pixels[i]! - value)).toBeLessThanOrEqual(0.5 + 1e-3)
      })
    },
  )

  test('leaves an even picture as it is, white too, and everything where σ is below a tenth', () => {
    for (const value of [0, 77, 255]) {
      const even = new Uint8Array(8 * 6 * 3).fill(value)
      blur(even, { height: 8, width: 6 }, 1.7)
      expect([...even]).toEqual(new Array(144).fill(value))
    }
    const pixels = noise(4, 4)
    blur(pixels, { height: 4, width: 4 }, 0.09)
    expect(pixels).toEqual(noise(4, 4))
  })

  test('works at the offset and nowhere else, and refuses what does not fit', () => {
    const alone = noise(3, 4)
    const within = new Uint8Array(60).fill(9)
    within.set(alone, 20)
    blur(alone, { height: 3, width: 4 }, 1)
    blur(within, { height: 3, width: 4 }, 1, 20)
    expect(within.subarray(20, 56)).toEqual(alone)
    expect([...within.subarray(0, 20), ...within.subarray(56)]).toEqual(new Array(24).fill(9))
    expect(() => blur(within, { height: 3, width: 4 }, 1, 30)).toThrow(ShapeError)
  })
})
