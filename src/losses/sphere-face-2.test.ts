import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { angles, expectWrittenOut, mean } from '../../test/losses/written-out.ts'
import { UsageError } from '../errors.ts'
import { grad, input, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { type SphereFace2Variant, sphereFace2, sphereFace2Bias, sphereFace2Entry } from './sphere-face-2.ts'

const [alpha, r, weight, bias] = [0.7, 6, 10, -0.5]
const t = 3
const g = (z: number, power = t): number => 2 * ((z + 1) / 2) ** power - 1

/** What stands in place of each cosine: Wen et al. 2022, eq. 6 and the variants of its table. */
const margined = (variant: SphereFace2Variant, m: number, there: Problem): number[][] =>
  angles(there).map((row, i) =>
    row.map((θ, j) => {
      const own = j === there.labels[i]
      if (variant === 'C') return g(Math.cos(θ)) + (own ? -m : m)
      const moved = variant === 'A' ? θ + m : θ * m
      return g(Math.cos(own ? Math.min(moved, Math.PI) : θ))
    }),
  )

const loss = (values: number[][], { labels }: Problem): number =>
  (weight / r) *
  mean(
    values.map((row, i) =>
      row.reduce((sum, value, j) => {
        const p = r * value + bias
        return (
          sum +
          (j === labels[i] ? alpha * Math.log(1 + Math.exp(-p)) : (1 - alpha) * Math.log(1 + Math.exp(p)))
        )
      }, 0),
    ),
  )

describe('sphereFace2 is the equation of the paper', () => {
  const variants = [
    ['C', 0.4],
    ['A', 0.5],
    ['M', 1.5],
  ] as const
  test.each(variants)('exact, %s, m %d', (variant, m) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(
        (x, W, y) => sphereFace2(x, W, y, { variant, m, alpha, r, t, weight, bias, form: 'exact' }),
        () => (there) => loss(margined(variant, m, there), there),
        randomProblem(seed),
        { gradient: 1e-5 },
      )
  })

  test('exact, C with a power that is not whole; and at cos −1 its value is −1 and its gradient finite', () => {
    for (const power of [1.5, 2.7])
      expectWrittenOut(
        (x, W, y) => sphereFace2(x, W, y, { alpha, r, t: power, weight, bias, form: 'exact' }),
        () => (there) => {
          const own = (i: number, j: number): number => (j === there.labels[i] ? -0.4 : 0.4)
          return loss(
            angles(there).map((row, i) => row.map((θ, j) => g(Math.cos(θ), power) + own(i, j))),
            there,
          )
        },
        randomProblem(4),
        { gradient: 1e-5 },
      )
    const opposite: Problem = { N: 1, D: 2, C: 2, x: [1, 0], W: [-1, 0, 0, 1], labels: [0] }
    const at = (power: number) =>
      inFloat64((x, W, y) => sphereFace2(x, W, y, { t: power, bias, form: 'exact', m: 0 }), opposite)
    expect(at(3.0001).loss[0]).toBeCloseTo(at(3).loss[0]!, 2)
    for (const values of [at(1.5).gradX, at(1.5).gradW]) expect(values.every(Number.isFinite)).toBe(true)
  })

  test.each(variants)(
    'detached, %s, m %d: margin and adjustment are looked at as if they stayed',
    (variant, m) => {
      for (const seed of [1, 2, 3])
        expectWrittenOut(
          (x, W, y) => sphereFace2(x, W, y, { variant, m, alpha, r, t, weight, bias }),
          (here) => {
            const shift = margined(variant, m, here).map((row, i) =>
              row.map((value, j) => value - Math.cos(angles(here)[i]![j]!)),
            )
            return (there) =>
              loss(
                angles(there).map((row, i) => row.map((θ, j) => Math.cos(θ) + shift[i]![j]!)),
                there,
              )
          },
          randomProblem(seed),
          { gradient: 1e-5 },
        )
    },
  )
})

