import { expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { alignFace, template } from '../image/align.ts'
import type { Picture } from '../image/decode.ts'
import { rng } from '../math/rng.ts'
import { cutFace } from './cut-face.ts'

const size = { height: 112, width: 96 }

/** A picture whose pixel at (x, y) is `colour(x, y)`, grey. */
function grey(width: number, height: number, colour: (x: number, y: number) => number): Picture {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++)
    data.fill(colour(i % width, Math.floor(i / width)), 3 * i, 3 * i + 3)
  return { width, height, data }
}

/** The template's points `scale` times as large, turned by `radians` and moved to (x, y). */
function points(scale: number, { x = 0, y = 0, radians = 0 } = {}): number[] {
  const flat = template('sphereface', size)
  const out: number[] = []
  for (let i = 0; i < 10; i += 2) {
    const [u, v] = [flat[i]! * scale, flat[i + 1]! * scale]
    out.push(
      x + u * Math.cos(radians) - v * Math.sin(radians),
      y + u * Math.sin(radians) + v * Math.cos(radians),
    )
  }
  return out
}

test('cutFace(picture) is alignFace, byte for byte, up to twice the size of the result', () => {
  const random = rng(7)
  const picture = grey(230, 260, () => random.below(256))
  for (const at of [points(0.7, { x: 40, y: 40 }), points(1.99, { radians: 0.1, x: 20 })])
    expect(cutFace(picture, at, size)).toEqual(alignFace(picture, at, size))
})

test('cutFace(picture) of a large face is smooth where alignFace would alias', () => {
  // One-pixel stripes are grey from far away; looked up at every eighth pixel they are black or white.
  const picture = grey(900, 1000, (x) => (x % 2) * 200)
  const at = points(8, { x: 30, y: 20 })
  const cut = cutFace(picture, at, size)
  const inside = (y: number, x: number): number => cut[3 * (y * size.width + x)]!
  for (let y = 10; y < 100; y += 9)
    for (let x = 10; x < 90; x += 7) expect(Math.abs(inside(y, x) - 100)).toBeLessThan(12)
  expect(new Set(alignFace(picture, at, size))).toContain(0)
})

test.each(['x', 'y'])('cutFace(picture) puts a large, turned face where its points say, along %s', (axis) => {
  // A ramp of one grey level for seven pixels tells where each pixel was taken from; seven is odd, so that rounding
  // leans to no side.
  const picture = grey(1500, 1500, (x, y) => Math.round((axis === 'x' ? x : y) / 7))
  const cut = cutFace(picture, points(6.3, { x: 500, y: 203, radians: 0.4 }), size)
  let sum = 0
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const from =
        axis === 'x'
          ? 500 + 6.3 * (x * Math.cos(0.4) - y * Math.sin(0.4))
          : 203 + 6.3 * (x * Math.sin(0.4) + y * Math.cos(0.4))
      const off = cut[3 * (y * size.width + x)]! - from / 7
      expect(Math.abs(off)).toBeLessThan(1)
      sum += off
    }
  expect(Math.abs(sum / (size.height * size.width))).toBeLessThan(0.01)
})

test('cutFace(picture) of a large face that reaches past the picture is black there', () => {
  const picture = grey(400, 400, () => 200)
  const cut = cutFace(picture, points(6, { x: -200, y: 0 }), size)
  expect(cut[0]).toBe(0)
  expect(cut[3 * (30 * size.width + 60)]).toBe(200)
  expect(cut[3 * (100 * size.width + 60)]).toBe(0)
  expect(cutFace(picture, points(6, { x: 5000 }), size)).toEqual(new Uint8Array(112 * 96 * 3))
})

test('cutFace(picture) refuses any other number of points', () => {
  expect(() =>
    cutFace(
      grey(4, 4, () => 0),
      [1, 2, 3, 4],
      size,
    ),
  ).toThrow(ShapeError)
})
