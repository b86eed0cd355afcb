import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { nextKept, settled } from '../../test/losses/settled.ts'
import {
  angles,
  crossEntropyOf,
  expectWrittenOut,
  length,
  mean,
  rowsOf,
} from '../../test/losses/written-out.ts'
import { adaFace, adaFaceEntry, adaFaceKept } from './ada-face.ts'

const options = { s: 16, m: 0.4, h: 0.333, mean: 2, std: 0.4 }
const build =
  (given = options): Loss =>
  (x, W, labels) =>
    adaFace(x, W, labels, given)

const lengthsOf = ({ x, D }: Problem): number[] =>
  rowsOf(x, D).map((row) => Math.min(100, Math.max(0.001, length(row))))

/** The quality of an image comes of where the loss is looked at: it is not differentiated. */
const written =
  ({ s, m, h, mean: μ, std: σ } = options) =>
  (here: Problem) => {
    const z = lengthsOf(here).map((n) => Math.min(1, Math.max(-1, ((n - μ) / (σ + 1e-3)) * h)))
    return (problem: Problem): number => {
      const { labels } = problem
      const logits = angles(problem).map((row, i) =>
        row.map((θ, j) => {
          if (j !== labels[i]) return s * Math.cos(θ)
          const turned = Math.min(Math.PI, Math.max(0, θ - m * z[i]!))
          return s * (Math.cos(turned) - (m * z[i]! + m))
        }),
      )
      return crossEntropyOf(logits, labels)
    }
  }

/** Samples at `angle` to their prototype, of lengths from far below the mean to far above it. */
const atAngle = (angle: number): Problem => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const sizes = [0.1, 1.5, 2, 2.5, 9]
  return {
    N: 5,
    D: 2,
    C: 3,
    x: sizes.flatMap((size) => [size * c, size * s]),
    W: [1, 0, 0, 1, -1, 2],
    labels: [0, 0, 0, 0, 0],
  }
}

describe('adaFace is the loss of Kim et al. written out, its gradient the derivative for a given quality', () => {
  test.each([1, 2, 3, 4])('of random batch %i', (seed) =>
    expectWrittenOut(build(), written(), randomProblem(seed)),
  )

  test.each<[string, Problem]>([
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['two classes', randomProblem(6, { C: 2 })],
    ['an angle that the margin would turn below 0', atAngle(0.2)],
    ['one that it leaves', atAngle(1)],
    ['one that it would turn past π', atAngle(Math.PI - 0.2)],
    ['lengths beyond 100', { ...atAngle(1), x: atAngle(1).x.map((v) => v * 100) }],
  ])('%s', (_, problem) => expectWrittenOut(build(), written(), problem))
})

test('adaFace asks a long feature for a margin of the cosine, 2m, and a short one for a margin of the angle', () => {
  const at = (size: number): number =>
    inFloat64(build(), {
      N: 1,
      D: 2,
      C: 2,
      x: [size * Math.cos(1), size * Math.sin(1)],
      W: [1, 0, 0, 1],
      labels: [0],
    }).loss[0]!
  const expected = (target: number): number => Math.log(1 + Math.exp(16 * (Math.sin(1) - target)))
  expect(at(99)).toBeCloseTo(expected(Math.cos(1 - 0.4) - 0.8), 10)
  expect(at(0.002)).toBeCloseTo(expected(Math.cos(1 + 0.4)), 10)
  expect(at(2)).toBeCloseTo(expected(Math.cos(1) - 0.4), 10)
})

describe('mean and deviation that are kept', () => {
  const problem = randomProblem(12)
  const all = lengthsOf(problem)
  const μ = mean(all)
  const σ = Math.sqrt(all.reduce((sum, n) => sum + (n - μ) ** 2, 0) / (all.length - 1))
  const kept: Loss = (x, W, labels) => adaFaceKept(x, W, labels, { s: 16 })

  test('begin at 20 and 100 and are averages over steps', () => {
    const next = nextKept(kept, problem)
    expect(next['head.normMean']![0]).toBeCloseTo(0.01 * μ + 0.99 * 20, 12)
    expect(next['head.normStd']![0]).toBeCloseTo(0.01 * σ + 0.99 * 100, 12)
    const after = nextKept(kept, problem, { 'head.normMean': [3], 'head.normStd': [2] })
    expect(after['head.normMean']![0]).toBeCloseTo(0.01 * μ + 0.99 * 3, 12)
    expect(after['head.normStd']![0]).toBeCloseTo(0.01 * σ + 0.99 * 2, 12)
  })

  test('are used as the step leaves them, and not differentiated', () => {
    const state = { 'head.normMean': [2], 'head.normStd': [0.4] }
    const ours = inFloat64(settled(kept, state), problem)
    const given = inFloat64(build({ ...options, mean: 0.01 * μ + 1.98, std: 0.01 * σ + 0.396 }), problem)
    expect(ours.loss[0]).toBeCloseTo(given.loss[0]!, 11)
    for (const [k, value] of given.gradX.entries()) expect(ours.gradX[k]).toBeCloseTo(value, 10)
  })

  test('take lengths within 0.001 … 100', () => {
    const at = (factor: number) => ({ ...problem, x: problem.x.map((value) => value * factor) })
    expect(nextKept(kept, at(1e4))['head.normMean']![0]).toBeCloseTo(0.01 * 100 + 0.99 * 20, 12)
    expect(nextKept(kept, at(1e-5))['head.normMean']![0]).toBeCloseTo(0.01 * 0.001 + 0.99 * 20, 12)
  })

  test('of one sample the deviation stays as it was', () => {
    const next = nextKept(kept, randomProblem(3, { N: 1 }), { 'head.normStd': [7] })
    expect(next['head.normStd']).toEqual([7])
  })

  test('are what adaface of the catalogue keeps, under its published settings', () => {
    const { loss } = adaFaceEntry.build({ normRate: 0.5 })
    expect(nextKept(loss, problem)['head.normMean']![0]).toBeCloseTo(0.5 * μ + 10, 12)
    expect(inFloat64(settled(adaFaceEntry.build().loss), problem).loss).toEqual(
      inFloat64(
        settled((x, W, y) => adaFaceKept(x, W, y)),
        problem,
      ).loss,
    )
  })
})
