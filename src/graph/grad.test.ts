import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { ShapeError } from '../errors.ts'
import { emit } from '../onnx/index.ts'
import {
  add,
  cast,
  exp,
  grad,
  greater,
  input,
  mul,
  neg,
  parameter,
  print,
  reduceMax,
  reduceSum,
  rewrite,
  square,
  stopGradient,
  sub,
  type Tensor,
  topologicalOrder,
} from './index.ts'

const one = (y: Tensor, x: Tensor): Tensor => grad(y, [x])[0]!

describe('grad', () => {
  it('gives a tensor of the shape of each thing asked for, in that order', () => {
    const a = input('a', [2, 3])
    const b = input('b', [3])
    const [db, da] = grad(reduceSum(mul(a, b)), [b, a])
    expect([db!.shape, da!.shape]).toEqual([[3], [2, 3]])
    const values = evaluate({ db: db!, da: da! }, { a: [1, 2, 3, 4, 5, 6], b: [7, 8, 9] })
    expect(Array.from(values.db)).toEqual([5, 7, 9])
    expect(Array.from(values.da)).toEqual([7, 8, 9, 7, 8, 9])
  })

  it('takes a scalar of any rank', () => {
    const x = input('x', [1, 1])
    expect(Array.from(evaluate({ d: one(mul(x, x), x) }, { x: 3 }).d)).toEqual([6])
  })

  it('of y in y itself is 1', () => {
    const y = reduceSum(input('x', [2]))
    expect(Array.from(evaluate({ d: one(y, y) }).d)).toEqual([1])
  })

  it('in a tensor within the graph treats it as a variable', () => {
    const x = input('x', [2])
    const h = exp(x)
    expect(Array.from(evaluate({ d: one(reduceSum(square(h)), h) }, { x: [0, 0] }).d)).toEqual([2, 2])
  })

  it('in a tensor and in what it is made of at once gives both', () => {
    const x = input('x', [])
    const h = mul(3, x)
    const [dh, dx] = grad(square(h), [h, x])
    const values = evaluate({ dh: dh!, dx: dx! }, { x: 2 })
    expect([values.dh[0], values.dx[0]]).toEqual([12, 36])
  })

  it('gives zeros for what y does not depend on', () => {
    const x = input('x', [2])
    const w = parameter('w', [2, 2], { init: () => new Float32Array(4) })
    expect(one(reduceSum(x), w).shape).toEqual([2, 2])
    expect(Array.from(evaluate({ d: one(reduceSum(x), w) }).d)).toEqual([0, 0, 0, 0])
  })

  it('adds up over every use of a tensor', () => {
    const x = input('x', [])
    const y = add(mul(x, x), add(x, mul(2, x)))
    expect(evaluate({ d: one(y, x) }, { x: 5 }).d[0]).toBe(13)
  })

  it('visits a shared subgraph once, however many paths lead through it', () => {
    const x = input('x', [])
    let y = x
    for (let i = 0; i < 50; i++) y = add(y, y)
    const d = one(y, x)
    // A walk along paths would take 2⁵⁰ steps; accumulated, each doubling is one more addition.
    expect(topologicalOrder([d]).length).toBeLessThan(60)
    expect(evaluate({ d }).d[0]).toBe(2 ** 50)
  })

  it('refuses a y that is no scalar', () => {
    const x = input('x', [2, 1])
    expect(() => grad(x, [x])).toThrow(new ShapeError('grad: y must be a scalar, got [2,1]'))
  })

  it('refuses to pass through an operator without a gradient, and says what to do', () => {
    const x = input('x', [3])
    expect(() => grad(reduceMax(x), [x])).toThrow(
      new ShapeError('grad: ReduceMax has no gradient; put stopGradient around it'),
    )
    const mask = cast(greater(x, 0), 'float32')
    expect(() => grad(reduceSum(mul(x, mask)), [x])).toThrow(
      new ShapeError('grad: Cast has no gradient; put stopGradient around it'),
    )
  })

  it('does not look at operators without a gradient that no variable goes through', () => {
    const x = input('x', [3])
    const labels = input('labels', [3], 'int32')
    const y = reduceSum(mul(x, cast(labels, 'float32')))
    expect(Array.from(evaluate({ d: one(y, x) }, { labels: [1, 0, 2] }).d)).toEqual([1, 0, 2])
  })

  it('takes what is behind stopGradient as a constant', () => {
    const x = input('x', [])
    expect(evaluate({ d: one(mul(x, stopGradient(x)), x) }, { x: 3 }).d[0]).toBe(3)
    const mask = stopGradient(cast(greater(x, 0), 'float32'))
    expect(evaluate({ d: one(mul(x, mask), x) }, { x: 3 }).d[0]).toBe(1)
  })

  it('of a gradient gives the second derivative: (eˣ²)″ = (2 + 4x²) eˣ²', () => {
    const x = input('x', [])
    const second = one(one(exp(square(x)), x), x)
    expect(evaluate({ second }, { x: 0.5 }).second[0]).toBeCloseTo(3 * Math.exp(0.25), 12)
  })
})

describe('a chain of 20,000 nodes', () => {
  const x = input('x', [])
  let y: Tensor = x
  for (let i = 0; i < 20_000; i++) y = i % 2 === 0 ? neg(y) : sub(y, 1)

  it('is ordered, differentiated, evaluated, printed, rewritten and emitted without overflowing the stack', () => {
    expect(topologicalOrder([y])).toHaveLength(30_001)
    const d = one(y, x)
    expect(evaluate({ y, d }, { x: 2 })).toEqual({ y: Float64Array.of(2), d: Float64Array.of(1) })
    expect(print({ y }).split('\n')).toHaveLength(20_002)
    expect(
      emit(
        rewrite({ y, d }, () => null),
        { name: 'deep' },
      ).length,
    ).toBeGreaterThan(1_000_000)
  })
})
