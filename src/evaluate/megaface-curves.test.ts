import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextBelow, officialCmc, officialRoc } from './megaface-curves.ts'

describe('officialCmc(ranks, lastRank)', () => {
  it('writes a point where recall has risen by 0.01 or more, and the last rank', () => {
    const ranks = [...new Array(50).fill(0), 1, ...new Array(49).fill(3)]
    expect(officialCmc(ranks, 10)).toEqual({ rank: [0, 1, 3, 10], recall: [0.5, 0.51, 1, 1] })
  })

  it('lets small rises add up, and writes no point for less', () => {
    const ranks = [...new Array(197).fill(0), 1, 2, 7]
    expect(officialCmc(ranks, 20)).toEqual({ rank: [0, 2, 20], recall: [197 / 200, 199 / 200, 1] })
  })

  it('writes the last rank once', () => {
    expect(officialCmc([5, 5], 5)).toEqual({ rank: [5], recall: [1] })
  })
})

describe('officialRoc(above, impostors)', () => {
  it('puts genuine scores before impostors of the same value, and writes rises of more than 0.01', () => {
    // Ten genuine scores: two above all impostors, one below the first, six below the third, one below all five.
    expect(officialRoc([0, 0, 1, 3, 3, 3, 3, 3, 3, 5], 5)).toEqual({
      far: [0, 1 / 5, 3 / 5, 1],
      tar: [0.2, 0.3, 0.9, 1],
    })
  })

  it('writes no point for a rise of 0.01 itself, which counts with the next', () => {
    const above = [...new Array(50).fill(0), 1, ...new Array(49).fill(2)]
    expect(officialRoc(above, 4)).toEqual({ far: [0, 2 / 4, 1], tar: [0.5, 1, 1] })
  })
})

it('nextBelow(x) is the greatest number below x', () => {
  expect(nextBelow(0)).toBe(-Number.MIN_VALUE)
  expect(nextBelow(-0)).toBe(-Number.MIN_VALUE)
  expect(nextBelow(1)).toBe(1 - 2 ** -53)
  expect(nextBelow(-1)).toBe(-1 - 2 ** -52)
  expect(nextBelow(Number.MIN_VALUE)).toBe(0)
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const below = nextBelow(x)
      return below < x && !((below + x) / 2 > below && (below + x) / 2 < x && Math.abs(x) < 1e300)
    }),
    { seed: 1 },
  )
})
