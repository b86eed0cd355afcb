import { expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import {
  add,
  constant,
  exp,
  input,
  mul,
  neg,
  print,
  rewrite,
  sub,
  type Tensor,
  topologicalOrder,
} from './index.ts'

const x = input('x', [2])
const y = input('y', [2])

it('a rule that never answers leaves the very same graph', () => {
  const z = add(exp(x), y)
  expect(rewrite({ z }, () => null).z).toBe(z)
})

it('a rule replaces operators wherever they stand, from the leaves up, and their users are rebuilt', () => {
  const shared = neg(x)
  const z = exp(add(shared, mul(y, shared)))
  const asSub = rewrite({ z, shared }, (node, inputs) =>
    node.op?.type === 'Neg' ? sub(0, inputs[0]!) : null,
  )
  expect(print(asSub)).not.toContain('Neg')
  const feeds = { x: [1, 2], y: [3, 4] }
  expect(evaluate(asSub, feeds)).toEqual(evaluate({ z, shared }, feeds))
  // What was shared is replaced once and still shared.
  expect(topologicalOrder(Object.values(asSub))).toHaveLength(topologicalOrder([z]).length + 1)
})

it('a rule sees the inputs that came of it', () => {
  const z = neg(neg(neg(x)))
  const { out } = rewrite({ out: z }, (node, [a]) =>
    node.op?.type === 'Neg' && a?.op?.type === 'Neg' ? a.inputs[0]! : null,
  )
  expect(print({ out })).toBe('x = input: float32[2]\n%1 = Neg(x): float32[2]\nout <- %1')
})

it('leaves may be replaced, and what nothing uses any more falls away', () => {
  const z = add(exp(x), y)
  const { out } = rewrite({ out: z }, (node) =>
    node === y ? constant([1, 1], [2]) : node.op?.type === 'Exp' ? constant([5, 6], [2]) : null,
  )
  expect(topologicalOrder([out]).some((node: Tensor) => node === x)).toBe(false)
  expect(Array.from(evaluate({ out }).out)).toEqual([6, 7])
})
