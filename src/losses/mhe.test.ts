import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { expectVectors } from '../../test/losses/vector-case.ts'
import { angles, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { type EnergyPower, mhe, mheOfBatch } from './mhe.ts'

test('mhe agrees with an independent implementation', () => expectVectors('mhe, all pairs', (_, W) => mhe(W)))

const energy = (θ: number, power: EnergyPower): number => (power === 0 ? Math.log(1 / θ) : θ ** -power)

/** The mean energy of each of some prototypes and every other. */
const meanEnergy = (problem: Problem, of: readonly number[], power: EnergyPower): number => {
  const θ = angles({ ...problem, x: problem.W })
  return mean(
    of.map((y) => mean(θ[y]!.filter((_, j) => j !== y).map((angle) => energy(Math.max(angle, 0.01), power)))),
  )
}

const all =
  (power: EnergyPower): Loss =>
  (_, W) =>
    mhe(W, { power })
const ofBatch =
  (power: EnergyPower): Loss =>
  (_, W, labels) =>
    mheOfBatch(W, labels, { power })

describe('the energy of prototypes is that of Liu et al. written out pair by pair, its gradient the derivative', () => {
  const powers = [0, 1, 2] as const
  test.each<[string, Problem]>([
    ['random prototypes', randomProblem(1)],
    ['two classes', randomProblem(6, { C: 2 })],
    ['one sample', randomProblem(2, { N: 1 })],
    ['all samples of one class', { ...randomProblem(3), labels: [2, 2, 2, 2] }],
    ['close prototypes', { ...randomProblem(4, { D: 2, C: 3 }), W: [1, 0, 1, 0.03, -1, 0.5] }],
  ])('%s', (_, problem) => {
    for (const power of powers) {
      const classes = Array.from({ length: problem.C }, (_, j) => j)
      expectWrittenOut(all(power), () => (there) => meanEnergy(there, classes, power), problem)
      expectWrittenOut(ofBatch(power), () => (there) => meanEnergy(there, there.labels, power), problem)
    }
  })
})

test('two equal prototypes count as 0.01 apart, and opposite ones are finite', () => {
  for (const W of [
    [1, 2, 1, 2],
    [1, 2, -1, -2],
    [0, 0, 1, 1],
  ])
    for (const build of [all(2), ofBatch(2)]) {
      const { loss, gradW } = inFloat64(build, { ...randomProblem(1, { D: 2, C: 2 }), W })
      expect(Array.from(gradW).every(Number.isFinite)).toBe(true)
      if (W[2] === 1 && W[0] === 1) expect(loss[0]).toBeCloseTo(1e4, 6)
    }
})
