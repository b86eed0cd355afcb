import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { occlude } from './occlude.ts'

const colour = [1, 2, 3] as const
const covered = (pixels: Uint8Array): number[] =>
  Array.from({ length: pixels.length / 3 }, (_, i) => i).filter((i) => pixels[3 * i] === 1)

describe('occlude', () => {
  test('covers the rectangle with the colour and nothing else', () => {
    const pixels = new Uint8Array(6 * 4 * 3).fill(9)
    // Six pixels: two high, three wide, about the middle of the left half.
    occlude(pixels, { height: 4, width: 6 }, { x: 0.25, y: 0.5, area: 0.25, aspect: 1.5, colour })
    expect(covered(pixels)).toEqual([6, 7, 8, 12, 13, 14])
    expect([...pixels.subarray(18, 21)]).toEqual([1, 2, 3])
    expect(pixels.filter((value) => value === 9).length).toBe(18 * 3)
  })

  test('covers its share where it lies within, less where it hangs out, all or nothing at the ends', () => {
    const share = (x: number, y: number, area: number, aspect: number): number => {
      const pixels = new Uint8Array(100 * 80 * 3)
      occlude(pixels, { height: 100, width: 80 }, { x, y, area, aspect, colour })
      return covered(pixels).length / 8000
    }
    // Whole pixels: half a row or column more or less at each edge.
    for (const aspect of [1 / 3, 1, 3])
      expect(Math.abs(share(0.5, 0.5, 0.2, aspect) - 0.2)).toBeLessThan(0.015)
    expect(Math.abs(share(0, 0, 0.2, 1) - 0.05)).toBeLessThan(0.01)
    expect(share(0.5, 0.5, 9, 1)).toBe(1)
    expect(share(0.5, 0.5, 0, 1)).toBe(0)
  })

  test('works at the offset and nowhere else, and refuses what does not fit', () => {
    const pixels = new Uint8Array(40)
    occlude(pixels, { height: 2, width: 3 }, { x: 0.5, y: 0.5, area: 4, aspect: 1, colour }, 10)
    expect([...pixels.subarray(0, 10), ...pixels.subarray(28)]).toEqual(new Array(22).fill(0))
    expect(pixels.subarray(10, 28).every((value, i) => value === colour[i % 3])).toBe(true)
    const beyond = { x: 0.5, y: 0.5, area: 1, aspect: 1, colour }
    expect(() => occlude(pixels, { height: 2, width: 3 }, beyond, 23)).toThrow(ShapeError)
  })
})
