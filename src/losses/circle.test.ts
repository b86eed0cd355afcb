import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { UsageError } from '../errors.ts'
import { circle, circleEntry, circlePairs } from './circle.ts'

const [m, gamma] = [0.25, 16]

/** Sun et al. 2020, eqs. 7 and 8: weights and what they weigh. */
const weightOf = (cosine: number, own: boolean): number => Math.max(0, own ? 1 + m - cosine : cosine + m)
const weighed = (cosine: number, own: boolean): number => cosine - (own ? 1 - m : m)

/** Weights as they are where one looks from, cosines as they vary. */
const writtenClasses = (here: Problem) => {
  const weights = angles(here).map((row, i) => row.map((θ, j) => weightOf(Math.cos(θ), j === here.labels[i])))
  return (there: Problem) =>
    crossEntropyOf(
      angles(there).map((row, i) =>
        row.map((θ, j) => gamma * weights[i]![j]! * weighed(Math.cos(θ), j === there.labels[i])),
      ),
      there.labels,
    )
}

const classes: Loss = (x, W, y) => circle(x, W, y, { m, gamma })

test('circle(x, W, labels, { m, gamma }) is the equation of the paper, its weights not differentiated', () => {
  for (const seed of [1, 2, 3])
    expectWrittenOut(classes, writtenClasses, randomProblem(seed), { gradient: 1e-5 })
})

test('circle is as sure of neither where both cosines are off their optimum by √2·m on a circle: the decision boundary', () => {
  // Eq. 12: (s_n − 0)² + (s_p − 1)² = 2m².
  const [own, other] = [1 - m, m]
  const two: Problem = {
    ...randomProblem(1, { N: 1, D: 3, C: 2 }),
    x: [1, 0, 0],
    W: [own, Math.sqrt(1 - own ** 2), 0, other, 0, Math.sqrt(1 - other ** 2)],
    labels: [0],
  }
  expect(inFloat64(classes, two).loss[0]).toBeCloseTo(Math.log(2), 12)
})

describe('circlePairs(x, labels, { m, gamma })', () => {
  const pairs: Loss = (x, _, y) => circlePairs(x, y, { m, gamma })

  const writtenPairs = (here: Problem) => {
    const among = (problem: Problem) => angles({ ...problem, W: problem.x }).map((row) => row.map(Math.cos))
    const same = (a: number, b: number): boolean => here.labels[a] === here.labels[b]
    const weights = among(here).map((row, i) => row.map((c, j) => weightOf(c, same(i, j))))
    return (there: Problem) => {
      const each = among(there).flatMap((row, i) => {
        const sum = (own: boolean): number =>
          row.reduce((total, c, j) => {
            if (i === j || same(i, j) !== own) return total
            return total + Math.exp((own ? -gamma : gamma) * weights[i]![j]! * weighed(c, own))
          }, 0)
        const [p, n] = [sum(true), sum(false)]
        return p > 0 && n > 0 ? [Math.log(1 + n * p)] : []
      })
      return each.length === 0 ? 0 : mean(each)
    }
  }

  test.each([
    ['two people, two images each', [0, 0, 1, 1]],
    ['one person with three images, another with one, which has no pair', [0, 0, 2, 0]],
    ['nobody with two images', [0, 1, 2, 3]],
    ['one person alone', [2, 2, 2, 2]],
  ])('is the equation of the paper: %s', (_, labels) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(pairs, writtenPairs, { ...randomProblem(seed), labels }, { gradient: 1e-5 })
  })

  test('has no gradient in prototypes, and is 0 for a batch of one', () => {
    const { gradW } = inFloat64(pairs, { ...randomProblem(1), labels: [0, 0, 1, 1] })
    expect(Math.hypot(...gradW)).toBe(0)
    expect(inFloat64(pairs, randomProblem(1, { N: 1 })).loss[0]).toBe(0)
  })
})

test('the catalogue has both forms, and says that pairs have no prototypes', () => {
  const problem = { ...randomProblem(4), labels: [0, 0, 1, 1] }
  const built = (form: string) => circleEntry.build({ form, scale: gamma })
  expect(built('class').usesPrototypes ?? true).toBe(true)
  expect(built('pair').usesPrototypes).toBe(false)
  expect(inFloat64(built('class').loss, problem).loss).toEqual(inFloat64(classes, problem).loss)
  expect(inFloat64(built('pair').loss, problem).loss).toEqual(
    inFloat64((x, _, y) => circlePairs(x, y, { m, gamma }), problem).loss,
  )
})

test('the pair form has no prototypes, and so refuses several a class', () => {
  expect(() => circleEntry.build({ form: 'pair', subCentres: 2 })).toThrow(
    new UsageError('circle: subCentres needs form class, got form pair and 2'),
  )
})
