import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { add, constant, exp, input, mul, reduceSum, type Tensor, topologicalOrder, unify } from './index.ts'

const operators = (outputs: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap(({ op }) => op?.type ?? [])

test('unify(outputs) makes one of what is computed alike, and changes no value', () => {
  const x = input('x', [2, 3])
  const way = (): Tensor => mul(exp(x), constant([2, 3], [2, 1]))
  const outputs = { sum: reduceSum(way()), both: add(way(), exp(x)) }
  const unified = unify(outputs)
  expect(operators(unified).toSorted()).toEqual(['Add', 'Exp', 'Mul', 'ReduceSum'])
  const feeds = { x: numbers([2, 3], 1) }
  expect(evaluate(unified, feeds)).toEqual(evaluate(outputs, feeds))
})

test('unify(outputs) keeps 0 and −0 apart', () => {
  const x = input('x', [1])
  const outputs = { a: mul(x, constant([0], [1])), b: mul(x, constant([-0], [1])) }
  expect(operators(unify(outputs))).toEqual(['Mul', 'Mul'])
})

test('unify(outputs) keeps apart what differs in a number, an attribute or the kind of its leaf', () => {
  const x = input('x', [2, 3])
  const outputs = {
    rows: reduceSum(x, [1]),
    columns: reduceSum(x, [0]),
    whole: mul(x, constant([2], [1])),
    close: mul(x, constant([2.0000001], [1])),
    other: exp(input('y', [2, 3])),
    own: exp(x),
  }
  expect(operators(unify(outputs))).toEqual(operators(outputs))
})
