import { expect, test } from 'vitest'
import { annealedLambda, lambdaAt, lSoftmaxAnnealing, sphereFaceAnnealing } from './anneal.ts'

test('SphereFace’s λ is 1000/(1 + 0.12·step), 1 at the first step, and rests at 5 from step 1,659', () => {
  const at = (step: number) => lambdaAt(step, 28_000, sphereFaceAnnealing)
  expect(at(1)).toBeCloseTo(1000 / 1.12, 10)
  expect(at(100)).toBeCloseTo(1000 / 13, 10)
  expect(at(1658)).toBeGreaterThan(5)
  expect(at(1659)).toBe(5)
  expect(at(28_000)).toBe(5)
})

test('L-Softmax’s λ falls to nothing: 1000·(1 + 2.5e-5·step)^−35', () => {
  const at = (step: number) => lambdaAt(step, 20_000, lSoftmaxAnnealing)
  expect(at(4000)).toBeCloseTo(1000 / 1.1 ** 35, 8)
  expect(at(20_000)).toBeCloseTo(1000 / 1.5 ** 35, 12)
  expect(at(20_000)).toBeLessThan(0.001)
})

test('with `run` the same curve is followed in fractions of a run of another length', () => {
  const whole = { ...sphereFaceAnnealing, run: 28_000 }
  for (const fraction of [0.01, 0.05, 0.5, 1])
    expect(lambdaAt(fraction * 1000, 1000, whole)).toBeCloseTo(
      lambdaAt(fraction * 28_000, 28_000, sphereFaceAnnealing),
      10,
    )
})

test('annealedLambda() is a scalar that the trainer feeds by the step, SphereFace’s by default', () => {
  const { leaf, shape } = annealedLambda()
  if (leaf?.kind !== 'scheduled') throw new Error('annealedLambda: not scheduled')
  expect(shape).toEqual([])
  expect(leaf.name).toBe('lambda')
  expect(leaf.at(1, 500)).toBeCloseTo(1000 / 1.12, 10)
})
