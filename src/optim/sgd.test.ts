import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { input, type Tensor } from '../graph/index.ts'
import { sgd } from './index.ts'

const rates = [0.1, 0.1, 0.01, 0.2, 0.05]
const first = [1, -2, 0.5]
/** A gradient that depends on the parameter, so that a mistake in one step shows in the next. */
const gradient = (p: readonly number[], step: number): number[] => p.map((v, i) => v * v - i + 0.3 * step)

/** The update as its definition reads, in plain numbers. */
function literal({ momentum = 0.9, weightDecay = 5e-4, rateScale = 1, decayScale = 1 }): number[][] {
  let p = [...first]
  let v = [0, 0, 0]
  return rates.flatMap((rate, step) => {
    const g = gradient(p, step)
    v = v.map((old, i) => momentum * old + g[i]! + weightDecay * decayScale * p[i]!)
    p = p.map((old, i) => old - rate * rateScale * v[i]!)
    return [p, v]
  })
}

/** The same through the graph, in float64 on the evaluator. */
function throughGraph({
  momentum,
  weightDecay,
  rateScale = 1,
  decayScale = 1,
}: Parameters<typeof literal>[0]) {
  const optimiser = sgd({
    ...(momentum !== undefined && { momentum }),
    ...(weightDecay !== undefined && { weightDecay }),
  })
  const [p, g, v] = ['p', 'g', 'v'].map((name) => input(name, [3])) as [Tensor, Tensor, Tensor]
  const next = optimiser.update(p, g, {
    rate: input('rate', []),
    state: { velocity: v },
    rateScale,
    decayScale,
  })
  const outputs = { p: next.p, v: next.state.velocity! }
  let at = { p: first, v: [0, 0, 0] }
  return rates.flatMap((rate, step) => {
    const made = evaluate(outputs, { ...at, g: gradient(at.p, step), rate })
    at = { p: [...made.p], v: [...made.v] }
    return [at.p, at.v]
  })
}

describe('sgd()', () => {
  it.each([
    ['with momentum 0.9 and weight decay 5e-4 where nothing is said', {}],
    ['without momentum', { momentum: 0 }],
    ['without weight decay', { weightDecay: 0 }],
    ['with a strong decay', { momentum: 0.5, weightDecay: 0.3 }],
    ['twice the rate and no decay for a bias', { weightDecay: 0.1, rateScale: 2, decayScale: 0 }],
    ['its own decay for a parameter', { weightDecay: 0.1, decayScale: 0.5 }],
  ])('is the loop that its definition says, %s', (_, options) => {
    const expected = literal(options)
    throughGraph(options).forEach((values, i) => {
      values.forEach((value, k) => {
        expect(value, `step ${i >> 1}`).toBeCloseTo(expected[i]![k]!, 13)
      })
    })
  })

  it('keeps one velocity a parameter, and says what it is', () => {
    expect(sgd().state).toEqual(['velocity'])
    expect(sgd({ momentum: 0.8, weightDecay: 0 }).name).toBe('sgd(momentum 0.8, weight decay 0)')
  })
})
