import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { mirror } from './augment.ts'
import { type Jitter, jitter, sameColours } from './jitter.ts'

const noise = (height: number, width: number, seed = 1): Uint8Array => {
  const random = rng(seed)
  return Uint8Array.from({ length: height * width * 3 }, () => random.below(256))
}
const still: Jitter = { angle: 0, zoom: 1, x: 0, y: 0, colours: sameColours }

/** As the words say: each pixel of the result, turned back, shrunk and moved, looked up between its four neighbours. */
function slowly(
  pixels: Uint8Array,
  { height, width }: { height: number; width: number },
  { angle, zoom, x, y, colours }: Jitter,
): number[] {
  const at = (i: number, j: number, c: number): number =>
    pixels[3 * (Math.min(height - 1, Math.max(0, j)) * width + Math.min(width - 1, Math.max(0, i))) + c]!
  const out: number[] = []
  for (let v = 0; v < height; v++)
    for (let u = 0; u < width; u++) {
      const [dx, dy] = [(u - (width - 1) / 2) / zoom, (v - (height - 1) / 2) / zoom]
      const sx = (width - 1) / 2 + x * width + Math.cos(angle) * dx + Math.sin(angle) * dy
      const sy = (height - 1) / 2 + y * height - Math.sin(angle) * dx + Math.cos(angle) * dy
      const [i, j] = [Math.floor(sx), Math.floor(sy)]
      const [p, q] = [sx - i, sy - j]
      const seen = [0, 1, 2].map(
        (c) =>
          (1 - p) * (1 - q) * at(i, j, c) +
          p * (1 - q) * at(i + 1, j, c) +
          (1 - p) * q * at(i, j + 1, c) +
          p * q * at(i + 1, j + 1, c),
      )
      for (let c = 0; c < 3; c++) {
        const [r, g, b, one] = [0, 1, 2, 3].map((d) => colours[4 * c + d]!) as [
          number,
          number,
          number,
          number,
        ]
        out.push(Math.min(255, Math.max(0, r * seen[0]! + g * seen[1]! + b * seen[2]! + one)))
      }
    }
  return out
}

describe('jitter', () => {
  test('changes nothing where nothing is asked', () => {
    const pixels = noise(5, 4)
    const before = pixels.slice()
    jitter(pixels, { height: 5, width: 4 }, still)
    expect(pixels).toEqual(before)
  })

  test('turns clockwise: a quarter turn of a square takes the top to the right', () => {
    const pixels = noise(3, 3)
    const [top, right] = [pixels.slice(0, 9), [2, 5, 8]]
    jitter(pixels, { height: 3, width: 3 }, { ...still, angle: Math.PI / 2 })
    expect(right.flatMap((i) => [...pixels.subarray(3 * i, 3 * i + 3)])).toEqual([...top])
  })

  test('half a turn of a picture is its mirror, upside down', () => {
    const size = { height: 4, width: 5 }
    const pixels = noise(4, 5)
    const rows = [3, 2, 1, 0].map((v) => pixels.slice(v * 15, v * 15 + 15))
    const upside = mirror(Uint8Array.from(rows.flatMap((row) => [...row])), size)
    jitter(pixels, size, { ...still, angle: Math.PI })
    expect(pixels).toEqual(upside)
  })

  test('takes from the right where x is positive, and the edge goes on', () => {
    const pixels = Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)
    jitter(pixels, { height: 1, width: 4 }, { ...still, x: 0.25 })
    expect([...pixels]).toEqual([2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4])
  })

  test('gives what the formula gives, to half a grey level, at an offset and nowhere else', () => {
    const share = fc.integer({ min: -800, max: 800 }).map((v) => v / 1000)
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(50)),
        fc.tuple(share, fc.integer({ min: 300, max: 3000 }), share, share),
        fc.array(share, { minLength: 12, maxLength: 12 }),
        ([height, width, offset], [turn, zoom, x, y], colours) => {
          const size = { height, width }
          const change = { angle: 4 * turn, zoom: zoom / 1000, x, y, colours }
          const alone = noise(height, width)
          const wanted = slowly(alone, size, change)
          const pixels = new Uint8Array(offset + alone.length + 9).fill(7)
          pixels.set(alone, offset)
          jitter(pixels, size, change, offset)
          wanted.forEach((value, i) => {
            expect(Math.abs(pixels[offset + i]! - value)).toBeLessThanOrEqual(0.5 + 1e-6)
          })
          const outside = [...pixels.subarray(0, offset), ...pixels.subarray(offset + alone.length)]
          expect(outside).toEqual(new Array(offset + 9).fill(7))
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  test('refuses a picture that does not fit', () => {
    expect(() => jitter(noise(2, 2), { height: 2, width: 3 }, still)).toThrow(ShapeError)
  })
})
