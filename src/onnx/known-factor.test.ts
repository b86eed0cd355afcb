import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { graphLeaves, leafValues, moves, randomGraph } from '../../test/onnx/random-graph.ts'
import {
  add,
  div,
  exp,
  input,
  less,
  mul,
  neg,
  print,
  reduceSum,
  reshape,
  rewrite,
  type Tensor,
  where,
} from '../graph/index.ts'
import { knownFactor } from './known-factor.ts'

const x = input('x', [3, 4])
const y = input('y', [3, 4])
const r = input('r', [3, 1])
const feeds = { x: numbers([3, 4], 1), y: numbers([3, 4], 2), r: numbers([3, 1], 3) }

/** Becomes the other graph, to the letter, and has its value. */
function becomes(before: Tensor, after: Tensor): void {
  const { out } = rewrite({ out: before }, knownFactor)
  expect(print({ out: out! })).toBe(print({ out: after }))
  expect(out!.shape).toEqual(before.shape)
  const [was, is] = [evaluate({ before }, feeds).before!, evaluate({ out: out! }, feeds).out!]
  expect(relativeError(is, was)).toBeLessThan(1e-6)
}

describe('known factors', () => {
  it('change no shape and no value of any small graph', () => {
    fc.assert(
      fc.property(moves, (program) => {
        const outputs = randomGraph(program, graphLeaves)
        const changed = rewrite(outputs, knownFactor)
        const [was, is] = [evaluate(outputs, leafValues), evaluate(changed, leafValues)]
        for (const [name, { shape }] of Object.entries(outputs)) {
          expect(changed[name]!.shape).toEqual(shape)
          expect(relativeError(is[name]!, was[name]!)).toBeLessThan(1e-5)
        }
      }),
      { seed: 3, numRuns: 600 },
    )
  })

  it('multiply once, and not at all where they make one', () => {
    becomes(mul(2, mul(x, 4)), mul(8, x))
    becomes(neg(mul(2, x)), mul(-2, x))
    becomes(mul(0.5, mul(2, exp(x))), exp(x))
  })

  it('multiply a sum, not what is summed', () => {
    becomes(reduceSum(mul(2, x), [1]), mul(2, reduceSum(x, [1])))
    becomes(reduceSum(mul(mul(2, x), y), [1]), mul(2, reduceSum(mul(x, y), [1])))
  })

  it('multiply the smaller factor of a product', () => {
    becomes(mul(2, mul(x, r)), mul(x, mul(2, r)))
    becomes(mul(mul(2, x), r), mul(x, mul(2, r)))
  })

  it('of few numbers go past quotients, choices and changes of shape', () => {
    becomes(mul(2, div(mul(4, x), y)), mul(8, div(x, y)))
    becomes(reshape(mul(2, x), [12]), mul(2, reshape(x, [12])))
    becomes(where(less(x, y), 0, mul(2, x)), mul(2, where(less(x, y), 0, x)))
    becomes(add(x, x), mul(2, x))
  })

  it('stay two where one would be beyond the range of float32, and past a choice where they are infinite', () => {
    for (const kept of [
      mul(1e30, mul(1e30, x)),
      mul(1e-30, mul(1e-30, x)),
      where(less(x, y), 0, mul(Number.POSITIVE_INFINITY, x)),
    ])
      expect(print(rewrite({ out: kept }, knownFactor))).toBe(print({ out: kept }))
  })

  it('leave whole numbers alone', () => {
    const n = input('n', [3], 'int32')
    const twice = add(n, n)
    expect(print(rewrite({ out: twice }, knownFactor))).toBe(print({ out: twice }))
  })

  it('stay where they are inside what is not a multiple of them', () => {
    for (const kept of [add(mul(2, x), y), exp(mul(2, x)), where(less(x, y), 1, mul(2, x))])
      becomes(kept, kept)
  })
})
