import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot, evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { ShapeError } from '../errors.ts'
import {
  abs,
  add,
  broadcastShape,
  cast,
  div,
  equal,
  exp,
  grad,
  greater,
  input,
  less,
  log,
  max,
  min,
  mul,
  neg,
  reduceSum,
  relu,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from './index.ts'

/** The gradient of Σ y in each of the inputs. */
function gradients(y: Tensor, wrt: Record<string, Tensor>, feeds: Record<string, number[]>): number[][] {
  const d = grad(reduceSum(y), Object.values(wrt))
  const values = evaluate(Object.fromEntries(d.map((tensor, i) => [`${i}`, tensor])), feeds)
  return d.map((_, i) => Array.from(values[i]!))
}

describe('where two values tie', () => {
  const a = input('a', [3])
  const b = input('b', [3])
  const feeds = { a: [1, 2, 3], b: [2, 2, 2] }

  it('max(a, b) gives its gradient to a', () => {
    expect(gradients(max(a, b), { a, b }, feeds)).toEqual([
      [0, 1, 1],
      [1, 0, 0],
    ])
  })

  it('min(a, b) gives its gradient to a', () => {
    expect(gradients(min(a, b), { a, b }, feeds)).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ])
  })

  it('max(x, bound) keeps the gradient of x on the bound, and not below', () => {
    expect(gradients(max(a, 2), { a }, feeds)).toEqual([[0, 1, 1]])
  })
})

describe('where a derivative jumps', () => {
  const x = input('x', [3])
  const feeds = { x: [-2, 0, 2] }

  it('abs(x) has the gradient of x at 0', () => {
    expect(gradients(abs(x), { x }, feeds)).toEqual([[-1, 1, 1]])
  })

  it('relu(x) has gradient 0 at 0', () => {
    expect(gradients(relu(x), { x }, feeds)).toEqual([[0, 0, 1]])
  })

  it('sqrt(max(x, bound)) has a finite gradient at 0', () => {
    expect(gradients(sqrt(max(x, 0.25)), { x }, feeds)).toEqual([[0, 0, 0.5 / Math.SQRT2]])
  })
})

it('where(c, a, b) lets no NaN of the branch not taken into the value; its gradient must be kept finite before', () => {
  const x = input('x', [2])
  const positive = greater(x, 0)
  // The double where: the unsafe operator never sees the value that would make it singular.
  const y = where(positive, sqrt(where(positive, x, 1)), 0)
  expect(Array.from(evaluate({ y }, { x: [-4, 4] }).y)).toEqual([0, 2])
  expect(gradients(y, { x }, { x: [-4, 4] })).toEqual([[0, 0.25]])
})

describe('broadcasting', () => {
  /** Two shapes that broadcast, and what they broadcast to. */
  const shapes = fc
    .record({
      full: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
      ones: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 4 }),
      drop: fc.tuple(fc.nat(4), fc.nat(4)),
    })
    .map(({ full, ones, drop }) =>
      ([0, 1] as const).map((k) => full.map((size, i) => (ones[i]![k] ? 1 : size)).slice(drop[k])),
    )

  it('the gradient of a broadcast operand has its shape, and ⟨g, a + b⟩ = ⟨da, a⟩ + ⟨db, b⟩', () => {
    fc.assert(
      fc.property(shapes, ([p, q]) => {
        const a = input('a', p!)
        const b = input('b', q!)
        const y = add(a, b)
        const g = input('g', y.shape)
        const feeds = { a: numbers(p!, 1), b: numbers(q!, 2), g: numbers(y.shape, 3) }
        const [da, db] = grad(reduceSum(mul(y, g)), [a, b]) as [Tensor, Tensor]
        expect([da.shape, db.shape]).toEqual([p, q])
        const values = evaluate({ y, da, db }, feeds)
        expect(dot(values.da, feeds.a) + dot(values.db, feeds.b)).toBeCloseTo(dot(feeds.g, values.y), 9)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('broadcastShape(a, b) aligns the last axes and repeats those of size 1', () => {
    expect(broadcastShape([2, 1, 3], [4, 1])).toEqual([2, 4, 3])
    expect(broadcastShape([], [2])).toEqual([2])
    expect(broadcastShape([1], [1, 1])).toEqual([1, 1])
  })

  it.each([
    [
      [2, 3],
      [3, 2],
    ],
    [[2, 3], [2]],
    [
      [4, 2, 3],
      [3, 1, 3],
    ],
  ])('broadcastShape refuses %j and %j', (a, b) => {
    expect(() => broadcastShape(a, b)).toThrow(
      new ShapeError(`broadcast: shapes [${a}] and [${b}] do not fit`),
    )
  })
})

describe('dtypes', () => {
  const real = input('r', [2])
  const whole = input('i', [2], 'int32')
  const byte = input('u', [2], 'uint8')
  const truth = input('b', [2], 'bool')

  it.each(Object.entries({ Add: add, Sub: sub, Mul: mul, Div: div, Max: max, Min: min }))(
    '%s refuses operands of two dtypes, and bytes and bools',
    (name, op) => {
      expect(() => op(real, whole)).toThrow(new ShapeError(`${name}: dtypes differ, got float32 and int32`))
      expect(() => op(whole, 1)).toThrow(new ShapeError(`${name}: dtypes differ, got int32 and float32`))
      for (const x of [byte, truth])
        expect(() => op(x, x)).toThrow(
          new ShapeError(`${name}: dtype must be float32 or int32 or int64, got ${x.dtype}`),
        )
      expect(() => op(real, input('x', [3]))).toThrow(
        new ShapeError('broadcast: shapes [2] and [3] do not fit'),
      )
    },
  )

  it.each(Object.entries({ Greater: greater, Less: less, Equal: equal }))(
    '%s refuses operands of two dtypes, and gives bool',
    (name, op) => {
      expect(() => op(real, whole)).toThrow(new ShapeError(`${name}: dtypes differ, got float32 and int32`))
      expect(() => op(truth, truth)).toThrow(
        new ShapeError(`${name}: dtype must be float32 or int32 or int64, got bool`),
      )
      expect(op(whole, whole).dtype).toBe('bool')
    },
  )

  it.each(Object.entries({ Exp: exp, Log: log, Sqrt: sqrt, Relu: relu }))(
    '%s refuses integers',
    (name, op) => {
      expect(() => op(whole)).toThrow(new ShapeError(`${name}: dtype must be float32, got int32`))
    },
  )

  it.each(Object.entries({ Neg: neg, Abs: abs }))('%s refuses bytes', (name, op) => {
    expect(() => op(byte)).toThrow(
      new ShapeError(`${name}: dtype must be float32 or int32 or int64, got uint8`),
    )
  })

  it('square refuses bools', () => {
    expect(() => square(truth)).toThrow(ShapeError)
  })

  it('where refuses a condition that is not bool, and branches of two dtypes', () => {
    expect(() => where(real, real, real)).toThrow(
      new ShapeError('Where: condition must be bool, got float32'),
    )
    expect(() => where(truth, whole, 0)).toThrow(
      new ShapeError('Where: dtypes differ, got int32 and float32'),
    )
  })

  it('cast gives any dtype', () => {
    for (const dtype of ['float32', 'int32', 'int64', 'uint8', 'bool'] as const)
      expect(cast(whole, dtype).dtype).toBe(dtype)
  })
})
