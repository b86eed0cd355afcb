import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { nextKept, settled } from '../../test/losses/settled.ts'
import { expectVectors } from '../../test/losses/vector-case.ts'
import { angles, crossEntropyOf, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { curricularFace, curricularFaceEntry, curricularFaceKept } from './curricular-face.ts'

const options = { s: 16, m: 0.5, t: 0.3 }
const build =
  (given = options): Loss =>
  (x, W, labels) =>
    curricularFace(x, W, labels, given)

test('curricularFace agrees with an independent implementation', () =>
  expectVectors('curricularface', build()))

const written =
  ({ s, m, t } = options) =>
  () =>
  (problem: Problem): number => {
    const { labels } = problem
    const logits = angles(problem).map((row, i) => {
      const own = row[labels[i]!]!
      return row.map((θ, j) => {
        if (j === labels[i])
          return s * (own < Math.PI - m ? Math.cos(own + m) : Math.cos(own) - m * Math.sin(m))
        const cosine = Math.cos(θ)
        return s * (cosine > Math.cos(own + m) ? cosine * (t + cosine) : cosine)
      })
    })
    return crossEntropyOf(logits, labels)
  }

/** One sample at `angle` to its prototype, another class at right angles and one on the way. */
const atAngle = (angle: number): Problem => ({
  N: 1,
  D: 2,
  C: 3,
  x: [3 * Math.cos(angle), 3 * Math.sin(angle)],
  W: [2, 0, 0, 1, 1, 1],
  labels: [0],
})

describe('curricularFace is the loss of Huang et al. written out, its gradient the derivative', () => {
  test.each([1, 2, 3, 4])('of random batch %i', (seed) => {
    for (const t of [0, 0.3, 1])
      expectWrittenOut(build({ ...options, t }), written({ ...options, t }), randomProblem(seed))
  })

  test.each<[string, Problem]>([
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['two classes', randomProblem(6, { C: 2 })],
    ['an easy sample', atAngle(0.1)],
    ['just before π − m', atAngle(Math.PI - 0.51)],
    ['past π − m', atAngle(Math.PI - 0.2)],
  ])('%s', (_, problem) => expectWrittenOut(build(), written(), problem))
})

test('a hard negative counts more as t grows, an easy one as it is', () => {
  const loss = (t: number, angle: number): number =>
    inFloat64(build({ ...options, t }), atAngle(angle)).loss[0]!
  expect(loss(1, 0.9)).toBeGreaterThan(loss(0, 0.9))
  const easy = { ...atAngle(0), W: [1, 0, -1, 0.2, -1, -0.2] }
  expect(inFloat64(build({ ...options, t: 1 }), easy).loss).toEqual(
    inFloat64(build({ ...options, t: 0 }), easy).loss,
  )
})

describe('t that is kept', () => {
  const problem = randomProblem(12)
  const own = mean(angles(problem).map((row, i) => Math.cos(row[problem.labels[i]!]!)))
  const kept: Loss = (x, W, labels) => curricularFaceKept(x, W, labels, { s: 16 })

  test('begins at 0 and is the average of the mean cosine to the own class over steps', () => {
    expect(nextKept(kept, problem)['head.t']![0]).toBeCloseTo(0.01 * own, 12)
    expect(nextKept(kept, problem, { 'head.t': [0.4] })['head.t']![0]).toBeCloseTo(
      0.01 * own + 0.99 * 0.4,
      12,
    )
    const fast: Loss = (x, W, labels) => curricularFaceKept(x, W, labels, { alpha: 0.5 })
    expect(nextKept(fast, problem, { 'head.t': [0.4] })['head.t']![0]).toBeCloseTo(0.5 * own + 0.2, 12)
  })

  test('is used as the step leaves it, and not differentiated', () => {
    const t = 0.01 * own + 0.99 * 0.4
    const ours = inFloat64(settled(kept, { 'head.t': [0.4] }), problem)
    const given = inFloat64(build({ ...options, t }), problem)
    expect(ours.loss[0]).toBeCloseTo(given.loss[0]!, 12)
    for (const [k, value] of given.gradX.entries()) expect(ours.gradX[k]).toBeCloseTo(value, 11)
  })

  test('is what curricularface of the catalogue keeps, under its published settings', () => {
    const { loss } = curricularFaceEntry.build({ curriculumRate: 0.5 })
    expect(nextKept(loss, problem, { 'head.t': [0.4] })['head.t']![0]).toBeCloseTo(0.5 * own + 0.2, 12)
    const usual = inFloat64(settled(curricularFaceEntry.build().loss), problem).loss[0]
    expect(usual).toBe(
      inFloat64(
        settled((x, W, y) => curricularFaceKept(x, W, y)),
        problem,
      ).loss[0],
    )
  })
})