const [x, W, labels] = [input('x', [2, 8]), input('W', [5, 8]), input('labels', [2], 'int32')]

describe('the bias', () => {
  // Five prototypes and two features, all at right angles.
  const right = {
    x: [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    W: Array.from({ length: 40 }, (_, i) => (i % 8 === Math.floor(i / 8) ? 2 : 0)),
    labels: [0, 3],
  }

  test.each([
    ['C', 0.4, 40],
    ['C', 0.5, 64],
    ['A', 0.5, 40],
    ['M', 1.7, 40],
  ] as const)(
    'starts where its own gradient vanishes while all cosines are 0: %s, m %d, r %d',
    (variant, m, scale) => {
      const total = sphereFace2(x, W, labels, { variant, m, r: scale })
      const leaf = topologicalOrder([total]).find((node) => node.leaf?.kind === 'parameter')!
      if (leaf.leaf?.kind !== 'parameter') throw new Error('sphereFace2: no bias')
      expect([leaf.leaf.name, leaf.shape]).toEqual(['head.bias', [1]])
      const start = sphereFace2Bias(5, { variant, m, r: scale })
      expect(leaf.leaf.init(rng(1), leaf.shape)[0]).toBeCloseTo(start, 5)
      const slope = (at: number): number =>
        evaluate({ g: grad(total, [leaf])[0]! }, { ...right, 'head.bias': [at] }).g[0]!
      expect(Math.abs(slope(start))).toBeLessThan(1e-9)
      expect(Math.abs(slope(start + 1))).toBeGreaterThan(1e-3)
    },
  )

  test.each([2, 3, 10_572, 1_000_000])(
    'is the root of that slope to the last digits for %d classes',
    (classes) => {
      for (const [m, scale] of [
        [0.4, 40],
        [0.5, 64],
      ] as const) {
        const b = sphereFace2Bias(classes, { alpha: 0.7, m, r: scale })
        const at = (margin: number): number => scale * (2 * 0.5 ** 3 - 1 + margin)
        const own = 0.7 / (1 + Math.exp(at(-m) + b))
        const others = ((1 - 0.7) * (classes - 1)) / (1 + Math.exp(-at(m) - b))
        expect(own / others).toBeCloseTo(1, 9)
      }
    },
  )
})

describe('the catalogue', () => {
  test('builds it from its options, C as released by default', () => {
    const problem = randomProblem(6)
    const built = sphereFace2Entry.build({
      variant: 'A',
      margin: 0.5,
      power: 2,
      alpha: 0.8,
      scale: 8,
      weight: 1,
    })
    const options = { variant: 'A', m: 0.5, t: 2, alpha: 0.8, r: 8, weight: 1 } as const
    expect(built.bias).toBe(true)
    const value = (loss: typeof built.loss): number => {
      const [tx, tW, ty] = [input('x', [4, 5]), input('W', [6, 5]), input('y', [4], 'int32')]
      const feeds = { x: problem.x, W: problem.W, y: problem.labels, 'head.bias': [-1] }
      return evaluate({ l: loss(tx, tW, ty) }, feeds).l[0]!
    }
    expect(value(built.loss)).toBe(value((...a) => sphereFace2(...a, options)))
    expect(value(sphereFace2Entry.build().loss)).toBe(value((...a) => sphereFace2(...a)))
  })

  test('refuses a factor below 1 for M', () => {
    expect(() => sphereFace2Entry.build({ variant: 'M' })).toThrow(
      new UsageError('sphereface2: margin of variant M must be at least 1, got 0.4'),
    )
  })
})

test('sphereFace2 has the value of its yes-or-no questions where there are two classes and one sample', () => {
  const two = { ...randomProblem(7, { N: 1, C: 2 }), labels: [1] }
  const options = { alpha, r, t, weight, bias, form: 'exact' } as const
  expect(inFloat64((u, v, y) => sphereFace2(u, v, y, options), two).loss[0]).toBeCloseTo(
    loss(margined('C', 0.4, two), two),
    12,
  )
})
