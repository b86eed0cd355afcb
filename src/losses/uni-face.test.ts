import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { type Problem, randomProblem } from '../../test/losses/problem.ts'
import { angles, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { grad, input, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { uniFace, uniFaceBias, uniFaceEntry } from './uni-face.ts'

interface Numbers {
  readonly s: number
  readonly m: number
  readonly weight: number
  readonly bias: number
}

/** Zhou et al. 2023, eq. 13 with the balance of the other classes. */
const written =
  ({ s, m, weight, bias }: Numbers) =>
  () =>
  (there: Problem) =>
    mean(
      angles(there).map((row, i) =>
        row.reduce((sum, θ, j) => {
          if (j === there.labels[i]) return sum + Math.log(1 + Math.exp(-(s * (Math.cos(θ) - m) - bias)))
          return sum + weight * Math.log(1 + Math.exp(s * Math.cos(θ) - bias))
        }, 0),
      ),
    )

describe('uniFace(x, W, labels, { s, m, weight, bias }) is the equation of the paper', () => {
  test.each([
    { s: 16, m: 0.4, weight: 1, bias: 5 },
    { s: 64, m: 0.4, weight: 0.3, bias: 10 },
    { s: 4, m: 0, weight: 2, bias: -1 },
  ])('%j', (numbers) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut((x, W, y) => uniFace(x, W, y, numbers), written(numbers), randomProblem(seed), {
        gradient: 1e-5,
      })
  })
})

test('the bias is a parameter of one number that starts at ln(10·C) and is learnt', () => {
  const [x, W, y] = [input('x', [1, 2]), input('W', [4, 2]), input('y', [1], 'int32')]
  const total = uniFace(x, W, y)
  const bias = topologicalOrder([total]).find(({ leaf }) => leaf?.kind === 'parameter')!
  if (bias.leaf?.kind !== 'parameter') throw new Error('uniFace: no bias')
  expect([bias.leaf.name, bias.shape]).toEqual(['head.bias', [1]])
  expect(bias.leaf.init(rng(1), bias.shape)[0]).toBeCloseTo(Math.log(40), 6)
  expect(uniFaceBias(10_572)).toBeCloseTo(11.57, 2)
  // At right angles to all: the own class asks for a lower bias, three others for a higher one.
  const feeds = { x: [1, 0], W: [0, 1, 0, 1, 0, 1, 0, 1], y: [0], 'head.bias': [0] }
  const { g } = evaluate({ g: grad(total, [bias])[0]! }, feeds)
  expect(g[0]).toBeCloseTo(1 / (1 + Math.exp(-64 * 0.4)) - 3 * 0.5, 12)
})

describe('uniFace with a ratio below 1', () => {
  const { N, D, C, x, W, labels } = { ...randomProblem(9, { N: 3, C: 12 }), labels: [4, 7, 4] }
  const [tx, tW, ty] = [input('x', [N, D]), input('W', [C, D]), input('labels', [N], 'int32')]
  const numbers = { s: 16, m: 0.4, weight: 1, bias: 5 }
  const draw = (loss: ReturnType<typeof uniFace>, seed: number): Float32Array => {
    const { leaf, shape } = topologicalOrder([loss]).find((node) => node.leaf?.kind === 'drawn')!
    if (leaf?.kind !== 'drawn') throw new Error('uniFace: nothing is drawn')
    expect([leaf.name, shape]).toEqual(['head.negatives', [1, C]])
    return leaf.draw(rng(seed), shape) as Float32Array
  }

  test('counts the classes that are drawn and those of the batch, and no others', () => {
    const loss = uniFace(tx, tW, ty, { ...numbers, ratio: 0.25 })
    const [gradX, gradW] = grad(loss, [tx, tW])
    for (const seed of [1, 2, 3]) {
      const mask = draw(loss, seed)
      const kept = Array.from(mask, (value, j) => value === 1 || [4, 7].includes(j))
      const got = evaluate(
        { loss, gradX: gradX!, gradW: gradW! },
        { x, W, labels, 'head.negatives': Array.from(mask) },
      )
      // The same loss of the classes that are left alone.
      const left = kept.flatMap((is, j) => (is ? [j] : []))
      const fewer: Problem = {
        ...{ N, D, x, C: left.length },
        W: left.flatMap((j) => W.slice(j * D, (j + 1) * D)),
        labels: labels.map((label) => left.indexOf(label)),
      }
      expect(got.loss[0]).toBeCloseTo(written(numbers)()(fewer), 10)
      for (const [j, is] of kept.entries())
        expect(got.gradW.subarray(j * D, (j + 1) * D).some((value) => value !== 0)).toBe(is)
    }
  })

  test('draws r·C classes, rounded up, each as often as the others', () => {
    const loss = uniFace(tx, tW, ty, { ratio: 0.2 })
    const counts = new Float64Array(C)
    for (let seed = 0; seed < 2000; seed++) {
      const mask = draw(loss, seed)
      expect(mask.reduce((a, b) => a + b)).toBe(3)
      mask.forEach((value, j) => {
        counts[j] = counts[j]! + value
      })
    }
    for (const count of counts) expect(count / 2000).toBeCloseTo(0.25, 1)
  })

  test('starts its bias at ln(10·C·r), as released; with 1 nothing is drawn', () => {
    expect(uniFaceBias(100, { ratio: 0.1 })).toBeCloseTo(Math.log(100), 12)
    const leaves = (negativeRatio: number) =>
      topologicalOrder([uniFaceEntry.build({ negativeRatio }).loss(tx, tW, ty)]).flatMap(({ leaf, shape }) =>
        leaf?.kind === 'parameter'
          ? [`starts at ${leaf.init(rng(1), shape)[0]}`]
          : leaf?.kind === 'drawn'
            ? [leaf.name]
            : [],
      )
    expect(leaves(0.5).toSorted()).toEqual(['head.negatives', `starts at ${Math.fround(Math.log(60))}`])
    expect(leaves(1)).toEqual([`starts at ${Math.fround(Math.log(120))}`])
  })
})

test('the catalogue builds it from its options', () => {
  const { loss, bias } = uniFaceEntry.build({ margin: 0.3, scale: 16, weight: 0.5 })
  expect(bias).toBe(true)
  const { N, D, C, x, W, labels } = randomProblem(4)
  const [tx, tW, ty] = [input('x', [N, D]), input('W', [C, D]), input('y', [N], 'int32')]
  const both = { a: loss(tx, tW, ty), b: uniFace(tx, tW, ty, { m: 0.3, s: 16, weight: 0.5 }) }
  const got = evaluate(both, { x, W, y: labels, 'head.bias': [4] })
  expect(got.a).toEqual(got.b)
})
