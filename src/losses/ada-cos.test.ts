import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { nextKept, settled } from '../../test/losses/settled.ts'
import { angles, crossEntropyOf, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { input } from '../graph/index.ts'
import { adaCos, adaCosEntry, adaCosScale, median } from './ada-cos.ts'

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

test('median(values) is that of the sorted values, of an even number the mean of the two in the middle', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 9 }), (values) => {
      const y = median(input('v', [values.length]))
      expect(evaluate({ y }, { v: values }).y[0]).toBe(medianOf(values) + 0)
    }),
    { seed: 1, numRuns: 60 },
  )
})

/** The scale after `s`, by sorting and plain sums. */
const scaleOf = (problem: Problem, s: number): number => {
  const θ = angles(problem)
  const { labels } = problem
  const B = mean(
    θ.map((row, i) =>
      row.reduce((sum, angle, j) => sum + (j === labels[i] ? 0 : Math.exp(s * Math.cos(angle))), 0),
    ),
  )
  return Math.max(
    1,
    Math.log(B) / Math.cos(Math.min(Math.PI / 4, medianOf(θ.map((row, i) => row[labels[i]!]!)))),
  )
}

/** The scale comes of where the loss is looked at: it is not differentiated. */
const written = (before: number) => (here: Problem) => {
  const s = scaleOf(here, before)
  return (problem: Problem): number =>
    crossEntropyOf(
      angles(problem).map((row) => row.map((θ) => s * Math.cos(θ))),
      problem.labels,
    )
}

const state = (s: number) => ({ 'head.scale': [s] })
const build: Loss = (x, W, labels) => adaCos(x, W, labels)

/** Samples close to their prototypes: the median is below π/4. */
const close = (): Problem => {
  const problem = randomProblem(8, { N: 5 })
  return {
    ...problem,
    x: problem.labels.flatMap((y, i) =>
      problem.W.slice(5 * y, 5 * y + 5).map((v, k) => v + 0.2 * problem.x[5 * i + k]!),
    ),
  }
}

describe('adaCos is the loss of Zhang et al. written out, its gradient the derivative for a given scale', () => {
  test.each<[string, Problem]>([
    ['a random batch', randomProblem(1)],
    ['an odd one', randomProblem(2, { N: 5 })],
    ['one of samples close to their prototypes', close()],
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['many classes', randomProblem(4, { C: 40 })],
    ['two classes', randomProblem(6, { C: 2 })],
    ['three', randomProblem(7, { C: 3 })],
  ])('%s', (_, problem) => {
    for (const s of [1.5, 12]) expectWrittenOut(settled(build, state(s)), written(s), problem)
  })
})

describe('the scale that is kept', () => {
  test('begins at √2·ln(C − 1), and is no less than 1', () => {
    expect(adaCosScale(10_572)).toBeCloseTo(13.1, 1)
    expect([adaCosScale(2), adaCosScale(3)]).toEqual([1, 1])
    const problem = randomProblem(1, { C: 12 })
    const expected = scaleOf(problem, Math.SQRT2 * Math.log(11))
    // Kept in float32.
    expect(nextKept(build, problem)['head.scale']![0]).toBeCloseTo(expected, 5)
  })

  test('follows the batches', () => {
    for (const [problem, s] of [
      [close(), 5],
      [randomProblem(1, { C: 40 }), 9],
    ] as const)
      expect(nextKept(build, problem, state(s))['head.scale']![0]).toBeCloseTo(scaleOf(problem, s), 10)
  })

  test('does not overflow at a scale that exp does not take', () => {
    const problem = close()
    expect(nextKept(build, problem, state(3000))['head.scale']![0]).toBeGreaterThan(100)
  })

  test('is there unless adacos of the catalogue is not adaptive', () => {
    const problem = randomProblem(3)
    expect(Object.keys(nextKept(adaCosEntry.build().loss, problem))).toEqual(['head.scale'])
    const fixed = adaCosEntry.build({ adaptive: false }).loss
    expect(nextKept(fixed, problem)).toEqual({})
    const s = Math.SQRT2 * Math.log(5)
    expect(inFloat64(fixed, problem).loss[0]).toBeCloseTo(
      crossEntropyOf(
        angles(problem).map((row) => row.map((θ) => s * Math.cos(θ))),
        problem.labels,
      ),
      10,
    )
  })
})
