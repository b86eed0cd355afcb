import { describe, expect, test } from 'vitest'
import type { ReportPair } from './report-input.ts'
import { worstErrors, worstErrorsSection } from './worst-errors.ts'

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

  test('leaves out what has no score, wherever it stands in the list', () => {
    const far = pair('far', true, 0.1, 0.5)
    const near = pair('near', true, 0.4, 0.5)
    const none = (name: string) => pair(name, true, Number.NaN, 0.5)
    // Compared with NaN a sort leaves things as they come: each order would be another.
    for (const pairs of [
      [near, none('a'), far, none('b')],
      [none('a'), near, none('b'), far],
      [far, none('a'), near, { ...far, left: 'b', threshold: Number.NaN }],
    ]) {
      const { refused, refusedCount, unscored } = worstErrors(pairs, { variant: 'exact' })
      expect(refused.map(({ left }) => left)).toEqual(['far', 'near'])
      expect([refusedCount, unscored]).toEqual([2, 2])
    }
  })
})

describe('worstErrorsSection(groups)', () => {
  test('says how many pairs have no score, and shows none of them', () => {
    const own = (name: string, ...[score]: number[]) => ({
      ...pair(`p/${name}.png`, true, score!, 0.5),
      right: 'p/z.png',
    })
    const evaluation = {
      ...{ protocol: 'pairs', name: 'pairs', label: 'run', run: 'run', settings: '', notices: [] },
      facts: { variant: 'exact' },
      pairs: [own('x', Number.NaN), own('y', 0.25), own('w', 0.3)],
    }
    const group = { title: 'Pairs', id: 'pairs', protocol: 'pairs', evaluations: [evaluation] }
    const text = worstErrorsSection([group]).html
    expect(text).not.toMatch(/NaN|p\/x\.png/)
    expect(text).toContain('1 pair of 3 without a score that is a number, left out here.')
    expect(text).toContain('In most errors: p (2 of 2 pairs).')
  })
})
