import { expect, test } from 'vitest'
import { besideRows, dotRows, matrix, unitRows } from './matrix.ts'

test('matrix(data, columns) counts the rows and refuses a remainder', () => {
  expect(matrix(new Float32Array(6), 3)).toMatchObject({ rows: 2, columns: 3 })
  expect(matrix(new Float32Array(0), 3).rows).toBe(0)
  expect(() => matrix(new Float32Array(7), 3)).toThrow('matrix: expected a multiple of 3 numbers, got 7')
  expect(() => matrix(new Float32Array(7), 0)).toThrow('matrix: expected a multiple of 0 numbers, got 7')
})

test('unitRows(a) divides each row by its length and leaves zeros', () => {
  const unit = unitRows(matrix(Float32Array.of(3, 4, 0, 0, -2, 0), 2))
  expect([...unit.data].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([0.6, 0.8, 0, 0, -1, 0])
})

test('dotRows(a, i, b, j) multiplies row i of a by row j of b', () => {
  const a = matrix(Float64Array.of(1, 2, 3, 4), 2)
  const b = matrix(Float32Array.of(0, 0, 5, 6), 2)
  expect(dotRows(a, 1, b, 1)).toBe(39)
})

test('besideRows(a, b) puts the rows side by side and wants as many of each', () => {
  const a = matrix(Float32Array.of(1, 2), 1)
  const b = matrix(Float32Array.of(3, 4, 5, 6), 2)
  expect(besideRows(a, b).data).toEqual(Float32Array.of(1, 3, 4, 2, 5, 6))
  expect(besideRows(a, matrix(Float64Array.of(0.1, 0.2), 1)).data).toEqual(Float64Array.of(1, 0.1, 2, 0.2))
  expect(() => besideRows(a, matrix(Float32Array.of(1), 1))).toThrow('besideRows: expected 2 rows, got 1')
})
