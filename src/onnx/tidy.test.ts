import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import {
  add,
  div,
  grad,
  input,
  matmul,
  max,
  mul,
  neg,
  parameter,
  reduceSum,
  reshape,
  sqrt,
  square,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { tidy } from './tidy.ts'

const count = (outputs: Readonly<Record<string, Tensor>>, type: string, size: number): number =>
  topologicalOrder(Object.values(outputs)).filter(
    ({ op, shape }) => op?.type === type && shape.reduce((n, k) => n * k, 1) >= size,
  ).length

/** Cosines between the rows of x [3, 4] and W [5, 4], their gradient in W, and a step with momentum and weight decay. */
function step() {
  const [x, g, v] = [input('x', [3, 4]), input('g', [3, 5]), input('v', [5, 4])]
  const W = parameter('W', [5, 4], { init: (_, shape) => new Float32Array(shape[0]! * shape[1]!) })
  const length = sqrt(max(reduceSum(square(W), [1], { keepdims: true }), 1e-12))
  const cosine = mul(matmul(x, transpose(W)), reshape(div(1, length), [1, 5]))
  const dW = grad(reduceSum(mul(g, cosine)), [W])[0]!
  const velocity = add(mul(0.9, v), add(dW, mul(0.1, W)))
  return {
    outputs: { velocity },
    feeds: { x: numbers([3, 4], 1), g: numbers([3, 5], 2), v: numbers([5, 4], 3), W: numbers([5, 4], 4) },
  }
}

describe('tidy(outputs)', () => {
  it('changes no value of a step of a head, by rounding alone', () => {
    const { outputs, feeds } = step()
    const after = evaluate(tidy(outputs), feeds).velocity!
    expect(relativeError(after, evaluate(outputs, feeds).velocity!)).toBeLessThan(1e-14)
  })

  it('negates a sum, not what is summed', () => {
    const x = input('x', [3, 4])
    const y = reduceSum(neg(x), [0], { keepdims: true })
    const feeds = { x: numbers([3, 4], 1) }
    expect(count(tidy({ y }), 'Neg', 12)).toBe(0)
    expect(tidy({ y }).y!.shape).toEqual([1, 4])
    expect([...evaluate(tidy({ y }), feeds).y!]).toEqual([...evaluate({ y }, feeds).y!])
  })

  it('leaves no matrix turned over or expanded, and one product a step of a matrix with its row factors', () => {
    const { outputs } = step()
    const after = tidy(outputs)
    expect(count(outputs, 'Expand', 20)).toBeGreaterThan(0)
    expect(count(after, 'Expand', 20)).toBe(0)
    // The prototypes are read turned over in the product with the features, and only there.
    expect(count(after, 'Transpose', 20)).toBe(1)
    // The square, the factors of the rows, the momentum.
    expect(count(after, 'Mul', 20)).toBe(3)
    expect(count(outputs, 'Mul', 20)).toBeGreaterThan(3)
  })

  it('keeps what expands an operand to the full shape, and equal terms of one size', () => {
    const [a, b] = [input('a', [1, 3]), input('b', [1, 3])]
    const sum = reduceSum(mul(a, b), [0])
    const feeds = { a: [1, 2, 3], b: [4, 5, 6] }
    const outputs = {
      expanded: add(grad(reduceSum(reduceSum(mul(a, 1), [0])), [a])[0]!, 0),
      twice: add(mul(a, b), mul(a, b)),
      sum,
    }
    const [before, after] = [evaluate(outputs, feeds), evaluate(tidy(outputs), feeds)]
    for (const [name, { shape }] of Object.entries(outputs) as [keyof typeof outputs, Tensor][]) {
      expect(tidy(outputs)[name]!.shape, name).toEqual(shape)
      expect([...after[name]!], name).toEqual([...before[name]!])
    }
  })

  it('takes a known number to where it meets the fewest elements', () => {
    const [x, y, r] = [input('x', [3, 4]), input('y', [3, 4]), input('r', [1, 4])]
    const outputs = {
      after: mul(8, mul(x, r)),
      before: mul(mul(x, 8), r),
      summed: reduceSum(mul(mul(8, x), y), [0]),
    }
    const tidied = tidy(outputs)
    const feeds = { x: numbers([3, 4], 1), y: numbers([3, 4], 2), r: numbers([1, 4], 3) }
    // One product of matrices each, where there were two; the first two are one and the same.
    expect(count(outputs, 'Mul', 12)).toBe(6)
    expect(count(tidied, 'Mul', 12)).toBe(3)
    const [before, after] = [evaluate(outputs, feeds), evaluate(tidied, feeds)]
    for (const name of Object.keys(outputs) as (keyof typeof outputs)[])
      expect(relativeError(after[name]!, before[name]!), name).toBeLessThan(1e-14)
  })
})
