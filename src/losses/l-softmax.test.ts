import { describe, expect, test } from 'vitest'
import { inFloat64, type Loss, type Problem, pose, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf, expectWrittenOut, length, rowsOf } from '../../test/losses/written-out.ts'
import { UsageError } from '../errors.ts'
import { topologicalOrder } from '../graph/index.ts'
import { lSoftmax, lSoftmaxEntry } from './l-softmax.ts'
import { softmax } from './softmax.ts'

/** Liu et al. 2016, eqs. 4 and 5, the piece found by its definition: (−1)^k cos(mθ) − 2k on [kπ/m, (k + 1)π/m]. */
const written = (m: number, lambda: number) => () => (there: Problem) => {
  const [x, W] = [rowsOf(there.x, there.D), rowsOf(there.W, there.D)]
  return crossEntropyOf(
    angles(there).map((row, i) =>
      row.map((θ, j) => {
        const lengths = length(x[i]!) * length(W[j]!)
        if (j !== there.labels[i]) return lengths * Math.cos(θ)
        const k = [0, 1, 2, 3].find((piece) => θ <= ((piece + 1) * Math.PI) / m)!
        const ψ = (-1) ** k * Math.cos(m * θ) - 2 * k
        return (lengths * (lambda * Math.cos(θ) + ψ)) / (1 + lambda)
      }),
    ),
    there.labels,
  )
}

describe('lSoftmax(x, W, labels, { m, lambda }) is the equation of the paper', () => {
  test.each([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
    [4, 5],
  ])('m %d, λ %d', (m, lambda) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(
        (x, W, y) => lSoftmax(x, W, y, { m, lambda }),
        written(m, lambda),
        randomProblem(seed),
        { gradient: 1e-5 },
      )
  })
})

test('lSoftmax with m 1, or a large λ, is the softmax loss without bias', () => {
  const problem = randomProblem(9)
  const plain = inFloat64((x, W, y) => softmax(x, W, y), problem)
  for (const options of [{ m: 1 }, { m: 4, lambda: 1e12 }]) {
    const { loss, gradX } = inFloat64((x, W, y) => lSoftmax(x, W, y, options), problem)
    expect(loss[0]).toBeCloseTo(plain.loss[0]!, 9)
    gradX.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.gradX[i]!, 9)
    })
  }
})

test('lSoftmax refuses m beyond 4', () => {
  const five: Loss = (x, W, y) => lSoftmax(x, W, y, { m: 5 })
  expect(() => inFloat64(five, randomProblem(1))).toThrow(UsageError)
})

test('the catalogue anneals λ as the MNIST release does, unless lambdaBase is 0', () => {
  const leaf = (given: Record<string, unknown>) =>
    topologicalOrder([pose(lSoftmaxEntry.build(given).loss, randomProblem(1)).outputs.loss])
      .map((node) => node.leaf)
      .find((one) => one?.kind === 'scheduled')
  const λ = leaf({})
  expect(λ?.kind === 'scheduled' && λ.at(1, 100)).toBeCloseTo(1000 * (1 + 2.5e-5) ** -35, 9)
  expect(leaf({ lambdaBase: 0 })).toBeUndefined()
})
