import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { graphLeaves, leafValues, type Move, moves, randomGraph } from '../../test/onnx/random-graph.ts'
import {
  add,
  expand,
  input,
  mul,
  print,
  type RewriteRule,
  reduceMax,
  reduceSum,
  rewrite,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { lower, mergeMovement } from './lower.ts'
import { sinkTranspose } from './sink-transpose.ts'

const sink: RewriteRule = (node, inputs) => mergeMovement(node, inputs) ?? sinkTranspose(node, inputs)

const isSame = (
  program: Move[],
  change: (outputs: Record<string, Tensor>) => Record<string, Tensor>,
): boolean => {
  const outputs = randomGraph(program, graphLeaves)
  const changed = change(outputs)
  const [expected, actual] = [evaluate(outputs, leafValues), evaluate(changed, leafValues)]
  return Object.entries(outputs).every(
    ([name, { shape, dtype }]) =>
      changed[name]!.shape.join() === shape.join() &&
      changed[name]!.dtype === dtype &&
      relativeError(actual[name]!, expected[name]!) < 1e-12,
  )
}

describe('transposes that sink', () => {
  it('change no shape, no dtype and no value of any small graph', () => {
    fc.assert(
      fc.property(moves, (program) => isSame(program, (outputs) => rewrite(outputs, sink))),
      { seed: 1, numRuns: 600 },
    )
  })

  it('nor do they when they sink twice, or as part of lowering', () => {
    fc.assert(
      fc.property(moves, (program) =>
        isSame(program, (outputs) => lower(rewrite(rewrite(outputs, sink), sink))),
      ),
      { seed: 2, numRuns: 200 },
    )
  })

  const x = input('x', [2, 3, 4])
  const moved = transpose(x, [2, 0, 1])

  it('pass elementwise operators, with what is broadcast reshaped or transposed to fit', () => {
    const { y, z } = rewrite(
      { y: mul(moved, input('row', [3])), z: add(moved, input('full', [4, 2, 3])) },
      sink,
    )
    expect(print({ y, z })).toMatchInlineSnapshot(`
      "x = input: float32[2,3,4]
      row = input: float32[3]
      %2 = Reshape(row, [1,3,1]): float32[1,3,1]
      %3 = Mul(x, %2): float32[2,3,4]
      %4 = Transpose(%3, perm=[2,0,1]): float32[4,2,3]
      full = input: float32[4,2,3]
      %6 = Transpose(full, perm=[1,2,0]): float32[2,3,4]
      %7 = Add(x, %6): float32[2,3,4]
      %8 = Transpose(%7, perm=[2,0,1]): float32[4,2,3]
      y <- %4
      z <- %8"
    `)
  })

  it('pass reductions and expansions', () => {
    const { sum, most, wide } = rewrite(
      {
        sum: reduceSum(moved, [0, 2]),
        most: reduceMax(moved, [1], { keepdims: true }),
        wide: expand(transpose(input('thin', [1, 3]), [1, 0]), [3, 5]),
      },
      sink,
    )
    expect(print({ sum, most, wide })).toMatchInlineSnapshot(`
    "x = input: float32[2,3,4]
    %1 = ReduceSum(x, keepdims=0, [1,2]): float32[2]
    %2 = ReduceMax(x, keepdims=1, [0]): float32[1,3,4]
    %3 = Transpose(%2, perm=[2,0,1]): float32[4,1,3]
    thin = input: float32[1,3]
    %5 = Expand(thin, [5,3]): float32[5,3]
    %6 = Transpose(%5, perm=[1,0]): float32[3,5]
    sum <- %1
    most <- %3
    wide <- %6"
  `)
  })

  it('meet and cancel', () => {
    const there = mul(transpose(x, [1, 2, 0]), 2)
    const { back } = rewrite({ back: transpose(add(there, 1), [2, 0, 1]) }, sink)
    expect(topologicalOrder([back!]).map(({ op }) => op?.type)).not.toContain('Transpose')
  })
})
