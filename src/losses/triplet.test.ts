import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { expectWrittenOut, length, mean, rowsOf } from '../../test/losses/written-out.ts'
import { triplet, tripletEntry } from './triplet.ts'

type Options = NonNullable<Parameters<typeof triplet>[2]>
const build =
  (options: Options = {}): Loss =>
  (x, _, labels) =>
    triplet(x, labels, options)

/** The loss triplet by triplet. */
const written =
  ({ m = 0.2, mining = 'semi-hard', normalise = true }: Options = {}) =>
  () =>
  ({ x, D, labels }: Problem): number => {
    const rows = rowsOf(x, D).map((row) => (normalise ? row.map((value) => value / length(row)) : row))
    const d = (i: number, j: number): number => {
      const distance = length(rows[i]!.map((value, k) => value - rows[j]![k]!))
      return mining === 'hard' ? distance : distance ** 2
    }
    const terms: number[] = []
    for (const anchor of rows.keys()) {
      const all = [...rows.keys()]
      const positives = all.filter((j) => j !== anchor && labels[j] === labels[anchor])
      const negatives = all.filter((j) => labels[j] !== labels[anchor]).map((j) => d(anchor, j))
      if (negatives.length === 0 || positives.length === 0) continue
      if (mining === 'hard') {
        const hardest = Math.max(...positives.map((p) => d(anchor, p)))
        terms.push(Math.max(0, m + hardest - Math.min(...negatives)))
      } else
        for (const p of positives) {
          const beyond = negatives.filter((negative) => negative > d(anchor, p))
          const negative = beyond.length > 0 ? Math.min(...beyond) : Math.max(...negatives)
          terms.push(Math.max(0, m + d(anchor, p) - negative))
        }
    }
    return terms.length > 0 ? mean(terms) : 0
  }

describe('triplet is the loss of its papers written out triplet by triplet, its gradient the derivative', () => {
  test.each([1, 2, 3, 4, 5])('of random batch %i', (seed) => {
    for (const mining of ['semi-hard', 'hard'] as const)
      for (const options of [{}, { m: 2 }, { normalise: false, m: 3 }])
        expectWrittenOut(
          build({ mining, ...options }),
          written({ mining, ...options }),
          randomProblem(seed, { N: 8, C: 3 }),
        )
  })

  test.each([
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['no two of one class', { ...randomProblem(4), labels: [0, 1, 2, 3] }],
    ['one class with a partner', { ...randomProblem(4), labels: [0, 1, 0, 3] }],
    ['two classes', randomProblem(5, { C: 2 })],
  ])('%s', (_, problem) => {
    expectWrittenOut(build(), written(), problem)
    expectWrittenOut(build({ mining: 'hard' }), written({ mining: 'hard' }), problem)
  })
})

// On a line: an anchor at 0, its positive at 3, negatives at 1, 4 and 9.
const line: Problem = {
  N: 5,
  D: 1,
  C: 4,
  x: [0, 3, 1, 4, 9],
  W: [1, 1, 1, 1],
  labels: [0, 0, 1, 2, 3],
}
const onLine = (options: Options): number => inFloat64(build({ normalise: false, ...options }), line).loss[0]!

test('semi-hard mining takes the nearest negative beyond the positive, by squared distances', () => {
  // From 0: 9 against 16. From 3: 9 against 36 (1 and 4 are nearer than 0).
  expect(onLine({ m: 1 })).toBe(0)
  expect(onLine({ m: 10 })).toBeCloseTo((10 + 9 - 16) / 2, 12)
  expect(onLine({ m: 30 })).toBeCloseTo((30 + 9 - 16 + 30 + 9 - 36) / 2, 12)
})

test('semi-hard mining takes the farthest negative where none is beyond the positive', () => {
  const inside = { ...line, x: [0, 10, 1, 4, 9] }
  // From 0: 100 against 81. From 10: 100 against 81 (the one at 1).
  expect(inFloat64(build({ normalise: false, m: 1 }), inside).loss[0]).toBeCloseTo(1 + 100 - 81, 12)
})

test('hard mining takes the farthest positive and the nearest negative, by distances', () => {
  // From 0: 3 against 1. From 3: 3 against 1 (the one at 4).
  expect(onLine({ mining: 'hard', m: 0.2 })).toBeCloseTo(0.2 + 3 - 1, 12)
})

test('where the choice of a triplet is even, the equals share its gradient', () => {
  const { loss, gradX } = inFloat64(build({ mining: 'hard', normalise: false, m: 1 }), {
    ...line,
    x: [0, 2, 1, -1, 9],
  })
  // The anchor at 0 has negatives at ±1: half to each. That at 2 has the one at 1 alone.
  expect(loss[0]).toBeCloseTo(1 + 2 - 1, 12)
  expect(gradX[3]).toBeCloseTo(0.5 / 2, 12)
})

test('triplet in the catalogue has no prototypes, and says which margin is never met by normalised features', () => {
  const built = tripletEntry.build({})
  expect([built.usesPrototypes, built.comparesPairs]).toEqual([false, true])
  expect(tripletEntry.build({ margin: 2.5 }).warnings(10, 8)).toEqual([])
  expect(tripletEntry.build({ margin: 2.5, mining: 'hard' }).warnings(10, 8)).toEqual([
    'triplet: normalised features are at most 2 apart, a margin of 2.5 is never met',
  ])
  expect(
    tripletEntry.build({ margin: 2.5, mining: 'hard', normaliseFeatures: false }).warnings(10, 8),
  ).toEqual([])
  const problem = randomProblem(8, { N: 6, C: 2 })
  expect(inFloat64(tripletEntry.build({ margin: 1, mining: 'hard' }).loss, problem).loss).toEqual(
    inFloat64(build({ m: 1, mining: 'hard' }), problem).loss,
  )
})
