import { describe, expect, test } from 'vitest'
import { finiteDifferences, relativeError } from '../../test/evaluator/index.ts'
import {
  exactLosses,
  inFloat64,
  openRuntime,
  otherForms,
  type Problem,
  pose,
  randomProblem,
} from '../../test/losses/problem.ts'

/** Three samples at `angle` (radians) to the prototype of their class 0, one at right angles to it, of class 1. */
function atAngle(angle: number): Problem {
  const { W, ...rest } = randomProblem(7, { N: 4, D: 3, C: 4 })
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const x = [c, s, 0, 2 * c, 0, 2 * s, 0.5 * c, -0.3 * s, -0.4 * s, 0, 1, 1]
  return { ...rest, x, W: [1.5, 0, 0, ...W.slice(3)], labels: [0, 0, 0, 1] }
}

const angles = [
  0,
  Math.PI,
  ...[2, 3, 4].flatMap((m) => [1, 2, 3].slice(0, m - 1).map((k) => (k * Math.PI) / m)),
  // Either side of π − m, where ArcFace goes another way; it jumps there.
  ...[0.5, 1.6].flatMap((m) => [Math.PI - m - 0.02, Math.PI - m + 0.02]),
]

const edges: Record<string, Problem> = {
  ...Object.fromEntries(angles.map((angle) => [`θ ${((angle * 180) / Math.PI).toFixed()}°`, atAngle(angle)])),
  'two classes': randomProblem(1, { C: 2 }),
  'a batch of one': randomProblem(2, { N: 1 }),
  'all samples of one class': { ...randomProblem(3), labels: [2, 2, 2, 2] },
  'two equal prototypes': { ...randomProblem(4, { D: 2, C: 3 }), W: [1, 2, 1, 2, -1, 0.5] },
}

// ψ's second derivative jumps at kπ/m, so differences are off by the step there: hence a small one.
describe.each(Object.entries(exactLosses))('%s: the gradient is the derivative', (_, loss) => {
  test.each(Object.entries(edges))('%s', (_name, problem) => {
    const { outputs, feeds } = pose(loss, problem)
    const { gradX, gradW } = inFloat64(loss, problem)
    for (const [name, gradient] of [
      ['x', gradX],
      ['W', gradW],
    ] as const) {
      const differences = finiteDifferences(outputs.loss, name, feeds, { step: 1e-7 })
      expect(relativeError(gradient, differences)).toBeLessThan(2e-6)
    }
  })
})

const base = randomProblem(5)
const zeroRow: Problem = { ...base, x: base.x.map((value, i) => (i < base.D ? 0 : value)) }

const extremes: Record<string, Problem> = {
  ...edges,
  'a zero feature': zeroRow,
  'no feature but zeros': { ...base, x: base.x.map(() => 0) },
  'a zero prototype': {
    ...base,
    W: base.W.map((value, i) => (i < base.D ? 0 : value)),
    labels: [0, 0, 1, 2],
  },
  'a very short feature': { ...base, x: base.x.map((value, i) => (i < base.D ? value * 1e-9 : value)) },
  'very long features': { ...base, x: base.x.map((value) => value * 1e15) },
  'very long prototypes': { ...base, W: base.W.map((value) => value * 1e15) },
}

const all = { ...exactLosses, ...otherForms }

const broken = (values: ArrayLike<number>): number[] =>
  Array.from(values).filter((value) => !Number.isFinite(value))

/** Of results by loss and kind those that hold something else than finite numbers, with that. */
const unfinite = (results: Record<string, Record<string, ArrayLike<number>>>): unknown =>
  Object.entries(results).flatMap(([name, kinds]) =>
    Object.entries(kinds).flatMap(([key, values]) => {
      const bad = broken(values)
      return bad.length > 0 ? [`${name}: ${key} ${bad}`] : []
    }),
  )

describe('values and gradients are finite, never NaN', () => {
  test.each(Object.entries(extremes))('in float64: %s', (_, problem) => {
    for (const [name, loss] of Object.entries(all))
      expect(unfinite({ [name]: inFloat64(loss, problem) })).toEqual([])
  })

  // One model for all problems of a size: to make a session takes longer than all runs.
  const sizes = Map.groupBy(Object.entries(extremes), ([, { N, D, C }]) => `N ${N}, D ${D}, C ${C}`)
  test.each([...sizes])('in the runtime: %s', async (_, problems) => {
    const { run, close } = await openRuntime(all, problems[0]![1])
    for (const [name, problem] of problems) expect([name, unfinite(await run(problem))]).toEqual([name, []])
    await close()
  })
})

test('a zero feature has the logits 0 of every class but for the margin, and pulls with no more than 1e6 times the scale', () => {
  const one: Problem = { ...randomProblem(6, { N: 1 }), x: [0, 0, 0, 0, 0] }
  const { loss, gradX } = inFloat64(exactLosses.nsl!, one)
  expect(loss[0]).toBeCloseTo(Math.log(6), 12)
  expect(Math.hypot(...gradX)).toBeLessThan(2 * 30 * 1e6)
  expect(inFloat64(exactLosses['a-softmax, m 4']!, one).loss[0]).toBeCloseTo(Math.log(6), 5)
})
