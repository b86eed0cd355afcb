import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, type Loss, type Problem, pose, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf, expectWrittenOut } from '../../test/losses/written-out.ts'
import { constant, rewrite, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { arcFace } from './arc-face.ts'
import { elasticArcEntry, elasticCosEntry, elasticFace } from './elastic-face.ts'
import { lmcl } from './lmcl.ts'

/** A loss with these numbers in place of those it draws. */
const withMargins =
  (build: Loss, z: readonly number[]): Loss =>
  (x, W, y) =>
    rewrite({ loss: build(x, W, y) }, ({ leaf, shape }) =>
      leaf?.kind === 'drawn' ? constant(z, shape) : null,
    ).loss

const s = 16
const z = [-1.5, 0.3, 0.9, 2.1]

/** Boutros et al. 2022, eqs. 6 and 7, each sample with a margin of its own. */
const written = (variant: 'arc' | 'cos', margins: readonly number[]) => (there: Problem) =>
  crossEntropyOf(
    angles(there).map((row, i) =>
      row.map((θ, j) => {
        if (j !== there.labels[i]) return s * Math.cos(θ)
        return s * (variant === 'arc' ? Math.cos(θ + margins[i]!) : Math.cos(θ) - margins[i]!)
      }),
    ),
    there.labels,
  )

describe.each([
  ['arc', 0.5, 0.0175],
  ['cos', 0.35, 0.025],
] as const)('elasticFace, %s', (variant, m, plusSigma) => {
  test('is the equation of the paper with the margins m + σz, σ 0.05', () => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(
        withMargins((x, W, y) => elasticFace(x, W, y, { variant, s }), z),
        () =>
          written(
            variant,
            z.map((one) => m + 0.05 * one),
          ),
        randomProblem(seed),
        { gradient: 1e-5 },
      )
  })

  test('plus gives the larger margins to the samples farther from their prototypes', () => {
    for (const seed of [1, 2, 3]) {
      const problem = randomProblem(seed)
      const own = angles(problem).map((row, i) => row[problem.labels[i]!]!)
      const nearestFirst = [0, 1, 2, 3].toSorted((a, b) => own[a]! - own[b]!)
      const margins = own.map((_, i) => m + plusSigma * z[nearestFirst.indexOf(i)]!)
      expectWrittenOut(
        withMargins((x, W, y) => elasticFace(x, W, y, { variant, s, plus: true }), z),
        () => written(variant, margins),
        problem,
        { gradient: 1e-5 },
      )
    }
  })

  test('with σ 0 is the loss whose margin does not vary', () => {
    const problem = randomProblem(5)
    const fixed: Loss = (x, W, y) => (variant === 'arc' ? arcFace : lmcl)(x, W, y, { s, m })
    for (const plus of [false, true])
      expect(
        inFloat64(
          withMargins((x, W, y) => elasticFace(x, W, y, { variant, s, sigma: 0, plus }), z),
          problem,
        ).loss[0],
      ).toBeCloseTo(inFloat64(fixed, problem).loss[0]!, 12)
  })
})

test('equally far samples take margins in their order, each one', () => {
  const problem = randomProblem(6)
  const alike: Problem = { ...problem, x: problem.x.map((_, i) => problem.x[i % 5]!), labels: [1, 1, 1, 1] }
  const plus: Loss = (x, W, y) => elasticFace(x, W, y, { s, plus: true })
  const margins = z.map((one) => 0.5 + 0.0175 * one)
  expect(inFloat64(withMargins(plus, z), alike).loss[0]).toBeCloseTo(written('arc', margins)(alike), 10)
})

test('what is drawn is normal, one number a sample, and sorted for plus', () => {
  const drawnBy = (plus: boolean): Float32Array => {
    const { outputs } = pose((x, W, y) => elasticFace(x, W, y, { plus }), randomProblem(1, { N: 2000 }))
    const { leaf, shape } = topologicalOrder([outputs.loss]).find((node) => node.leaf?.kind === 'drawn')!
    if (leaf?.kind !== 'drawn') throw new Error('elasticFace: nothing is drawn')
    expect([leaf.name, shape]).toEqual(['head.margins', [2000, 1]])
    return leaf.draw(rng(3), shape)
  }
  const plain = drawnBy(false)
  expect(Math.abs(plain.reduce((a, b) => a + b) / 2000)).toBeLessThan(0.1)
  expect(plain.reduce((a, b) => a + b * b) / 2000).toBeCloseTo(1, 1)
  expect(drawnBy(true)).toEqual(plain.toSorted())
})

test('the catalogue has both variants', () => {
  const problem = randomProblem(7)
  const value = (loss: Loss): number => {
    const { outputs, feeds } = pose(withMargins(loss, z), problem)
    return evaluate(outputs, feeds).loss[0]!
  }
  expect(value(elasticArcEntry.build({ sigma: 0.1 }).loss)).toBe(
    value((x, W, y) => elasticFace(x, W, y, { sigma: 0.1 })),
  )
  expect(value(elasticCosEntry.build({ plus: true }).loss)).toBe(
    value((x, W, y) => elasticFace(x, W, y, { variant: 'cos', plus: true })),
  )
})

test('with plus σ is that of the paper unless told otherwise', () => {
  const sigma = (given: Record<string, unknown>) =>
    [elasticArcEntry, elasticCosEntry].map(({ build }) => build(given).describe.sigma)
  expect(sigma({})).toEqual([0.05, 0.05])
  expect(sigma({ plus: 'true' })).toEqual([0.0175, 0.025])
  expect(sigma({ plus: true, sigma: 0.05 })).toEqual([0.05, 0.05])
})
