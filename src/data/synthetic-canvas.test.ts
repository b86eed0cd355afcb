import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  band,
  both,
  type Canvas,
  canvas,
  edge,
  ellipse,
  type Frame,
  paint,
  rounded,
  type Shape,
  shadow,
  wave,
} from './synthetic-canvas.ts'

/** The area in pixels that a shape covers, painted in white on black. */
function area(frame: Frame, shape: Shape, side = 60): number {
  const target = canvas(side, side)
  paint(target, frame, shape, [1, 1, 1])
  return target.data.filter((_, i) => i % 4 === 0).reduce((sum, value) => sum + value, 0)
}

/** A frame about the middle of a 60 × 60 canvas: `scale` pixels a unit, turned. */
function about(scale: number, angle = 0, x = 30, y = 30): Frame {
  const [a, c] = [scale * Math.cos(angle), scale * Math.sin(angle)]
  return { a, b: -c, c, d: a, e: x, f: y }
}

const turn = fc.double({ min: -3, max: 3, noNaN: true })
const place = fc.double({ min: 27, max: 33, noNaN: true })

describe('shapes', () => {
  test('an ellipse covers π·rx·ry, wherever it lies and however it is turned', () => {
    fc.assert(
      fc.property(turn, place, place, (angle, x, y) => {
        const covered = area(about(10, angle, x, y), ellipse(0.1, -0.2, 1.2, 0.9))
        expect(covered / (100 * Math.PI * 1.2 * 0.9)).toBeCloseTo(1, 1)
      }),
      { seed: 1, numRuns: 50 },
    )
  })

  test('a sheared frame shears the shape: the area is the determinant times the local area', () => {
    const frame = { a: 12, b: 5, c: 1, d: 8, e: 30, f: 30 }
    expect(area(frame, ellipse(0, 0, 1, 1)) / (Math.PI * (12 * 8 - 5))).toBeCloseTo(1, 1)
  })

  test('a band thinner than a pixel covers its true area, so that it fades and does not vanish', () => {
    const hair = band(
      2,
      () => -0.02,
      () => 0.02,
    )
    fc.assert(
      fc.property(place, (y) => {
        expect(area(about(10, 0, 30, y), hair)).toBeCloseTo(40 * 0.4, 0)
      }),
      { seed: 1, numRuns: 50 },
    )
  })

  test('a band between parabolas covers what the integral says', () => {
    const lens = band(
      1,
      (s) => s * s - 1,
      (s) => 1 - s * s,
    )
    expect(area(about(15, 0.3), lens) / (225 * (8 / 3))).toBeCloseTo(1, 1)
  })

  test('a rounded rectangle lies between the box and the ellipse, by its corners', () => {
    const at = (round: number): number => area(about(10), rounded(0, 0, 1.5, 1, round))
    expect(at(0)).toBeCloseTo(600, -1)
    expect(at(1)).toBeCloseTo(100 * (Math.PI + 2), -1)
    expect(at(0.5)).toBeGreaterThan(at(1))
    expect(at(0.5)).toBeLessThan(at(0))
  })

  test('both(a, b) covers the overlap', () => {
    const halves = both(ellipse(0, 0, 1, 1), { box: [0, -2, 2, 2], cover: (u, _, pixel) => edge(u, pixel) })
    expect(area(about(10), halves) / (50 * Math.PI)).toBeCloseTo(1, 1)
  })

  test('no shape covers anything outside of its box and a pixel round it', () => {
    const all: Shape[] = [
      ellipse(0.3, 0.1, 0.8, 0.4, { softness: 0.3 }),
      rounded(-0.2, 0.4, 0.6, 0.9, 0.4),
      band(
        0.9,
        (s) => 0.2 * s - 0.3,
        (s) => 0.3 + 0.2 * s * s,
        { softness: 0.1 },
      ),
    ]
    fc.assert(
      fc.property(turn, fc.constantFrom(...all), (angle, shape) => {
        const wide: Shape = { ...shape, box: [-9, -9, 9, 9] }
        expect(area(about(10, angle), shape)).toBeCloseTo(area(about(10, angle), wide), 4)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('a frame without area paints nothing', () => {
    expect(area({ a: 0, b: 0, c: 0, d: 0, e: 30, f: 30 }, ellipse(0, 0, 9, 9))).toBe(0)
  })
})

describe('paint and shadow', () => {
  const whole: Shape = { box: [-9, -9, 9, 9], cover: () => 0.25 }
  const pixel = (target: Canvas): number[] => [...target.data.subarray(0, 4)]

  test('paint lays the colour over what is there by its coverage, and leaves the light alone', () => {
    const target = canvas(1, 1)
    target.data.set([1, 0.5, 0, 0.8])
    paint(target, about(1, 0, 0, 0), whole, [0, 0.5, 1])
    expect(pixel(target)).toEqual([0.75, 0.5, 0.25, Math.fround(0.8)])
  })

  test('paint with a key sets the light too', () => {
    const target = canvas(1, 1)
    target.data.set([1, 0.5, 0, 1])
    paint(target, about(1, 0, 0, 0), whole, [0, 0.5, 1], { key: 0 })
    expect(pixel(target)).toEqual([0.75, 0.5, 0.25, 0.75])
  })

  test('shadow takes shares of colour and light, and gives them back where they are negative', () => {
    const target = canvas(1, 1)
    target.data.set([1, 0.5, 0, 1])
    shadow(target, about(1, 0, 0, 0), whole, { ambient: 0.5, key: -1 })
    expect(pixel(target)).toEqual([0.875, 0.4375, 0, 1.25])
  })
})

test('edge is half at the edge, and softer over a wider softness', () => {
  expect(edge(0, 1)).toBe(0.5)
  expect(edge(0.25, 1)).toBe(0.75)
  expect(edge(0.25, 1, 2)).toBe(0.625)
  expect([edge(-2, 1), edge(2, 1)]).toEqual([0, 1])
})

test('wave stays within 0.06 of the sine', () => {
  for (let x = -20; x < 20; x += 0.01) expect(Math.abs(wave(x) - Math.sin(x))).toBeLessThan(0.06)
})
