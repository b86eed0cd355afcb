import fc from 'fast-check'
import { expect, test } from 'vitest'
import { colourChange } from './colour-change.ts'

const changed = (matrix: ArrayLike<number>, rgb: readonly number[]): number[] =>
  [0, 1, 2].map(
    (c) =>
      matrix[4 * c]! * rgb[0]! +
      matrix[4 * c + 1]! * rgb[1]! +
      matrix[4 * c + 2]! * rgb[2]! +
      matrix[4 * c + 3]!,
  )
const luma = ([r, g, b]: readonly number[]): number => 0.299 * r! + 0.587 * g! + 0.114 * b!

test('colourChange is the changes one after another: brightness, contrast, saturation, gains, grey', () => {
  const factor = fc.integer({ min: 0, max: 200 }).map((v) => v / 100)
  fc.assert(
    fc.property(
      fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(factor, factor, factor),
      fc.tuple(factor, factor, factor),
      fc.boolean(),
      (rgb, [brightness, contrast, saturation], gains, grey) => {
        let wanted: number[] = rgb.map((value) => value * brightness)
        wanted = wanted.map((value) => 127.5 + contrast * (value - 127.5))
        const light = luma(wanted)
        wanted = wanted.map((value) => light + saturation * (value - light))
        wanted = wanted.map((value, c) => value * gains[c]!)
        if (grey) wanted = [luma(wanted), luma(wanted), luma(wanted)]
        const got = changed(colourChange({ brightness, contrast, saturation, gains, grey }), rgb)
        got.forEach((value, c) => {
          expect(value).toBeCloseTo(wanted[c]!, 8)
        })
      },
    ),
    { seed: 1, numRuns: 300 },
  )
})

test('without a change colours stay, and grey of a colour is as bright as the colour', () => {
  expect(changed(colourChange({}), [12, 99, 240])).toEqual([12, 99, 240])
  expect(changed(colourChange({ grey: true }), [255, 0, 0])[2]).toBeCloseTo(76.245, 10)
})
