import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError, ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { type Affine, invertAffine } from '../math/similarity.ts'
import type { Picture } from './decode.ts'
import { warpAffine } from './warp.ts'

const noise = (width: number, height: number, seed = 1): Picture => {
  const random = rng(seed)
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.below(256)) }
}

/** Bilinear interpolation as the formula has it: every neighbour by its tent weight, black outside. */
const slowly = (p: Picture, matrix: Affine, height: number, width: number): number[] => {
  const inverse = invertAffine(matrix)
  const out: number[] = []
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const x = inverse[0] * u + inverse[1] * v + inverse[2]
      const y = inverse[3] * u + inverse[4] * v + inverse[5]
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let j = Math.floor(y); j <= Math.floor(y) + 1; j++) {
          for (let i = Math.floor(x); i <= Math.floor(x) + 1; i++) {
            const inside = i >= 0 && j >= 0 && i < p.width && j < p.height
            const value = inside ? p.data[3 * (j * p.width + i) + c]! : 0
            sum += Math.max(0, 1 - Math.abs(x - i)) * Math.max(0, 1 - Math.abs(y - j)) * value
          }
        }
        out.push(sum)
      }
    }
  }
  return out
}

describe('warpAffine', () => {
  test('the identity copies the picture, and a shift by whole pixels moves it over black', () => {
    const p = noise(5, 4)
    expect(warpAffine(p, [1, 0, 0, 0, 1, 0], p)).toEqual(p.data)
    const shifted = warpAffine(p, [1, 0, 2, 0, 1, 1], { height: 4, width: 5 })
    expect([...shifted.subarray(0, 15)]).toEqual(new Array(15).fill(0))
    expect(shifted.subarray(15 + 6, 30)).toEqual(p.data.subarray(0, 9))
  })

  test('halfway between two pixels is their mean, and half outside is half as bright', () => {
    const p: Picture = { width: 2, height: 1, data: Uint8Array.of(100, 50, 0, 200, 100, 40) }
    const half = warpAffine(p, [1, 0, 0.5, 0, 1, 0], { height: 1, width: 3 })
    expect([...half]).toEqual([50, 25, 0, 150, 75, 20, 100, 50, 20])
  })

  test('any map gives what the formula of bilinear interpolation gives, to half a grey level', () => {
    const number = fc.integer({ min: -2000, max: 2000 }).map((v) => v / 1000)
    const shift = fc.integer({ min: -12_000, max: 12_000 }).map((v) => v / 1000)
    const side = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(
        fc.tuple(number, number, shift, number, number, shift),
        side,
        side,
        fc.integer({ min: 1, max: 50 }),
        (m, width, height, seed) => {
          fc.pre(Math.abs(m[0] * m[4] - m[1] * m[3]) > 1e-3)
          const p = noise(width, height, seed)
          const fast = warpAffine(p, m, { height: 7, width: 8 })
          slowly(p, m, 7, 8).forEach((value, i) => {
            expect(Math.abs(fast[i]! - value)).toBeLessThanOrEqual(0.5 + 1e-6)
          })
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  test('it writes at the offset and nowhere else', () => {
    const out = new Uint8Array(60).fill(7)
    warpAffine(noise(3, 3), [1, 0, 0, 0, 1, 0], { height: 3, width: 3 }, out, 20)
    expect([...out.subarray(0, 20), ...out.subarray(47)]).toEqual(new Array(33).fill(7))
    expect(out.subarray(20, 47)).toEqual(noise(3, 3).data)
  })

  test('no room and no inverse are refused with the values', () => {
    const p = noise(3, 3)
    expect(() => warpAffine(p, [1, 0, 0, 0, 1, 0], { height: 3, width: 3 }, new Uint8Array(30), 4)).toThrow(
      new ShapeError('warp affine: expected room for 3 x 3 x 3 bytes at 4, got 30 bytes'),
    )
    expect(() => warpAffine(p, [1, 0, 0, 0, 1, 0], { height: 3, width: 3 }, new Uint8Array(30), -1)).toThrow(
      ShapeError,
    )
    expect(() => warpAffine(p, [0, 0, 0, 0, 0, 0], { height: 3, width: 3 })).toThrow(DataError)
  })
})
