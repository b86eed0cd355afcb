import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { similarityTransform } from '../math/similarity.ts'
import { alignFace, template } from './align.ts'
import { decode, type Picture } from './decode.ts'

interface Fixture {
  readonly align: readonly {
    readonly height: number
    readonly width: number
    readonly points: readonly number[]
    readonly matrix: readonly number[]
    readonly pixels: string
  }[]
  readonly jpeg: {
    readonly height: number
    readonly width: number
    readonly file: string
    readonly pixels: string
  }
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/opencv-images.json', import.meta.url), 'utf8'),
)

/** The picture of test/fixtures/opencv-images.py. */
const picture = (width: number, height: number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    return Math.floor((3 * x * x + 5 * y * y + 7 * x * y + 400 * c) / 8) % 256
  }),
})
const furthest = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)

describe('beside numbers that OpenCV gave (test/fixtures/opencv-images.py)', () => {
  test("similarityTransform is Umeyama's by NumPy's singular value decomposition", () => {
    for (const { points, matrix, ...size } of fixture.align) {
      similarityTransform(points, template('sphereface', size)).forEach((value, i) => {
        expect(value).toBeCloseTo(matrix[i]!, 10)
      })
    }
  })

  test('alignFace is within one grey level of warpAffine, on a picture full of steps', () => {
    for (const { points, pixels, ...size } of fixture.align) {
      const ours = alignFace(picture(60, 64), points, size)
      const theirs = Buffer.from(pixels, 'base64')
      expect(ours.length).toBe(theirs.length)
      expect(furthest(ours, theirs)).toBeLessThanOrEqual(1)
    }
  })

  test('decode gives the pixels of a JPEG that imdecode gives, to one grey level', async () => {
    const { height, width, file, pixels } = fixture.jpeg
    const ours = await decode(Buffer.from(file, 'base64'))
    expect([ours.height, ours.width]).toEqual([height, width])
    expect(furthest(ours.data, Buffer.from(pixels, 'base64'))).toBeLessThanOrEqual(1)
  })
})
