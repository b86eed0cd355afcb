import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { UsageError } from '../errors.ts'
import { grad, input, reduceSum } from '../graph/index.ts'
import { psi } from './psi.ts'

const margins = [1, 2, 3, 4]

/** ψ and its derivative by c at the angles given in radians. */
function at(m: number, angles: readonly number[]): { value: Float64Array; slope: Float64Array } {
  const c = input('c', [angles.length])
  const value = psi(c, m)
  return evaluate({ value, slope: grad(reduceSum(value), [c])[0]! }, { c: angles.map(Math.cos) })
}

const grid = Array.from({ length: 721 }, (_, i) => (i * Math.PI) / 720)

describe.each(margins)('psi(c, %i)', (m) => {
  test('is (−1)^k cos(mθ) − 2k on the k-th of m equal parts of [0, π]', () => {
    const expected = grid.map((θ) => {
      const k = Math.min(m - 1, Math.floor((m * θ) / Math.PI))
      return (-1) ** k * Math.cos(m * θ) - 2 * k
    })
    at(m, grid).value.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 10)
    })
  })

  test('falls from 1 at 0 to 1 − 2m at π and never rises', () => {
    const { value } = at(m, grid)
    expect(value[0]).toBeCloseTo(1, 12)
    expect(value.at(-1)).toBeCloseTo(1 - 2 * m, 12)
    for (let i = 1; i < value.length; i++) expect(value[i]!).toBeLessThanOrEqual(value[i - 1]! + 1e-12)
  })

  test('has a finite derivative by the cosine at 0 and π: m²', () => {
    for (const slope of at(m, [0, Math.PI]).slope) expect(slope).toBeCloseTo(m * m, 10)
  })
})

test.each([2, 3, 4])('psi(c, %i) has no kink at kπ/m: its derivative is 0 on both sides', (m) => {
  const kinks = Array.from({ length: m - 1 }, (_, i) => ((i + 1) * Math.PI) / m)
  const around = kinks.flatMap((θ) => [θ - 1e-9, θ, θ + 1e-9])
  for (const slope of at(m, around).slope) expect(Math.abs(slope)).toBeLessThan(1e-6)
})

test.each([0, 5, 2.5, Number.NaN])('psi(c, %d) is refused', (m) => {
  expect(() => psi(input('c', [1]), m)).toThrow(
    new UsageError(`a-softmax: margin must be 1, 2, 3 or 4, got ${m}`),
  )
})
