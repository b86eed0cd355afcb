import { describe, expect, test } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { inFloat64, type Loss, randomProblem } from '../../test/losses/problem.ts'
import { UsageError } from '../errors.ts'
import { input, type Operand, scheduled } from '../graph/index.ts'
import { aSoftmax, gradientForms } from './a-softmax.ts'
import { nsl } from './nsl.ts'

const problem = randomProblem(21, { N: 8 })
type Options = Parameters<typeof aSoftmax>[3]
const withOptions =
  (options: Options): Loss =>
  (x, W, labels) =>
    aSoftmax(x, W, labels, options)
const run = (options: Options, given = problem) => inFloat64(withOptions(options), given)

/** The same with prototypes of length 1, as a trainer keeps them for the renormalised form. */
const unitRows = {
  ...problem,
  W: problem.W.map((value, i) => {
    const start = i - (i % problem.D)
    return value / Math.hypot(...problem.W.slice(start, start + problem.D))
  }),
}

const [x, W, labels] = [input('x', [1, 2]), input('W', [2, 2]), input('labels', [1], 'int32')]

/** The loss of one feature of length 5, 60° from the prototype of its class and at right angles to the other. */
function hand(options: Options, given = {}): number {
  const [c, s] = [Math.cos(Math.PI / 3), Math.sin(Math.PI / 3)]
  const feeds = { x: [5 * c, 5 * s], W: [7, 0, -s, c], labels: [0], ...given }
  return evaluate({ loss: aSoftmax(x, W, labels, options) }, feeds).loss[0]!
}
const against0 = (logit: number): number => Math.log(1 + Math.exp(-logit))

test('aSoftmax multiplies the angle to the own class by m: ‖x‖ψ(θ)', () => {
  expect(hand({ m: 1 })).toBeCloseTo(against0(5 * 0.5), 10)
  expect(hand({ m: 2 })).toBeCloseTo(against0(5 * Math.cos((2 * Math.PI) / 3)), 10)
  expect(hand({ m: 3 })).toBeCloseTo(against0(5 * -1), 10)
  // 60° is in the second quarter: k = 1, ψ = −cos 240° − 2 = −1.5.
  expect(hand({ m: 4 })).toBeCloseTo(against0(5 * -1.5), 10)
  expect(hand({})).toBe(hand({ m: 4 }))
})

test('aSoftmax with lambda blends in the cosine, (λcosθ + ψ)/(1 + λ), as a number or a scalar of the graph', () => {
  const blended = against0((5 * (3 * 0.5 - 1.5)) / 4)
  expect(hand({ lambda: 3 })).toBeCloseTo(blended, 10)
  const lambda: Operand = scheduled('lambda', () => 0)
  for (const form of gradientForms) expect(hand({ lambda, form }, { lambda: 3 })).toBeCloseTo(blended, 10)
})

test('aSoftmax with s gives features that length', () => {
  expect(hand({ s: 2 })).toBeCloseTo(against0(2 * -1.5), 10)
})

describe('what must come out the same', () => {
  test('aSoftmax with m 1, or a large λ, is the modified softmax loss in value and gradient', () => {
    const modified = inFloat64((a, b, c) => nsl(a, b, c, { s: null }), problem)
    for (const [options, tolerance] of [
      [{ m: 1 }, 1e-12],
      [{ m: 1, form: 'detached' }, 1e-12],
      [{ m: 4, lambda: 1e9 }, 1e-7],
      [{ m: 4, lambda: 1e9, form: 'detached' }, 1e-7],
    ] as const) {
      const got = run(options)
      expect(relativeError(got.loss, modified.loss)).toBeLessThan(tolerance)
      expect(relativeError(got.gradX, modified.gradX)).toBeLessThan(tolerance)
      expect(relativeError(got.gradW, modified.gradW)).toBeLessThan(tolerance)
    }
  })

  test.each([1, 2, 3, 4])('the three gradient forms have one value, m %i', (m) => {
    for (const options of [{ m }, { m, lambda: 5 }, { m, s: 16 }]) {
      const exact = run({ ...options, form: 'exact' }, unitRows).loss[0]!
      for (const form of gradientForms) {
        const { loss } = run({ ...options, form }, unitRows)
        expect(loss[0]).toBeCloseTo(exact, 11)
      }
    }
  })

  test('aSoftmax does not see how long prototypes are', () => {
    const long = { ...problem, W: problem.W.map((value, i) => value * (1 + Math.floor(i / problem.D))) }
    expect(relativeError(run({}, long).loss, run({}).loss)).toBeLessThan(1e-12)
  })
})

test('with features normalised each form is that form on features of length s, and pulls across them only', () => {
  const { N, D } = problem
  const s = 16
  const lengths = Array.from({ length: N }, (_, i) => Math.hypot(...problem.x.slice(i * D, (i + 1) * D)))
  const z = problem.x.map((value, i) => (s * value) / lengths[Math.floor(i / D)]!)
  for (const form of gradientForms) {
    const got = run({ form, lambda: 5, s }, unitRows)
    const layer = run({ form, lambda: 5 }, { ...unitRows, x: z })
    // Through z = s·x/‖x‖: (g − (g·ẑ)ẑ)·s/‖x‖.
    const expected = layer.gradX.map((g, i) => {
      const row = Math.floor(i / D)
      let along = 0
      for (let k = row * D; k < (row + 1) * D; k++) along += (layer.gradX[k]! * z[k]!) / s
      return ((g - (along * z[i]!) / s) * s) / lengths[row]!
    })
    expect(relativeError(got.loss, layer.loss)).toBeLessThan(1e-12)
    expect(relativeError(got.gradX, expected)).toBeLessThan(1e-10)
    expect(relativeError(got.gradW, layer.gradW)).toBeLessThan(1e-10)
  }
})

test('the three gradient forms differ: exact, renormalised and detached are three ways to train', () => {
  const [exact, renormalised, detached] = gradientForms.map((form) => run({ form }, unitRows))
  expect(relativeError(renormalised!.gradX, exact!.gradX)).toBeGreaterThan(0.05)
  expect(relativeError(detached!.gradX, exact!.gradX)).toBeGreaterThan(0.05)
  expect(relativeError(renormalised!.gradW, exact!.gradW)).toBeGreaterThan(0.05)
})

test('aSoftmax refuses a margin of 5', () => {
  expect(() => run({ m: 5 })).toThrow(new UsageError('a-softmax: margin must be 1, 2, 3 or 4, got 5'))
})
