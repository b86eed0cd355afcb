import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError, ShapeError } from '../errors.ts'
import { type Affine, invertAffine, similarityTransform } from './similarity.ts'

const apply = (m: Affine, x: number, y: number): [number, number] => [
  m[0] * x + m[1] * y + m[2],
  m[3] * x + m[4] * y + m[5],
]

const moveAll = (m: Affine, points: readonly number[]): number[] =>
  points.flatMap((x, i) => (i % 2 === 0 ? apply(m, x, points[i + 1]!) : []))

const squares = (m: Affine, from: readonly number[], to: readonly number[]): number =>
  moveAll(m, from).reduce((sum, value, i) => sum + (value - to[i]!) ** 2, 0)

const number = fc.double({ min: -200, max: 200, noNaN: true })
const fivePoints = fc.array(number, { minLength: 10, maxLength: 10 })
const spreadOut = fivePoints.filter(
  (p) => Math.max(...p) - Math.min(...p) > 1 && Math.abs(p[0]! - p[2]!) > 0.5,
)

describe('similarityTransform', () => {
  test('a quarter turn, doubled and moved by (10, 20), worked by hand', () => {
    // (x, y) -> (10 - 2y, 20 + 2x)
    const m = similarityTransform([0, 0, 1, 0, 0, 1], [10, 20, 10, 22, 8, 20])
    expect(m.map((v) => Math.round(v * 1e12) / 1e12 + 0)).toEqual([0, -2, 10, 2, 0, 20])
  })

  test('it finds back any rotation, scale and translation', () => {
    fc.assert(
      fc.property(
        spreadOut,
        fc.double({ min: -3.14, max: 3.14, noNaN: true }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        number,
        number,
        (from, angle, scale, dx, dy) => {
          const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)]
          const truth: Affine = [c, -s, dx, s, c, dy]
          const found = similarityTransform(from, moveAll(truth, from))
          for (let i = 0; i < 6; i++)
            expect(Math.abs(found[i]! - truth[i]!)).toBeLessThan(1e-8 * (1 + 200 * scale))
        },
      ),
      { seed: 1, numRuns: 200 },
    )
  })

  test('no similarity near it is a better fit: the squared distance is least', () => {
    fc.assert(
      fc.property(spreadOut, fivePoints, (from, to) => {
        const m = similarityTransform(from, to)
        const best = squares(m, from, to)
        for (const step of [1e-3, -1e-3]) {
          for (const [p, q, x, y] of [
            [step, 0, 0, 0],
            [0, step, 0, 0],
            [0, 0, step, 0],
            [0, 0, 0, step],
          ] as const) {
            const near: Affine = [m[0] + p, m[1] - q, m[2] + x, m[3] + q, m[4] + p, m[5] + y]
            expect(squares(near, from, to)).toBeGreaterThanOrEqual(best * (1 - 1e-9))
          }
        }
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  test("it agrees with Umeyama's form: the best rotation over all angles, then scale and shift", () => {
    fc.assert(
      fc.property(spreadOut, fivePoints, (from, to) => {
        const mean = (p: readonly number[], axis: 0 | 1) =>
          p.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b, 0) / 5
        const [mx, my, nx, ny] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)]
        // The covariance [2, 2] of target and source, and the trace of its product with a rotation.
        const cov = [0, 0, 0, 0]
        let variance = 0
        for (let i = 0; i < 10; i += 2) {
          const [x, y, u, v] = [from[i]! - mx, from[i + 1]! - my, to[i]! - nx, to[i + 1]! - ny]
          cov[0]! += u * x
          cov[1]! += u * y
          cov[2]! += v * x
          cov[3]! += v * y
          variance += x * x + y * y
        }
        let best = Number.NEGATIVE_INFINITY
        for (let k = 0; k < 3600; k++) {
          const [c, s] = [Math.cos((k * Math.PI) / 1800), Math.sin((k * Math.PI) / 1800)]
          best = Math.max(best, c * cov[0]! - s * cov[1]! + s * cov[2]! + c * cov[3]!)
        }
        const m = similarityTransform(from, to)
        const scale = Math.hypot(m[0], m[3])
        expect(scale).toBeGreaterThanOrEqual(best / variance - 1e-9)
        expect(scale).toBeLessThanOrEqual((best / variance) * (1 + 1e-5) + 1e-9)
      }),
      { seed: 1, numRuns: 30 },
    )
  })

  test('mirrored points give a proper rotation with a smaller scale, never a reflection', () => {
    const from = [0, 0, 4, 0, 0, 1]
    const m = similarityTransform(from, [0, 0, -4, 0, 0, 1])
    expect(m[0] * m[4] - m[1] * m[3]).toBeGreaterThan(0)
    expect(Math.hypot(m[0], m[3])).toBeLessThan(1)
    expect(m[0]).toBe(m[4])
    expect(m[1]).toBe(-m[3])
  })

  test('points that coincide, numbers that are not finite and unequal lengths are refused with the values', () => {
    expect(() => similarityTransform([0.1, 0.7, 0.1, 0.7, 0.1, 0.7], [1, 2, 3, 4, 5, 6])).toThrow(
      new DataError('similarity transform: expected distinct points, got all at 0.1,0.7'),
    )
    expect(() => similarityTransform([1, 2, Number.NaN, 4], [1, 2, 3, 4])).toThrow(
      /finite points, got 1,2,NaN,4/,
    )
    expect(() => similarityTransform([1, 2, 3, 4], [1, 2, 3, 4, 5, 6])).toThrow(ShapeError)
    expect(() => similarityTransform([1, 2], [3, 4])).toThrow(/at least 2 points, got 2 and 2 numbers/)
  })
})

describe('invertAffine', () => {
  test('there and back is where one started, for any map that has an inverse', () => {
    const unit = fc.integer({ min: -2000, max: 2000 }).map((v) => v / 1000)
    fc.assert(
      fc.property(fc.tuple(unit, unit, number, unit, unit, number), number, number, (m, x, y) => {
        fc.pre(Math.abs(m[0] * m[4] - m[1] * m[3]) > 1e-2)
        const [u, v] = apply(invertAffine(m), ...apply(m, x, y))
        expect(Math.hypot(u - x, v - y)).toBeLessThan(1e-8)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('a map without an inverse is refused with its numbers', () => {
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(
      new DataError('invert affine: expected a map that has an inverse, got 1 2 0 2 4 0'),
    )
    expect(() => invertAffine([1, 0, Number.NaN, 0, 1, 0])).toThrow(DataError)
  })
})
