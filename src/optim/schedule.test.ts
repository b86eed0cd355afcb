import { describe, expect, it } from 'vitest'
import { cosine, multiStep, polynomial, type Schedule, warmUp } from './index.ts'

const ratesOf = (schedule: Schedule, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => schedule(i + 1, steps))

/** PyTorch's MultiStepLR, which is told after each step: the rates that steps 1, 2, … use, by its chained rule. */
function multiStepLR(rate: number, milestones: readonly number[], gamma: number, steps: number): number[] {
  const rates: number[] = []
  let current = rate
  for (let lastEpoch = 0; lastEpoch < steps; lastEpoch++) {
    current *= gamma ** milestones.filter((milestone) => milestone === lastEpoch).length
    rates.push(current)
  }
  return rates
}

describe('multiStep(rate)', () => {
  it('falls where MultiStepLR of PyTorch does: the first step after a milestone has the lower rate', () => {
    expect(ratesOf(multiStep(0.1, { milestones: [2, 5], factor: 0.5 }), 7)).toEqual([
      0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025,
    ])
    for (const milestones of [[], [1], [3, 3, 4], [9, 2], [0, 6], [100]])
      for (const factor of [0.1, 0.3]) {
        const expected = multiStepLR(0.07, milestones, factor, 12)
        ratesOf(multiStep(0.07, { milestones, factor }), 12).forEach((rate, i) => {
          expect(Math.abs(rate / expected[i]! - 1), `${milestones} at ${i + 1}`).toBeLessThan(1e-15)
        })
      }
  })

  it('is a pure function of the step: asked in any order it says the same', () => {
    const schedule = multiStep(1, { milestones: [3], factor: 0.1 })
    expect([5, 2, 5, 4, 3].map((step) => schedule(step, 6))).toEqual([0.1, 1, 0.1, 0.1, 1])
  })

  it('divides by ten where nothing is said', () => {
    expect(multiStep(1, { milestones: [1] })(2, 9)).toBe(0.1)
  })
})

describe('cosine(rate)', () => {
  it('falls from the rate at the first step along half a cosine, towards `last` behind the last step', () => {
    const rates = ratesOf(cosine(0.2, { last: 0.1 }), 4)
    ;[0.2, 0.15 + 0.05 * Math.SQRT1_2, 0.15, 0.15 - 0.05 * Math.SQRT1_2].forEach((rate, i) => {
      expect(rates[i]).toBeCloseTo(rate, 15)
    })
  })

  it('falls to 0 where nothing is said, and never rises', () => {
    const rates = ratesOf(cosine(1), 1000)
    expect(rates[0]).toBe(1)
    expect(rates[500]).toBeCloseTo(0.5, 12)
    expect(rates.at(-1)).toBeLessThan(1e-5)
    expect(rates.every((rate, i) => i === 0 || rate < rates[i - 1]!)).toBe(true)
  })

  it('is the rate itself in a run of one step', () => {
    expect(cosine(0.3)(1, 1)).toBe(0.3)
  })
})

describe('polynomial(rate)', () => {
  it('falls from the rate at the first step as a power of what is left, towards `last` behind the last step', () => {
    expect(ratesOf(polynomial(16), 4)).toEqual([16, 9, 4, 1])
    expect(ratesOf(polynomial(16, { power: 1 }), 4)).toEqual([16, 12, 8, 4])
    expect(ratesOf(polynomial(18, { power: 2, last: 2 }), 4)).toEqual([18, 11, 6, 3])
  })

  it('is the rate itself in a run of one step', () => {
    expect(polynomial(0.3)(1, 1)).toBe(0.3)
  })
})

describe('warmUp(schedule, steps)', () => {
  it('multiplies by step / steps until it reaches the schedule, at step `steps`', () => {
    expect(
      ratesOf(
        warmUp(() => 8, 4),
        6,
      ),
    ).toEqual([2, 4, 6, 8, 8, 8])
  })

  it('multiplies the schedule that it stands before, and passes the number of steps on', () => {
    const slope: Schedule = (step, steps) => steps - step
    expect(ratesOf(warmUp(slope, 2), 4)).toEqual([1.5, 2, 1, 0])
  })

  it('of no steps is the schedule', () => {
    expect(
      ratesOf(
        warmUp(() => 8, 0),
        2,
      ),
    ).toEqual([8, 8])
  })
})
