import { expect, it } from 'vitest'
import { DataError } from '../../errors.ts'
import { matrix } from '../../math/matrix.ts'
import { float32Rows } from './megaface-rows.ts'

const nameOf = (row: number) => `all.npy: item ${row}`

it('float32Rows rounds to float32 before it brings a row to length 1', () => {
  const tiny = 2 ** -40
  const rows = matrix(Float64Array.of(3 + tiny, 4, 0, 0), 2)
  expect([...float32Rows(rows, { nameOf })]).toEqual([3, 4, 0, 0])
  expect([...float32Rows(rows, { nameOf, normalise: true })]).toEqual([0.6, 0.8, 0, 0].map(Math.fround))
})

it.each([true, false])(
  'float32Rows names the row of a number too large for float32, normalise %s',
  (normalise) => {
    const rows = matrix(Float64Array.of(1, 2, 3, 1e300), 2)
    const refused = () => float32Rows(rows, { nameOf, normalise })
    expect(refused).toThrow(DataError)
    expect(refused).toThrow('all.npy: item 1: expected finite numbers of float32, got 1e+300 at 1')
  },
)
