import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, randomProblem } from '../../test/losses/problem.ts'
import { input, type Operand, scheduled } from '../graph/index.ts'
import { lmcl, marginRamp } from './lmcl.ts'
import { nsl } from './nsl.ts'

const [x, W, labels] = [input('x', [1, 2]), input('W', [2, 2]), input('labels', [1], 'int32')]
// Cosines 0.6 (the label's) and 0.8, ‖x‖ = 5.
const feeds = { x: [3, 4], W: [7, 0, 0, 0.1], labels: [0] }
const at = (options: { s?: Operand | null; m?: Operand }, given = {}) =>
  evaluate({ loss: lmcl(x, W, labels, options) }, { ...feeds, ...given }).loss[0]

test('lmcl(x, W, labels, { s, m }) takes m from the cosine of the label, s 64 and m 0.35 by default', () => {
  expect(at({ s: 10, m: 0.3 })).toBeCloseTo(Math.log(1 + Math.exp(10 * (0.8 - 0.3))), 12)
  expect(at({})).toBeCloseTo(Math.log(1 + Math.exp(64 * (0.8 - 0.25))), 12)
})

test('lmcl with s null keeps the length of the features: ‖x‖(cosθ − m)', () => {
  expect(at({ s: null, m: 0.3 })).toBeCloseTo(Math.log(1 + Math.exp(5 * (0.8 - 0.3))), 12)
})

test('lmcl takes the margin and the scale as scalars of the graph', () => {
  const [m, s] = [scheduled('m', () => 0), scheduled('s', () => 0)]
  expect(at({ s, m }, { s: 10, m: 0.3 })).toBeCloseTo(Math.log(1 + Math.exp(10 * (0.8 - 0.3))), 12)
})

test('lmcl with m 0 is the normalised softmax loss, and a larger margin is a larger loss', () => {
  const problem = randomProblem(12)
  const margin = (m: number) => inFloat64((a, b, c) => lmcl(a, b, c, { s: 16, m }), problem).loss[0]!
  expect(margin(0)).toBeCloseTo(inFloat64((a, b, c) => nsl(a, b, c, { s: 16 }), problem).loss[0]!, 12)
  expect(margin(0.2)).toBeGreaterThan(margin(0.1))
  expect(margin(0.35)).toBeGreaterThan(margin(0.2))
})

test('lmcl is as sure of neither class where cosθ_y − m is the other cosine: the decision boundary', () => {
  const m = 0.28
  const other = 0.6 - m
  const W2 = [1, 0, other, Math.sqrt(1 - other * other)]
  // x along (0.6, 0.8) has cosine 0.6 with the first; turn the second so that its cosine with x is 0.6 − m.
  const turned = [0.6 * W2[2]! - 0.8 * W2[3]!, 0.8 * W2[2]! + 0.6 * W2[3]!]
  expect(at({ s: 30, m }, { W: [1, 0, ...turned] })).toBeCloseTo(Math.log(2), 12)
})

test('marginRamp(m, steps) grows in a straight line from m/steps at step 1 and then stays at m', () => {
  const { leaf } = marginRamp(0.35, 400)
  if (leaf?.kind !== 'scheduled') throw new Error('marginRamp: not scheduled')
  expect([1, 100, 400, 401, 9000].map((step) => leaf.at(step, 10_000))).toEqual([
    0.35 / 400,
    0.0875,
    0.35,
    0.35,
    0.35,
  ])
})
