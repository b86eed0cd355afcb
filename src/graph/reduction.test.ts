import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { linearError, shapes } from '../../test/graph/linear.ts'
import { ShapeError } from '../errors.ts'
import { argMax, input, reduceMax, reduceMean, reduceSum } from './index.ts'

describe('reductions', () => {
  it('reduceSum and reduceMean over any axes, kept or not, have adjoint gradients', () => {
    const reduced = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.shuffledSubarray(shape.map((_, i) => i)),
        keepdims: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(reduced, ({ shape, axes, keepdims }) => {
        const rest = keepdims
          ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
          : shape.filter((_, i) => !axes.includes(i))
        for (const op of [reduceSum, reduceMean]) {
          expect(op(input('x', shape), axes, { keepdims }).shape).toEqual(rest)
          expect(linearError(shape, (x) => op(x, axes, { keepdims }))).toBeLessThan(1e-9)
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('over no axes leave x as it is', () => {
    const x = input('x', [2])
    expect(reduceSum(x, [])).toBe(x)
    expect(reduceMax(x, [])).toBe(x)
  })

  it('argMax gives the first of equals', () => {
    const y = argMax(input('x', [2, 3]), 1)
    expect(y.dtype).toBe('int64')
    expect(Array.from(evaluate({ y }, { x: [1, 3, 3, 2, 2, 2] }).y)).toEqual([1, 0])
  })
})

describe('refusals', () => {
  const x = input('x', [2, 6])

  it.each([
    [() => reduceSum(x, [2]), 'reduce: axis out of range for [2,6], got 2'],
    [() => reduceMean(x, [-1]), 'reduce: axis out of range for [2,6], got -1'],
    [() => reduceMean(x, [0.5]), 'reduce: axis out of range for [2,6], got 0.5'],
    [() => reduceMax(x, [0, 0]), 'reduce: an axis comes twice, got [0,0]'],
    [() => argMax(x, 3), 'reduce: axis out of range for [2,6], got 3'],
  ])('%#', (build, message) => {
    expect(build).toThrow(new ShapeError(message))
  })
})
