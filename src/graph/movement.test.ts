import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { linearError, shapes } from '../../test/graph/linear.ts'
import { ShapeError } from '../errors.ts'
import {
  concat,
  elementCount,
  expand,
  grad,
  input,
  inversePermutation,
  mul,
  pad,
  reduceSum,
  reshape,
  reverse,
  type Shape,
  slice,
  type Tensor,
  transpose,
} from './index.ts'

/** A shape and one of its axes. */
const shapeAndAxis = shapes.chain((shape) =>
  fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1) }),
)

/** The values of `y` when x counts 0, 1, 2, … */
const counted = (y: Tensor, shape: Shape): number[] =>
  Array.from(evaluate({ y }, { x: Array.from({ length: elementCount(shape) }, (_, i) => i) }).y)

const options = { seed: 1, numRuns: 200 }

describe('slice', () => {
  const cuts = shapeAndAxis.chain(({ shape, axis }) =>
    fc
      .record({ start: fc.nat(shape[axis]! - 1), length: fc.nat(4), step: fc.integer({ min: 1, max: 6 }) })
      .map(({ start, length, step }) => ({
        shape,
        axis,
        range: { start, end: Math.min(start + 1 + length, shape[axis]!), step },
      })),
  )

  it('takes what a loop from start below end by step takes, along the axis', () => {
    fc.assert(
      fc.property(cuts, ({ shape, axis, range }) => {
        const taken: number[] = []
        for (let i = range.start; i < range.end; i += range.step) taken.push(i)
        const y = slice(input('x', shape), axis, range)
        expect(y.shape).toEqual(shape.with(axis, taken.length))
        const inner = elementCount(shape.slice(axis + 1))
        const along = counted(y, shape).map((at) => Math.floor(at / inner) % shape[axis]!)
        along.forEach((at, flat) => {
          expect(at).toBe(taken[Math.floor(flat / inner) % taken.length])
        })
      }),
      options,
    )
  })

  it('and its gradient are adjoint, whatever the step leaves out', () => {
    fc.assert(
      fc.property(cuts, ({ shape, axis, range }) => linearError(shape, (x) => slice(x, axis, range)) < 1e-9),
      options,
    )
  })

  it('of everything is x itself', () => {
    const x = input('x', [3, 2])
    expect(slice(x, 0)).toBe(x)
  })
})

describe('reverse', () => {
  it('of reverse gives x back, and its gradient is adjoint', () => {
    fc.assert(
      fc.property(shapeAndAxis, ({ shape, axis }) => {
        const x = input('x', shape)
        const values = counted(reverse(reverse(x, axis), axis), shape)
        expect(values).toEqual(values.map((_, i) => i))
        expect(linearError(shape, (t) => reverse(t, axis))).toBeLessThan(1e-9)
      }),
      options,
    )
  })

  it('mirrors one axis', () => {
    expect(counted(reverse(input('x', [2, 3]), 1), [2, 3])).toEqual([2, 1, 0, 5, 4, 3])
  })
})

describe('pad', () => {
  it('is undone by slice, and its gradient is adjoint', () => {
    const padded = fc.record({ at: shapeAndAxis, before: fc.nat(3), after: fc.nat(3) })
    fc.assert(
      fc.property(padded, ({ at: { shape, axis }, before, after }) => {
        const grown = pad(input('x', shape), axis, { before, after })
        expect(grown.shape).toEqual(shape.with(axis, shape[axis]! + before + after))
        const values = counted(slice(grown, axis, { start: before, end: before + shape[axis]! }), shape)
        expect(values).toEqual(values.map((_, i) => i))
        expect(linearError(shape, (x) => pad(x, axis, { before, after }))).toBeLessThan(1e-9)
      }),
      options,
    )
  })

  it('adds zeros', () => {
    expect(counted(pad(input('x', [2, 2]), 1, { before: 1, after: 2 }), [2, 2])).toEqual([
      0, 0, 1, 0, 0, 0, 2, 3, 0, 0,
    ])
  })
})

describe('concat', () => {
  it('of the pieces of x is x, and its gradient is adjoint', () => {
    fc.assert(
      fc.property(shapeAndAxis, fc.nat(4), ({ shape, axis }, cut) => {
        const at = Math.min(cut, shape[axis]!)
        const build = (x: Tensor): Tensor =>
          at === 0 || at === shape[axis]
            ? concat([x, x], axis)
            : concat([slice(x, axis, { end: at }), slice(x, axis, { start: at })], axis)
        const y = build(input('x', shape))
        if (at > 0 && at < shape[axis]!) {
          expect(y.shape).toEqual(shape)
          const values = counted(y, shape)
          expect(values).toEqual(values.map((_, i) => i))
        }
        expect(linearError(shape, build)).toBeLessThan(1e-9)
      }),
      options,
    )
  })

  it('of one tensor is that tensor', () => {
    const x = input('x', [3])
    expect(concat([x], 0)).toBe(x)
  })
})

