import { expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { mirror } from './augment.ts'

test('mirror(pixels) turns left to right in place, at an offset, odd and even widths', () => {
  const odd = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 9)
  mirror(odd, { height: 2, width: 3 }, 1)
  expect([...odd]).toEqual([9, 7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13, 9])
  const even = Uint8Array.of(1, 2, 3, 4, 5, 6)
  expect([...mirror(even, { height: 1, width: 2 })]).toEqual([4, 5, 6, 1, 2, 3])
})

test('mirroring twice gives the picture back, and a picture that does not fit is refused', () => {
  const pixels = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => i)
  expect(mirror(mirror(pixels.slice(), { height: 5, width: 7 }), { height: 5, width: 7 })).toEqual(pixels)
  expect(() => mirror(pixels, { height: 5, width: 7 }, 1)).toThrow(
    new ShapeError('mirror: expected room for 5 x 7 x 3 bytes at 1, got 105 bytes'),
  )
})
