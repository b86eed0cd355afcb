import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { nextKept, settled } from '../../test/losses/settled.ts'
import { expectVectors } from '../../test/losses/vector-case.ts'
import { dot, expectWrittenOut, mean, rowsOf } from '../../test/losses/written-out.ts'
import { centerEntry, centerLoss, centerLossKept } from './center.ts'

test('centerLoss agrees with an independent implementation', () =>
  expectVectors('center, half mean squared distance', (x, W, labels) => centerLoss(x, W, labels)))

const written =
  () =>
  ({ x, W, D, labels }: Problem): number => {
    const centres = rowsOf(W, D)
    return mean(
      rowsOf(x, D).map((row, i) => {
        const away = row.map((value, k) => value - centres[labels[i]!]![k]!)
        return 0.5 * dot(away, away)
      }),
    )
  }

describe('centerLoss is half the mean squared distance to the own centre, its gradient the derivative', () => {
  test.each([
    ['a random batch', randomProblem(1)],
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['two classes', randomProblem(5, { C: 2 })],
  ])('%s', (_, problem) => expectWrittenOut((x, W, labels) => centerLoss(x, W, labels), written, problem))
})

describe('the centres that are kept', () => {
  const kept =
    (rate?: number): Loss =>
    (x, W, labels) =>
      centerLossKept(x, labels, { classes: W.shape[0]!, ...(rate !== undefined && { rate }) })

  test('begin at 0, where the loss is half the mean square of the features', () => {
    const problem = randomProblem(4)
    expect(inFloat64(settled(kept()), problem).loss[0]).toBeCloseTo(
      mean(rowsOf(problem.x, problem.D).map((row) => 0.5 * dot(row, row))),
      12,
    )
  })

  test('move by α·Σ(x − c)/(1 + n), those without a sample not at all', () => {
    const problem: Problem = { N: 3, D: 1, C: 3, x: [2, 4, 9], W: [0, 0, 0], labels: [0, 0, 2] }
    const state = { 'head.centres': [1, 5, 7] }
    expect(nextKept(kept(), problem, state)['head.centres']).toEqual([
      1 + (0.5 * (1 + 3)) / 3,
      5,
      7 + (0.5 * 2) / 2,
    ])
    expect(nextKept(kept(1), problem, state)['head.centres']![2]).toBe(8)
    expect(inFloat64(settled(kept(), state), problem).loss[0]).toBeCloseTo((1 + 9 + 4) / 6, 12)
  })
})

test('center in the catalogue has no prototypes, and says that alone it draws everything to one point', () => {
  const built = centerEntry.build({ centerRate: 1 })
  expect(built.usesPrototypes).toBe(false)
  expect(built.warnings(10, 8)).toEqual([
    'center: alone it draws all features to one point; the paper adds it to softmax: loss softmax, center 0.008',
  ])
  const problem: Problem = { N: 1, D: 1, C: 2, x: [6], W: [0, 0], labels: [1] }
  expect(nextKept(built.loss, problem)).toEqual({ 'head.centres': [0, 3] })
})
