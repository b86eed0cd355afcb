import { describe, expect, test } from 'vitest'
import { matrix } from './matrix.ts'
import { principalAxes } from './principal-axes.ts'
import { rng } from './rng.ts'

describe('principalAxes(rows)', () => {
  test('finds the axes of points that lie along them, the longest first', () => {
    // About (5, 5, 5): ±3 along the third column, ±1 along the first.
    const { coordinates, shares } = principalAxes(
      matrix(Float64Array.of(5, 5, 8, 5, 5, 2, 6, 5, 5, 4, 5, 5), 3),
    )
    const expected = [3, 0, -3, 0, 0, 1, 0, -1]
    Array.from(coordinates.data, (value, i) => expect(value).toBeCloseTo(expected[i]!, 9))
    expect(shares[0]).toBeCloseTo(0.9, 9)
    expect(shares[1]).toBeCloseTo(0.1, 9)
  })

  test('keeps the distances of points that lie in a plane, however it lies', () => {
    const random = rng(3)
    const flat = Array.from({ length: 20 }, () => [3 * random.normal(), random.normal()] as const)
    // Two orthonormal directions of space.
    const [u, v] = [
      [2 / 3, 2 / 3, 1 / 3],
      [-2 / 3, 1 / 3, 2 / 3],
    ] as const
    const rows = flat.flatMap(([a, b]) => u.map((_, k) => 7 + a * u[k]! + b * v[k]!))
    const { data } = principalAxes(matrix(Float64Array.from(rows), 3)).coordinates
    for (let i = 1; i < 20; i++) {
      const [a, b] = [flat[i]!, flat[i - 1]!]
      const before = Math.hypot(a[0] - b[0], a[1] - b[1])
      expect(Math.hypot(data[2 * i]! - data[2 * i - 2]!, data[2 * i + 1]! - data[2 * i - 1]!)).toBeCloseTo(
        before,
        6,
      )
    }
  })

  test('puts a single row, and rows that are equal, at 0', () => {
    expect([...principalAxes(matrix(Float64Array.of(1, 2, 3), 3)).coordinates.data]).toEqual([0, 0])
    const { coordinates, shares } = principalAxes(matrix(Float64Array.of(1, 2, 1, 2), 2))
    expect([...coordinates.data, ...shares]).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('refuses too few columns and what is not finite', () => {
    expect(() => principalAxes(matrix(Float64Array.of(1, 2), 1))).toThrow(
      'principal axes: expected 2 columns or more, got [2, 1]',
    )
    expect(() => principalAxes(matrix(Float64Array.of(1, Number.NaN), 2))).toThrow('expected finite numbers')
  })
})
