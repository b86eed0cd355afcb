import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, randomProblem } from '../../test/losses/problem.ts'
import { input } from '../graph/index.ts'
import { nsl } from './nsl.ts'

const [x, W, labels] = [input('x', [1, 2]), input('W', [2, 2]), input('labels', [1], 'int32')]
// Cosines 0.6 and 0.8, ‖x‖ = 5.
const feeds = { x: [3, 4], W: [7, 0, 0, 0.1], labels: [0] }

test('nsl(x, W, labels, { s }) takes s·cosθ as logits, s 30 by default', () => {
  const at = (s?: number) =>
    evaluate({ loss: nsl(x, W, labels, s === undefined ? {} : { s }) }, feeds).loss[0]
  expect(at(10)).toBeCloseTo(Math.log(1 + Math.exp(2)), 12)
  expect(at()).toBeCloseTo(Math.log(1 + Math.exp(6)), 12)
})

test('nsl(x, W, labels, { s: null }) keeps the length of the features: ‖x‖cosθ', () => {
  const { loss } = evaluate({ loss: nsl(x, W, labels, { s: null }) }, feeds)
  expect(loss[0]).toBeCloseTo(Math.log(1 + Math.exp(1)), 12)
})

test('nsl does not see how long prototypes are, and with s not how long features are', () => {
  const given = randomProblem(11)
  const stretch = (values: readonly number[]) => values.map((v, i) => v * (1 + Math.floor(i / given.D)))
  const value = (problem: typeof given, s: number | null) =>
    inFloat64((a, b, c) => nsl(a, b, c, { s }), problem).loss[0]!
  for (const s of [16, null])
    expect(value({ ...given, W: stretch(given.W) }, s)).toBeCloseTo(value(given, s), 12)
  expect(value({ ...given, x: stretch(given.x) }, 16)).toBeCloseTo(value(given, 16), 12)
  expect(value({ ...given, x: stretch(given.x) }, null)).not.toBeCloseTo(value(given, null), 2)
})
