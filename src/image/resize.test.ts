import { describe, expect, test } from 'vitest'
import type { Picture } from './decode.ts'
import { resize } from './resize.ts'

const picture = (width: number, height: number, value: (x: number, y: number) => number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(i / 3 / width)),
  ),
})
const red = (pixels: Uint8Array) => [...pixels].filter((_, i) => i % 3 === 0)

describe('resize', () => {
  test('an equal size is copied', () => {
    const p = picture(3, 2, (x, y) => 10 * x + y)
    const out = new Uint8Array(20).fill(1)
    resize(p, { height: 2, width: 3 }, out, 1)
    expect([...out]).toEqual([1, ...p.data, 1])
  })

  test('112 x 112 becomes 112 x 96 by cutting 8 columns a side, and back by 8 black columns', () => {
    const p = picture(112, 112, (x, y) => (x + y) % 200)
    const cut = resize(p, { height: 112, width: 96 })
    expect(red(cut)).toEqual(red(picture(96, 112, (x, y) => (x + 8 + y) % 200).data))
    const back = resize({ width: 96, height: 112, data: cut }, { height: 112, width: 112 })
    const inside = (x: number) => x >= 8 && x < 104
    expect(red(back)).toEqual(red(picture(112, 112, (x, y) => (inside(x) ? (x + y) % 200 : 0)).data))
  })

  test('halving weighs the four nearest pixels of each axis by 1, 3, 3, 1', () => {
    const p = picture(8, 2, (x) => [0, 0, 0, 80, 0, 0, 0, 0][x]!)
    // Target pixel 0 lies at 0.5: weights 3, 3, 1 of 7 on 0, 1, 2. Pixel 1 at 2.5 and pixel 2 at 4.5: an eighth each.
    expect(red(resize(p, { height: 1, width: 4 }))).toEqual([0, 30, 10, 0])
  })

  test('doubling interpolates between pixel centres and repeats the edge', () => {
    const p = picture(2, 1, (x) => [40, 80][x]!)
    expect(red(resize(p, { height: 2, width: 4 }))).toEqual([40, 50, 70, 80, 40, 50, 70, 80])
  })

  test('what is padded stays black to the edge, also when shrinking', () => {
    expect(
      red(
        resize(
          picture(2, 4, () => 137),
          { height: 2, width: 3 },
        ),
      ),
    ).toEqual([0, 137, 0, 0, 137, 0])
  })

  test('one colour stays that colour at any size of its shape', () => {
    const p = picture(45, 60, () => 137)
    for (const k of [0.2, 0.4, 0.8, 1.6]) {
      expect(new Set(resize(p, { height: 60 * k, width: 45 * k }))).toEqual(new Set([137]))
    }
  })
})
