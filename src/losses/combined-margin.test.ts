import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf, expectWrittenOut } from '../../test/losses/written-out.ts'
import { arcFace } from './arc-face.ts'
import { type CombinedMargins, combinedMargin, combinedMarginEntry, combinedTurn } from './combined-margin.ts'
import { lmcl } from './lmcl.ts'

const s = 16
const withMargins =
  (margins: CombinedMargins): Loss =>
  (x, W, y) =>
    combinedMargin(x, W, y, { s, ...margins })

/** Deng et al. 2019, eq. 4, and past m1·θ + m2 = π what `combinedTurn` says. */
const written =
  ({ m1 = 0.9, m2 = 0.4, m3 = 0.15 }: CombinedMargins) =>
  (there: Problem) => {
    const turn = combinedTurn(m1, m2)
    return crossEntropyOf(
      angles(there).map((row, i) =>
        row.map((θ, j) => {
          if (j !== there.labels[i]) return s * Math.cos(θ)
          return s * ((θ < turn.angle ? Math.cos(m1 * θ + m2) : Math.cos(θ) - turn.shift) - m3)
        }),
      ),
      there.labels,
    )
  }

describe('combinedMargin is the equation of the paper', () => {
  test.each([{}, { m1: 1, m2: 0.3, m3: 0.2 }, { m1: 1.35, m2: 0, m3: 0 }, { m1: 2, m2: 0.2, m3: 0.1 }])(
    '%j',
    (margins) => {
      for (const seed of [1, 2, 3])
        expectWrittenOut(withMargins(margins), () => written(margins), randomProblem(seed), {
          gradient: 1e-5,
        })
    },
  )
})

test('combinedMargin with (1, m, 0) is ArcFace, past π − m too, and with (1, 0, m) LMCL', () => {
  for (const seed of [4, 5, 6, 7]) {
    const problem = randomProblem(seed, { N: 16, D: 2 })
    const value = (loss: Loss): number => inFloat64(loss, problem).loss[0]!
    for (const m of [0.5, 1.6])
      expect(value(withMargins({ m1: 1, m2: m, m3: 0 }))).toBeCloseTo(
        value((x, W, y) => arcFace(x, W, y, { s, m })),
        6,
      )
    expect(value(withMargins({ m1: 1, m2: 0, m3: 0.4 }))).toBeCloseTo(
      value((x, W, y) => lmcl(x, W, y, { s, m: 0.4 })),
      6,
    )
  }
})

test('combinedTurn keeps the logit falling for every m1 and m2', () => {
  const margins = fc.record({
    m1: fc.double({ min: 0.3, max: 4, noNaN: true }),
    m2: fc.double({ min: 0, max: 2, noNaN: true }),
  })
  fc.assert(
    fc.property(margins, ({ m1, m2 }) => {
      const turn = combinedTurn(m1, m2)
      const at = (θ: number) => (θ < turn.angle ? Math.cos(m1 * θ + m2) : Math.cos(θ) - turn.shift)
      for (let θ = 0.01; θ <= Math.PI; θ += 0.01) expect(at(θ)).toBeLessThan(at(θ - 0.01) + 1e-12)
    }),
    { seed: 1 },
  )
})

test('the catalogue builds it from its options, (0.9, 0.4, 0.15) by default', () => {
  const problem = randomProblem(8)
  const { loss, describe: told } = combinedMarginEntry.build({ scale: 16 })
  expect(told).toMatchObject({ m1: 0.9, m2: 0.4, m3: 0.15, scale: 16 })
  expect(inFloat64(loss, problem).loss).toEqual(inFloat64(withMargins({}), problem).loss)
})
