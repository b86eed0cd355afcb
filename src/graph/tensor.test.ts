import { expect, it } from 'vitest'
import { ShapeError } from '../errors.ts'
import { constant, elementCount, input, parameter, scheduled, tensor } from './index.ts'

const init = () => new Float32Array()

it('elementCount(shape) is the product of the sizes, 1 for a scalar', () => {
  expect(elementCount([2, 3, 4])).toBe(24)
  expect(elementCount([])).toBe(1)
})

it('tensor(x) makes a float32 scalar of a number and leaves a tensor as it is', () => {
  const x = input('x', [2])
  expect(tensor(x)).toBe(x)
  expect(tensor(0.5)).toMatchObject({ shape: [], dtype: 'float32', leaf: { kind: 'constant', data: [0.5] } })
})

it('leaves are float32 unless told otherwise', () => {
  expect(input('x', [2]).dtype).toBe('float32')
  expect(input('labels', [2], 'int32').dtype).toBe('int32')
  expect(parameter('w', [2], { init }).dtype).toBe('float32')
  expect(constant([1], []).dtype).toBe('float32')
  expect(scheduled('rate', () => 1)).toMatchObject({ shape: [], dtype: 'float32' })
})

it.each([
  [() => input('x', [2, 0]), 'input x: sizes must be whole and at least 1, got [2,0]'],
  [() => input('x', [Number.NaN]), 'input x: sizes must be whole and at least 1, got [NaN]'],
  [() => parameter('w', [2.5], { init }), 'parameter w: sizes must be whole and at least 1, got [2.5]'],
  [() => constant([], [0]), 'constant: sizes must be whole and at least 1, got [0]'],
  [() => constant([1, 2, 3], [2, 2]), 'constant: shape [2,2] needs 4 values, got 3'],
  [() => constant([1, 2], []), 'constant: shape [] needs 1 values, got 2'],
  [() => constant([0, 0.5], [2], 'int64'), 'constant: element 1 must be of int64, got 0.5'],
  [() => constant([2 ** 31], [], 'int32'), 'constant: element 0 must be of int32, got 2147483648'],
  [() => constant([-1], [], 'uint8'), 'constant: element 0 must be of uint8, got -1'],
  [() => constant([2], [], 'bool'), 'constant: element 0 must be of bool, got 2'],
  [() => constant([Number.NaN], [], 'int32'), 'constant: element 0 must be of int32, got NaN'],
])('refuses a leaf that cannot be: %#', (build, message) => {
  expect(build).toThrow(new ShapeError(message))
})
