import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundaryAngle, marginWidth, reachOnArc, sectorsOf } from './boundary.ts'
import { type MarginLoss, targetLogit } from './target-logit.ts'

const falling = (loss: MarginLoss, m: number) => (theta: number) => targetLogit(loss, theta, { m }).value
const degrees = (radians: number): number => (radians * 180) / Math.PI
const angle = (max: number) => fc.double({ min: 1e-3, max, noNaN: true })

describe('boundaryAngle(target, θ₁) is the θ₂ of the paper', () => {
  test.each([
    ['nsl', 0, (t: number) => t],
    ['a-softmax', 4, (t: number) => 4 * t],
    ['lmcl', 0.35, (t: number) => Math.acos(Math.cos(t) - 0.35)],
    ['arcface', 0.5, (t: number) => t + 0.5],
  ] as const)('%s', (loss, m, paper) => {
    for (const theta of [0.05, 0.3, 0.7])
      expect(boundaryAngle(falling(loss, m), theta)).toBeCloseTo(paper(theta), 12)
  })

  test('NaN where no angle will do, 0 where any will', () => {
    expect(boundaryAngle(falling('a-softmax', 4), 1)).toBeNaN()
    expect(boundaryAngle(() => 1.5, 1)).toBe(0)
  })
})

describe('marginWidth(target, between)', () => {
  test('of A-Softmax is (m − 1)/(m + 1) of the angle between the prototypes, so it goes to nothing with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), angle(Math.PI), (m, between) => {
        expect(marginWidth(falling('a-softmax', m), between).angle).toBeCloseTo(
          (between * (m - 1)) / (m + 1),
          9,
        )
      }),
      { seed: 1 },
    )
  })

  test('of LMCL is m in cosine at any angle, and the arc widens as the classes come close', () => {
    const least = Math.acos(1 - 0.35)
    fc.assert(
      fc.property(fc.double({ min: least + 1e-6, max: Math.PI, noNaN: true }), (between) => {
        const { angle, cosine } = marginWidth(falling('lmcl', 0.35), between)
        expect(cosine).toBeCloseTo(0.35, 9)
        expect(angle).toBeCloseTo(2 * Math.asin(0.35 / (2 * Math.sin(between / 2))), 7)
      }),
      { seed: 1 },
    )
  })

  test('of LMCL is NaN where 1 − cos of the angle between the prototypes is below m: nobody meets it', () => {
    expect(degrees(Math.acos(0.65))).toBeCloseTo(49.46, 2)
    expect(marginWidth(falling('lmcl', 0.35), Math.acos(0.65) - 1e-9)).toEqual({
      angle: Number.NaN,
      cosine: Number.NaN,
    })
  })

  test('of ArcFace is m radians, and of NSL nothing', () => {
    expect(marginWidth(falling('arcface', 0.5), 1.2).angle).toBeCloseTo(0.5, 12)
    expect(marginWidth(falling('nsl', 0), 1.2).angle).toBeCloseTo(0, 12)
  })
})

test('reachOnArc(target, between) is all of the arc where even the other prototype is in the class', () => {
  expect(reachOnArc(() => 2, 1)).toBe(1)
})

describe('sectorsOf(excess)', () => {
  test('finds where a function of the direction is not negative, over the start too', () => {
    const [sector, ...more] = sectorsOf((direction) => Math.cos(direction) - 0.5)
    expect(more).toEqual([])
    expect(sector!.from).toBeCloseTo((5 * Math.PI) / 3, 8)
    expect(sector!.to).toBeCloseTo((7 * Math.PI) / 3, 8)
    expect(sectorsOf((direction) => Math.cos(3 * direction))).toHaveLength(3)
  })

  test('gives all of the circle as one sector, and nothing as none', () => {
    expect(sectorsOf(() => 1)).toEqual([{ from: 0, to: 2 * Math.PI }])
    expect(sectorsOf(() => -1)).toEqual([])
  })
})
