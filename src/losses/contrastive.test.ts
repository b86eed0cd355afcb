import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { expectWrittenOut, length, mean, rowsOf } from '../../test/losses/written-out.ts'
import { contrastive, contrastiveEntry } from './contrastive.ts'

type Options = NonNullable<Parameters<typeof contrastive>[2]>
const build =
  (options: Options = {}): Loss =>
  (x, _, labels) =>
    contrastive(x, labels, options)

/** The loss pair by pair. */
const written =
  ({ m = 1, normalise = true }: Options = {}) =>
  () =>
  ({ x, D, labels }: Problem): number => {
    const rows = rowsOf(x, D).map((row) => (normalise ? row.map((value) => value / length(row)) : row))
    const terms = rows.flatMap((a, i) =>
      rows.slice(i + 1).map((b, k) => {
        const d = length(a.map((value, j) => value - b[j]!))
        return 0.5 * (labels[i] === labels[i + 1 + k] ? d * d : Math.max(0, m - d) ** 2)
      }),
    )
    return terms.length > 0 ? mean(terms) : 0
  }

describe('contrastive is the loss of Hadsell et al. written out pair by pair, its gradient the derivative', () => {
  test.each([1, 2, 3, 4, 5])('of random batch %i', (seed) => {
    for (const options of [{}, { m: 1.6 }, { normalise: false, m: 3 }])
      expectWrittenOut(build(options), written(options), randomProblem(seed, { N: 7, C: 3 }))
  })

  test.each([
    ['a batch of one', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['no two of one class', { ...randomProblem(4), labels: [0, 1, 2, 3] }],
    ['two classes', randomProblem(5, { C: 2 })],
  ])('%s', (_, problem) => expectWrittenOut(build(), written(), problem))
})

const feeds = (x: number[], labels: number[]): Problem => ({
  N: labels.length,
  D: 2,
  C: 2,
  x,
  W: [1, 0, 0, 1],
  labels,
})
const at = (options: Options, x: number[], labels: number[]): number =>
  inFloat64(build(options), feeds(x, labels)).loss[0]!

test('contrastive(x, labels, { m }) is ½d² of two of one class, and ½(m − d)² of two of different ones that are closer than m', () => {
  const far = [3, 0, 0, 4]
  expect(at({ normalise: false }, far, [0, 0])).toBeCloseTo(12.5, 12)
  expect(at({ normalise: false, m: 7 }, far, [0, 1])).toBeCloseTo(2, 12)
  expect(at({ normalise: false }, far, [0, 1])).toBe(0)
  // Of length 1 they are √2 apart.
  expect(at({}, far, [0, 0])).toBeCloseTo(1, 12)
  expect(at({ m: 2 }, far, [0, 1])).toBeCloseTo(0.5 * (2 - Math.SQRT2) ** 2, 12)
})

test('contrastive pushes two samples of different classes at one place by no number that is not finite', () => {
  const { loss, gradX } = inFloat64(build(), feeds([1, 2, 1, 2], [0, 1]))
  expect(loss[0]).toBeCloseTo(0.5, 5)
  expect(Array.from(gradX)).toEqual([0, 0, 0, 0])
})

test('contrastive in the catalogue has no prototypes, and says that a margin above 2 is never met by normalised features', () => {
  const built = contrastiveEntry.build({})
  expect([built.usesPrototypes, built.comparesPairs]).toEqual([false, true])
  expect(built.warnings(10, 8)).toEqual([])
  expect(contrastiveEntry.build({ margin: 2.5 }).warnings(10, 8)).toEqual([
    'contrastive: normalised features are at most 2 apart, a margin of 2.5 is never met',
  ])
  expect(contrastiveEntry.build({ margin: 2.5, normaliseFeatures: false }).warnings(10, 8)).toEqual([])
  const problem = randomProblem(8, { C: 2 })
  const options = { margin: 1.5, normaliseFeatures: false }
  expect(inFloat64(contrastiveEntry.build(options).loss, problem).loss).toEqual(
    inFloat64(build({ m: 1.5, normalise: false }), problem).loss,
  )
})
