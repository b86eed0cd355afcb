import { describe, expect, test } from 'vitest'
import { tCritical, tTwoSided } from './student-t.ts'

describe('tTwoSided(t, freedom)', () => {
  test('is that of the closed forms with 1, 2 and 4 degrees of freedom', () => {
    for (const t of [0.01, 0.3, 1, 2.5, 12.7, 400]) {
      expect(tTwoSided(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12)
      expect(tTwoSided(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12)
      const s = t / Math.sqrt(t * t + 4)
      expect(tTwoSided(t, 4)).toBeCloseTo(1 - 1.5 * s * (1 - (s * s) / 3), 12)
    }
  })

  test('keeps its digits where p is small, and nears the normal with many degrees of freedom', () => {
    // 1 - t/√(2+t²) ≈ 1/t² for a large t.
    expect(tTwoSided(1e4, 2) / 1e-8).toBeCloseTo(1, 6)
    expect(tTwoSided(1.959963984540054, 1e6)).toBeCloseTo(0.05, 5)
  })

  test('counts both sides, is 1 at 0, 0 at infinity, and NaN without a number or a degree of freedom', () => {
    expect(tTwoSided(-2, 7)).toBe(tTwoSided(2, 7))
    expect([tTwoSided(0, 3), tTwoSided(Number.POSITIVE_INFINITY, 3)]).toEqual([1, 0])
    expect([tTwoSided(Number.NaN, 3), tTwoSided(1, 0)]).toEqual([Number.NaN, Number.NaN])
  })
})

test('tCritical(p, freedom) gives the values of printed tables', () => {
  const printed: [number, number, number][] = [
    [0.05, 1, 12.706],
    [0.05, 2, 4.303],
    [0.05, 9, 2.262],
    [0.05, 29, 2.045],
    [0.01, 9, 3.25],
    [0.1, 4, 2.132],
    [0.001, 10, 4.587],
  ]
  for (const [p, freedom, t] of printed) expect(tCritical(p, freedom)).toBeCloseTo(t, 3)
  expect(tCritical(0, 3)).toBeNaN()
})
