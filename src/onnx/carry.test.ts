import { expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import {
  exp,
  input,
  matmul,
  mul,
  parameter,
  reduceSum,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { carry } from './carry.ts'

const types = (outputs: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap(({ op }) => op?.type ?? [])

it('carry(graphs) feeds the second graph what the first has computed, unless it is too large', () => {
  const [x, W, g] = [input('x', [2, 4]), input('W', [3, 4]), input('g', [2, 3])]
  const product = matmul(x, transpose(mul(W, W)))
  const graphs = {
    first: { sum: reduceSum(exp(product)) },
    second: { next: mul(g, product), size: mul(W, W) },
  }
  const feeds = { x: numbers([2, 4], 1), W: numbers([3, 4], 2), g: numbers([2, 3], 3) }
  // The two squares of W are two nodes: only what is one node in both graphs is known to be the same.
  const { first, second, carried } = carry(graphs, { most: 6 })
  expect(carried).toEqual(['carried:0'])
  expect(types(second)).toEqual(['Mul', 'Mul'])
  const before: Record<string, Float64Array> = evaluate(first, feeds)
  const after: Record<string, Float64Array> = evaluate(second, {
    ...feeds,
    'carried:0': before['carried:0']!,
  })
  const { next, size }: Record<string, Float64Array> = evaluate(graphs.second, feeds)
  expect(after).toEqual({ next, size })
  expect(before.sum).toEqual(evaluate(graphs.first, feeds).sum)
  expect(carry(graphs, { most: 5 }).carried).toEqual([])
})

it('carry(graphs) leaves what parameters alone make by a limit of its own', () => {
  const W = parameter('W', [3, 4], { init: () => new Float32Array(12) })
  const [turned, norm] = [transpose(W), reduceSum(mul(W, W), [1])]
  const graphs = {
    first: { sum: reduceSum(matmul(input('x', [4, 4]), turned)), norms: mul(norm, input('y', [3])) },
    second: { next: mul(turned, input('g', [4, 3])), scaled: mul(norm, input('h', [3])) },
  }
  const named = ({ second }: ReturnType<typeof carry>) => types({ next: second.next! })
  expect(carry(graphs, { most: 12 }).carried).toHaveLength(2)
  const kept = carry(graphs, { most: 12, mostOfState: 3 })
  expect(kept.carried).toHaveLength(1)
  expect(named(kept)).toEqual(['Transpose', 'Mul'])
})
