import { expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { fuse, partConcat, unitFloats } from './fuse.ts'

const feature = { data: new Float32Array([1, 2, 3, 4]), rows: 2, columns: 2 }
const mirrored = { data: new Float32Array([5, 6, -3, 8]), rows: 2, columns: 2 }

test('fuse joins two features, sums them, or keeps the first', () => {
  expect(fuse(feature, mirrored, 'concat')).toEqual({
    data: new Float32Array([1, 2, 5, 6, 3, 4, -3, 8]),
    rows: 2,
    columns: 4,
  })
  expect(fuse(feature, mirrored, 'sum')).toEqual({
    data: new Float64Array([6, 8, 0, 12]),
    rows: 2,
    columns: 2,
  })
  expect(fuse(feature, mirrored, 'none')).toBe(feature)
  // Without a second feature there is nothing to fuse: the file did it.
  expect(fuse(feature, undefined, 'sum')).toBe(feature)
})

test('partConcat takes apart what fuse joined, and refuses what cannot be two of one length', () => {
  const doubles = ({ data, ...size }: typeof feature) => ({ data: Float64Array.from(data), ...size })
  expect(partConcat(fuse(feature, mirrored, 'concat'))).toEqual({
    feature: doubles(feature),
    mirrored: doubles(mirrored),
  })
  expect(() => partConcat({ data: new Float32Array(6), rows: 2, columns: 3 })).toThrow(
    new ShapeError('partConcat: expected an even number of columns, got 3'),
  )
})

test('unitFloats gives rows of length 1 in single precision, and keeps a row of zeros', () => {
  const unit = unitFloats({ data: new Float64Array([3, 4, 0, 0]), rows: 2, columns: 2 })
  expect(unit).toEqual({ data: new Float32Array([0.6, 0.8, 0, 0]), rows: 2, columns: 2 })
})
