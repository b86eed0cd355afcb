import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { expectVectors } from '../../test/losses/vector-case.ts'
import {
  angles,
  crossEntropyOf,
  expectWrittenOut,
  length,
  mean,
  rowsOf,
} from '../../test/losses/written-out.ts'
import { UsageError } from '../errors.ts'
import { leastLambdaG, type MagFaceOptions, magFace, magFaceEntry } from './mag-face.ts'

const options = { s: 16, lowerNorm: 1, upperNorm: 6, lowerMargin: 0.2, upperMargin: 0.6, lambda: 5 }
const build =
  (given: MagFaceOptions = options): Loss =>
  (x, W, labels) =>
    magFace(x, W, labels, given)

test('magFace agrees with an independent implementation', () => expectVectors('magface', build()))

const written =
  ({ s, lowerNorm, upperNorm, lowerMargin, upperMargin, lambda } = options) =>
  () =>
  (problem: Problem): number => {
    const { x, D, labels } = problem
    const a = rowsOf(x, D).map((row) => Math.min(upperNorm, Math.max(lowerNorm, length(row))))
    const logits = angles(problem).map((row, i) =>
      row.map((θ, j) => {
        if (j !== labels[i]) return s * Math.cos(θ)
        const m = lowerMargin + ((upperMargin - lowerMargin) / (upperNorm - lowerNorm)) * (a[i]! - lowerNorm)
        return s * (θ < Math.PI - m ? Math.cos(θ + m) : Math.cos(θ) - m * Math.sin(m))
      }),
    )
    return crossEntropyOf(logits, labels) + lambda * mean(a.map((n) => n / upperNorm ** 2 + 1 / n))
  }

/** Two samples at `angle` to their prototype, of the lengths 2 and 30. */
const atAngle = (angle: number): Problem => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return {
    ...randomProblem(7, { N: 2, D: 2, C: 3 }),
    x: [2 * c, 2 * s, 30 * c, -30 * s],
    W: [1, 0, 1, 2, -1, 1],
    labels: [0, 0],
  }
}

describe('magFace is the loss of Meng et al. written out, its gradient the derivative', () => {
  test.each([1, 2, 3, 4])('of random batch %i', (seed) =>
    expectWrittenOut(build(), written(), randomProblem(seed)),
  )

  const base = randomProblem(5)
  test.each<[string, Problem]>([
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['two classes', randomProblem(6, { C: 2 })],
    ['lengths below the least', { ...base, x: base.x.map((v) => v / 20) }],
    ['lengths above the largest', { ...base, x: base.x.map((v) => v * 20) }],
    ['just before π − m', atAngle(Math.PI - 0.61)],
    ['past π − m', atAngle(Math.PI - 0.1)],
  ])('%s', (_, problem) => expectWrittenOut(build(), written(), problem))

  test.each([0, Math.PI])('at θ = %d, to what the sine is bounded by', (angle) => {
    const problem = atAngle(angle)
    expect(inFloat64(build(), problem).loss[0]).toBeCloseTo(written()()(problem), 1)
  })
})

test('magFace asks a longer feature for a larger margin: of two in one direction the longer has the larger loss', () => {
  const of = (size: number): number =>
    inFloat64(build({ ...options, lambda: 0 }), {
      ...randomProblem(1, { N: 1, D: 2, C: 2 }),
      x: [size, size / 2],
      W: [1, 0, 0, 1],
      labels: [0],
    }).loss[0]!
  expect(of(3)).toBeGreaterThan(of(2))
  expect(of(0.5)).toBeCloseTo(of(0.8), 12)
  expect(of(7)).toBeCloseTo(of(70), 12)
})

test('leastLambdaG is the λ_g from which the best length of a sample at its centre is the shortest no more', () => {
  expect(
    leastLambdaG({ s: 64, lowerNorm: 10, upperNorm: 110, lowerMargin: 0.45, upperMargin: 0.8 }),
  ).toBeCloseTo(22.59, 2)
})

test('magface in the catalogue has the published settings, and refuses norms and margins in the wrong order', () => {
  const problem = randomProblem(9)
  expect(inFloat64(magFaceEntry.build().loss, problem).loss).toEqual(inFloat64(build({}), problem).loss)
  expect(magFaceEntry.build().warnings(10, 8)).toEqual([])
  expect(magFaceEntry.build({ lambdaG: 20 }).warnings(10, 8)).toEqual([
    'magface: with these margins even easy samples are best short where lambdaG is below 22.59, got 20',
  ])
  expect(() => magFaceEntry.build({ lowerNorm: 120 })).toThrow(
    new UsageError('magface: upperNorm must be above lowerNorm 120, got 110'),
  )
  expect(() => magFaceEntry.build({ lowerMargin: 0.9 })).toThrow(
    new UsageError('magface: upperMargin must not be below lowerMargin 0.9, got 0.8'),
  )
})
