import { describe, expect, test } from 'vitest'
import { DataError, ShapeError, UsageError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { alignFace, type TemplateName, template } from './align.ts'
import type { Picture } from './decode.ts'

const SPHEREFACE = [30.2946, 51.6963, 65.5318, 51.5014, 48.0252, 71.7366, 33.5493, 92.3655, 62.7299, 92.2041]

/** A smooth coloured picture, so that a misplaced sample shows. */
const smooth = (width: number, height: number): Picture => {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 3 * (y * width + x)
      data[i] = 128 + 100 * Math.sin(x / 7) * Math.cos(y / 9)
      data[i + 1] = (255 * x) / width
      data[i + 2] = (255 * y) / height
    }
  }
  return { width, height, data }
}

/** The yardstick's alignment, literally: Umeyama by a singular value decomposition [2, 2], then inverse mapping. */
function literally(p: Picture, points: readonly number[], height: number, width: number): number[] {
  const to = SPHEREFACE.map((v) => v * (height / 112))
  const at = (list: readonly number[], axis: number) => [0, 1, 2, 3, 4].map((i) => list[2 * i + axis]!)
  const average = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
  const [sx, sy, dx, dy] = [at(points, 0), at(points, 1), at(to, 0), at(to, 1)]
  const [msx, msy, mdx, mdy] = [average(sx), average(sy), average(dx), average(dy)]
  const cov = (a: number[], ma: number, b: number[], mb: number) =>
    average(a.map((v, i) => (v - ma) * (b[i]! - mb)))
  const [a, b, c, d] = [
    cov(dx, mdx, sx, msx),
    cov(dx, mdx, sy, msy),
    cov(dy, mdy, sx, msx),
    cov(dy, mdy, sy, msy),
  ]
  // [[a, b], [c, d]] = U diag(σ₁, σ₂) Vᵀ; with both angles known, U E Vᵀ is a rotation and σ₂ carries the sign of the determinant.
  const [e, f, g, h] = [(a + d) / 2, (a - d) / 2, (c + b) / 2, (c - b) / 2]
  const [q, r] = [Math.hypot(e, h), Math.hypot(f, g)]
  const [sigma1, sigma2] = [q + r, q - r]
  const angle = Math.atan2(h, e)
  const variance = average(sx.map((v, i) => (v - msx) ** 2 + (sy[i]! - msy) ** 2))
  const k = (sigma1 + sigma2) / variance
  const [cos, sin] = [k * Math.cos(angle), k * Math.sin(angle)]
  const [tx, ty] = [mdx - cos * msx + sin * msy, mdy - sin * msx - cos * msy]
  const out: number[] = []
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const x = (cos * (u - tx) + sin * (v - ty)) / (k * k)
      const y = (-sin * (u - tx) + cos * (v - ty)) / (k * k)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let j = 0; j < p.height; j++) {
          const wy = 1 - Math.abs(y - j)
          if (wy <= 0) continue
          for (let i = 0; i < p.width; i++) {
            const wx = 1 - Math.abs(x - i)
            if (wx > 0) sum += wx * wy * p.data[3 * (j * p.width + i) + channel]!
          }
        }
        out.push(sum)
      }
    }
  }
  return out
}

describe('template', () => {
  test('sphereface at 112 x 96 has the published points, and at 56 x 48 half of them', () => {
    expect([...template('sphereface', { height: 112, width: 96 })]).toEqual(SPHEREFACE)
    expect([...template('sphereface', { height: 56, width: 48 })]).toEqual(SPHEREFACE.map((v) => v / 2))
  })

  test('arcface at 112 x 112 has the published points: 8 added to x', () => {
    const published = [
      38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
    ]
    template('arcface', { height: 112, width: 112 }).forEach((v, i) => {
      expect(v).toBeCloseTo(published[i]!, 10)
    })
  })

  test('another shape keeps the proportions and the middle: sphereface at 112 x 112 is arcface, and the reverse', () => {
    const close = (a: Float64Array, b: Float64Array) =>
      a.forEach((v, i) => void expect(v).toBeCloseTo(b[i]!, 10))
    const [square, tall] = [
      { height: 112, width: 112 },
      { height: 56, width: 48 },
    ]
    close(template('sphereface', square), template('arcface', square))
    close(template('arcface', tall), template('sphereface', tall))
  })

  test('a name that is no template is refused', () => {
    expect(() => template('facenet' as TemplateName, { height: 112, width: 96 })).toThrow(
      new UsageError('template: expected one of sphereface, arcface, got facenet'),
    )
  })
})

describe('alignFace', () => {
  test('points on the template leave the picture as it is', () => {
    const p = smooth(96, 112)
    const out = alignFace(p, template('sphereface', p), { height: 112, width: 96 })
    out.forEach((v, i) => void expect(Math.abs(v - p.data[i]!)).toBeLessThanOrEqual(1))
  })

  test("any five points give what Umeyama's singular value form and bilinear sampling give, to a grey level", () => {
    const random = rng(3)
    const p = smooth(70, 80)
    for (let round = 0; round < 6; round++) {
      const size = round % 2 === 0 ? { height: 56, width: 48 } : { height: 28, width: 24 }
      const angle = random.normal() * 0.4
      const points = SPHEREFACE.flatMap((x, i) => {
        if (i % 2 === 1) return []
        const [u, v] = [(x - 48) * 0.6, (SPHEREFACE[i + 1]! - 70) * 0.6]
        return [
          35 + Math.cos(angle) * u - Math.sin(angle) * v + random.normal(),
          40 + Math.sin(angle) * u + Math.cos(angle) * v + random.normal(),
        ]
      })
      const fast = alignFace(p, points, size)
      literally(p, points, size.height, size.width).forEach((value, i) => {
        expect(Math.abs(fast[i]! - value)).toBeLessThanOrEqual(0.5 + 1e-6)
      })
    }
  })

  test('points that coincide, are not finite or are not five are refused', () => {
    const p = smooth(20, 20)
    const size = { height: 28, width: 24 }
    expect(() => alignFace(p, new Float64Array(10).fill(5), size)).toThrow(DataError)
    expect(() => alignFace(p, new Float64Array(10).fill(Number.NaN), size)).toThrow(DataError)
    expect(() => alignFace(p, [1, 2, 3, 4], size)).toThrow(
      new ShapeError('align face: expected 5 points, got 4 numbers'),
    )
  })
})
