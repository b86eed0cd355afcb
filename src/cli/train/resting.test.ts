import { describe, expect, it } from 'vitest'
import { restingWatch } from './resting.ts'

/** At which steps resting is noticed in a loss that is given step by step. */
function noticed(loss: (step: number) => number, { steps = 100, classes = 50, window = 10 } = {}): number[] {
  const watch = restingWatch({ classes, window })
  return Array.from({ length: steps }, (_, i) => i + 1).filter((step) => watch.step(loss(step)))
}
const guess = Math.log(50)

describe('restingWatch(options)', () => {
  it('notices a loss at ln C when a second window of steps has passed, and says so once', () => {
    expect(noticed(() => guess)).toEqual([20])
  })

  it('notices one that came to rest later, and does not mind noise', () => {
    const loss = (step: number): number => (step <= 35 ? 2 * guess : guess * (1 + (step % 2 ? 0.05 : -0.05)))
    expect(noticed(loss)).toEqual([60])
  })

  it('says nothing of a loss that rests elsewhere: above, below, or by 1 % at most', () => {
    for (const factor of [1.02, 0.98, 0.5, 3]) expect(noticed(() => factor * guess)).toEqual([])
    for (const factor of [1.009, 0.991]) expect(noticed(() => factor * guess)).toEqual([20])
  })

  it('says nothing while the loss moves, though it passes ln C', () => {
    expect(noticed((step) => guess * (1.1 - 0.002 * step))).toEqual([])
    expect(noticed((step) => guess * (1 - 0.0001 * step), { steps: 60 })).toEqual([20])
  })

  it('says nothing before two windows are full', () => {
    expect(noticed(() => guess, { steps: 19 })).toEqual([])
  })
})
