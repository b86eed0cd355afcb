import { describe, expect, test } from 'vitest'
import { groupRates, rate } from './group-rates.ts'
import type { ReportPair } from './report-input.ts'

const pair = (left: string, right: string, same: boolean, accepted: boolean): ReportPair => ({
  ...{ left, right, same, accepted },
  score: 0,
  threshold: 0,
})

describe('groupRates(pairs, attribute, groups)', () => {
  test('counts genuine pairs to their group, impostor pairs of two groups to a last row, and leaves unlabelled ones out', () => {
    const labels: Record<string, string> = { a: 'young', b: 'young', c: 'old', d: 'old' }
    const groups = { attributes: ['age'], labelOf: (image: string) => labels[image] }
    const rows = groupRates(
      [
        pair('a', 'a', true, false),
        pair('b', 'b', true, true),
        pair('c', 'c', true, true),
        pair('a', 'b', false, true),
        pair('c', 'd', false, false),
        pair('a', 'c', false, true),
        pair('a', 'x', false, true),
      ],
      'age',
      groups,
    )
    const counts = rows.map(({ label, refused, accepted }) => [
      label,
      ...[refused.errors, refused.of, accepted.errors, accepted.of],
    ])
    expect(counts).toEqual([
      ['old', 0, 1, 0, 1],
      ['young', 1, 2, 1, 1],
      ['of two groups', 0, 0, 1, 1],
    ])
  })
})

describe('rate(errors, of)', () => {
  // Newcombe 1998, table I: Wilson's score method for 81/263, 15/148, 0/20 and 1/29.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the interval of Wilson for %i of %i', (errors, of, low, high) => {
    const found = rate(errors, of)
    expect(found.low).toBeCloseTo(low, 4)
    expect(found.high).toBeCloseTo(high, 4)
  })

  test('of nothing is unknown', () => {
    expect(rate(0, 0)).toEqual({ errors: 0, of: 0, low: Number.NaN, high: Number.NaN })
  })
})
