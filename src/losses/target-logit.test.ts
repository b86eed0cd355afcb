import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inFloat64, type Loss } from '../../test/losses/problem.ts'
import { aSoftmax } from './a-softmax.ts'
import { angleGradient } from './angle-gradient.ts'
import { lmcl } from './lmcl.ts'
import { nsl } from './nsl.ts'
import { softmax } from './softmax.ts'
import { type MarginLoss, psiAt, type TargetLogitOptions, targetLogit } from './target-logit.ts'

type Case = readonly [name: string, loss: MarginLoss, options: TargetLogitOptions, built: (s: number) => Loss]

/** The losses of the graph, with features that keep their length ‖x‖ = s where that is the paper's form. */
const cases: readonly Case[] = [
  ['softmax', 'softmax', {}, () => (x, W, y) => softmax(x, W, y)],
  ['nsl', 'nsl', {}, (s) => (x, W, y) => nsl(x, W, y, { s })],
  ...[1, 2, 3, 4].map(
    (m): Case => [`a-softmax, m ${m}`, 'a-softmax', { m }, () => (x, W, y) => aSoftmax(x, W, y, { m })],
  ),
  [
    'a-softmax, m 4, λ 5',
    'a-softmax',
    { m: 4, lambda: 5 },
    () => (x, W, y) => aSoftmax(x, W, y, { m: 4, lambda: 5 }),
  ],
  ['lmcl', 'lmcl', { m: 0.35 }, (s) => (x, W, y) => lmcl(x, W, y, { s, m: 0.35 })],
]

/** The own class along the first axis, the nearest `between` from it, the others along axes of their own; x of length s. */
function plane(theta: number, { s, between, classes }: { s: number; between: number; classes: number }) {
  const D = classes
  const row = (first: number, second: number) => [first, second, ...new Array<number>(D - 2).fill(0)]
  const others = Array.from({ length: classes - 2 }, (_, i) =>
    Array.from({ length: D }, (_, j) => (j === i + 2 ? 1 : 0)),
  )
  return {
    N: 1,
    D,
    C: classes,
    x: row(s * Math.cos(theta), s * Math.sin(theta)),
    W: [row(1, 0), row(Math.cos(between), Math.sin(between)), ...others].flat(),
    labels: [0],
  }
}

test.each(cases)('targetLogit(loss, θ) is the logit of the own class of %s', (_, loss, options, built) => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: Math.PI - 0.01, noNaN: true }), (theta) => {
      const s = 3
      const value = inFloat64(built(s), plane(theta, { s, between: Math.PI / 2, classes: 2 })).loss[0]!
      // L = ln(1 + e^(other − own)), solved for the logit of the own class.
      const own = s * Math.cos(Math.PI / 2 - theta) - Math.log(Math.expm1(value))
      expect(targetLogit(loss, theta, options).value).toBeCloseTo(own / s, 9)
    }),
    { seed: 1, numRuns: 60 },
  )
})

test.each(cases)(
  'angleGradient(loss, θ) has the loss, the posterior and ‖x‖ times the turning part of the gradient of %s',
  (_, loss, options, built) => {
    const drawn = fc.record({
      // Not at a joint of ψ's pieces, where its derivative has a corner.
      theta: fc.double({ min: 0.02, max: 1.5, noNaN: true }),
      between: fc.double({ min: 0.4, max: 3, noNaN: true }),
      classes: fc.integer({ min: 2, max: 5 }),
      s: fc.double({ min: 0.5, max: 12, noNaN: true }),
    })
    fc.assert(
      fc.property(drawn, ({ theta, between, classes, s }) => {
        const graph = inFloat64(built(s), plane(theta, { s, between, classes }))
        const turning = -Math.sin(theta) * graph.gradX[0]! + Math.cos(theta) * graph.gradX[1]!
        const ours = angleGradient(loss, theta, { s, classes, between, ...options })
        expect(ours.loss).toBeCloseTo(graph.loss[0]!, 8)
        expect(ours.slope).toBeCloseTo(s * turning, 7)
        expect(ours.posterior).toBeCloseTo(Math.exp(-graph.loss[0]!), 8)
      }),
      { seed: 1, numRuns: 40 },
    )
  },
)

test('targetLogit of ArcFace is cos(θ + m), and goes on falling past π − m, where cos(θ + m) would rise', () => {
  expect(targetLogit('arcface', 1, { m: 0.5 }).value).toBeCloseTo(Math.cos(1.5), 15)
  expect(targetLogit('arcface', 3, { m: 0.5 }).value).toBeCloseTo(Math.cos(3) - 0.5 * Math.sin(0.5), 15)
  for (let theta = 0.01; theta < Math.PI; theta += 0.01)
    expect(targetLogit('arcface', theta).value).toBeLessThan(targetLogit('arcface', theta - 0.01).value)
})

test('the slope of targetLogit is the difference quotient of its value', () => {
  for (const [, loss, options] of [...cases, ['', 'arcface', { m: 0.5 }, () => null] as const])
    for (const theta of [0.3, 1.1, 1.9, 2.5]) {
      const at = (t: number) => targetLogit(loss, t, options).value
      expect(targetLogit(loss, theta, options).slope).toBeCloseTo(
        (at(theta + 1e-6) - at(theta - 1e-6)) / 2e-6,
        6,
      )
    }
})

test('psiAt(θ, m) names the piece: k on [kπ/m, (k + 1)π/m), the last closed', () => {
  expect([0, 1, 2, 3].map((k) => psiAt((k + 0.5) * (Math.PI / 4), 4).piece)).toEqual([0, 1, 2, 3])
  expect(psiAt(Math.PI, 4)).toMatchObject({ piece: 3, value: -7 })
  expect(() => psiAt(1, 2.5)).toThrow('psi: m must be a whole number from 1, got 2.5')
})