describe('transpose and reshape', () => {
  const permuted = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      permutation: fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length, maxLength: shape.length },
      ),
    }),
  )

  it('transpose by a permutation and then by its inverse gives x back; its gradient is adjoint', () => {
    fc.assert(
      fc.property(permuted, ({ shape, permutation }) => {
        const there = transpose(input('x', shape), permutation)
        expect(there.shape).toEqual(permutation.map((axis) => shape[axis]))
        const values = counted(transpose(there, inversePermutation(permutation)), shape)
        expect(values).toEqual(values.map((_, i) => i))
        expect(linearError(shape, (x) => transpose(x, permutation))).toBeLessThan(1e-9)
      }),
      options,
    )
  })

  it('transpose without a permutation reverses the axes', () => {
    expect(counted(transpose(input('x', [2, 3])), [2, 3])).toEqual([0, 3, 1, 4, 2, 5])
  })

  it('reshape and expand have adjoint gradients', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 3 }), (shape, lead) => {
        expect(linearError(shape, (x) => reshape(x, [elementCount(shape)]))).toBeLessThan(1e-9)
        const wide = [lead, ...shape.map((size) => (size === 1 ? 2 : size))]
        expect(linearError(shape, (x) => expand(x, wide))).toBeLessThan(1e-9)
      }),
      options,
    )
  })

  it('what moves nothing is x itself', () => {
    const x = input('x', [2, 3])
    expect(reshape(x, [2, 3])).toBe(x)
    expect(transpose(x, [0, 1])).toBe(x)
    expect(expand(x, [2, 3])).toBe(x)
    expect(pad(x, 0, { before: 0, after: 0 })).toBe(x)
  })

  it('a gradient in a tensor that is reshaped or transposed again is the gradient in that tensor', () => {
    const x = input('x', [2, 3])
    const flat = reshape(x, [6])
    const turned = transpose(x)
    for (const [between, y] of [
      [flat, reshape(flat, [3, 2])],
      [turned, transpose(turned)],
    ] as const) {
      const [d] = grad(reduceSum(mul(y, y)), [between])
      expect(Array.from(evaluate({ d: d! }, { x: [1, 1, 1, 1, 1, 1] }).d)).toEqual([2, 2, 2, 2, 2, 2])
    }
  })
})

describe('refusals', () => {
  const x = input('x', [2, 6])
  const y = input('y', [3, 6])
  const whole = input('i', [2, 6], 'int32')

  it.each([
    [() => reshape(x, [5]), 'reshape: [2,6] has 12 elements, not those of [5]'],
    [() => reshape(x, [-2, -6]), 'reshape: [2,6] has 12 elements, not those of [-2,-6]'],
    [() => transpose(x, [0, 0]), 'transpose: [0,0] is no permutation of the axes of [2,6]'],
    [() => transpose(x, [0]), 'transpose: [0] is no permutation of the axes of [2,6]'],
    [() => expand(x, [4, 6]), 'expand: [2,6] does not broadcast to [4,6]'],
    [() => expand(x, [6]), 'expand: [2,6] does not broadcast to [6]'],
    [() => slice(x, 1, { end: 7 }), 'slice: 0:7:1 does not fit axis 1 of [2,6]'],
    [() => slice(x, 1, { start: 3, end: 3 }), 'slice: 3:3:1 does not fit axis 1 of [2,6]'],
    [() => slice(x, 1, { start: -1 }), 'slice: -1:6:1 does not fit axis 1 of [2,6]'],
    [() => slice(x, 1, { step: 0 }), 'slice: 0:6:0 does not fit axis 1 of [2,6]'],
    [() => slice(x, 1, { step: 1.5 }), 'slice: 0:6:1.5 does not fit axis 1 of [2,6]'],
    [() => slice(x, 2), 'slice: 0:0:1 does not fit axis 2 of [2,6]'],
    [() => reverse(x, 2), 'reverse: no axis 2 in [2,6]'],
    [() => pad(x, 0, { before: -1, after: 0 }), 'pad: -1 and 0 do not fit axis 0 of [2,6]'],
    [() => pad(x, 2, { before: 1, after: 0 }), 'pad: 1 and 0 do not fit axis 2 of [2,6]'],
    [() => concat([], 0), 'concat: no tensors'],
    [() => concat([x, y], 1), 'concat: float32 [2,6] and float32 [3,6] do not join along axis 1'],
    [() => concat([x, whole], 0), 'concat: float32 [2,6] and int32 [2,6] do not join along axis 0'],
    [() => concat([x, x], 2), 'concat: float32 [2,6] and float32 [2,6] do not join along axis 2'],
    [() => concat([x, x], -1), 'concat: float32 [2,6] and float32 [2,6] do not join along axis -1'],
  ])('%#', (build, message) => {
    expect(build).toThrow(new ShapeError(message))
  })
})
