import { expect, it } from 'vitest'
import {
  add,
  constant,
  conv,
  exp,
  input,
  mul,
  parameter,
  print,
  reduceSum,
  scheduled,
  slice,
  topologicalOrder,
} from './index.ts'

it('print gives a line a node, inputs before their users, then the outputs', () => {
  const x = input('x', [1, 1, 4, 4])
  const w = parameter('w', [1, 1, 3, 3], { init: () => new Float32Array(9) })
  const y = conv(x, w, { pads: [1, 1, 1, 1] })
  const rate = scheduled('rate', (step) => 1 / step)
  const loss = mul(rate, reduceSum(slice(y, 2, { step: 2 }), [2]))
  expect(print({ loss, y })).toBe(
    [
      'rate = scheduled: float32[]',
      'x = input: float32[1,1,4,4]',
      'w = parameter: float32[1,1,3,3]',
      '%3 = Conv(x, w, strides=[1,1], dilations=[1,1], pads=[1,1,1,1]): float32[1,1,4,4]',
      '%4 = Slice(%3, [0], [4], [2], [2]): float32[1,1,2,4]',
      '%5 = ReduceSum(%4, keepdims=0, [2]): float32[1,1,4]',
      '%6 = Mul(rate, %5): float32[1,1,4]',
      'loss <- %6',
      'y <- %3',
    ].join('\n'),
  )
})

it('print writes one number out and names the type of many', () => {
  const x = input('x', [3])
  expect(print({ y: add(mul(2.5, x), constant([1, 2, 3], [3])) })).toBe(
    [
      'x = input: float32[3]',
      '%1 = Mul(2.5, x): float32[3]',
      '%2 = Add(%1, constant float32[3]): float32[3]',
      'y <- %2',
    ].join('\n'),
  )
})

it('print takes a leaf as an output', () => {
  expect(print({ y: input('x', [3]) })).toBe('x = input: float32[3]\ny <- x')
})

it('topologicalOrder lists each tensor once, inputs first, in an order that the graph alone fixes', () => {
  const build = () => {
    const a = input('a', [])
    const b = exp(a)
    const c = mul(b, a)
    return [a, b, c, add(c, b)] as const
  }
  const nodes = build()
  expect(topologicalOrder([nodes[3], nodes[1]])).toEqual([nodes[0], nodes[1], nodes[2], nodes[3]])
  expect(topologicalOrder([])).toEqual([])
})
