import { describe, expect, test } from 'vitest'
import type { ReportPair } from './report-input.ts'
import { worstErrors } from './worst-errors.ts'

const pair = (left: string, same: boolean, score: number, threshold: number): ReportPair => ({
  ...{ left, right: 'r', same, score, threshold },
  accepted: score > threshold,
})

describe('worstErrors(pairs)', () => {
  test('puts what lies furthest beyond its own threshold first, each kind for itself', () => {
    const pairs = [
      pair('right', true, 0.9, 0.5),
      pair('slight', false, 0.6, 0.5),
      pair('far', false, 0.9, 0.5),
      // A higher score, but its threshold is higher too.
      pair('middle', false, 0.95, 0.7),
      pair('refused', true, 0.1, 0.5),
    ]
    const { accepted, refused, acceptedCount, refusedCount } = worstErrors(pairs, {
      variant: 'exact',
      most: 2,
    })
    expect(accepted.map(({ left }) => left)).toEqual(['far', 'middle'])
    expect(refused.map(({ left }) => left)).toEqual(['refused'])
    expect([acceptedCount, refusedCount]).toEqual([3, 1])
  })

  test('measures squared distances from a threshold that is one', () => {
    const distances = [
      { ...pair('near', false, -0.1, 1), accepted: true },
      { ...pair('edge', false, -0.9, 1), accepted: true },
    ]
    const { accepted } = worstErrors(distances, { variant: 'insightface' })
    expect(accepted.map(({ left }) => left)).toEqual(['near', 'edge'])
  })
})
