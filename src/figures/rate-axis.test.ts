import { expect, test } from 'vitest'
import { normalDeviate, rateAxis } from './rate-axis.ts'

test('normalDeviate(p) is the quantile of the standard normal distribution', () => {
  // Tables of the normal distribution.
  const known = [
    [0.001, -3.0902],
    [0.025, -1.96],
    [0.1, -1.2816],
    [0.5, 0],
    [0.8413, 1],
    [0.975, 1.96],
  ] as const
  for (const [p, x] of known) expect(Math.abs(normalDeviate(p) - x)).toBeLessThan(5e-4)
})

test('rateAxis(scale) keeps ticks apart, and puts what lies beyond at its ends', () => {
  for (const scale of ['normal-deviate', 'log'] as const) {
    const { ticks, place, low, high } = rateAxis(scale, { low: 1e-5, high: 0.5, pixels: 300, room: 30 })
    expect(ticks.length).toBeGreaterThan(3)
    const unit = 300 / (place(high) - place(low))
    ticks.slice(1).forEach((tick, i) => {
      expect((place(tick) - place(ticks[i]!)) * unit).toBeGreaterThanOrEqual(30)
    })
    expect([place(0), place(1)]).toEqual([place(low), place(high)])
  }
})
