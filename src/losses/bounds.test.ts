import { expect, test } from 'vitest'
import { boundWarnings, marginLimits, marginUpperBound, scaleLowerBound } from './bounds.ts'

test('scaleLowerBound(classes, posterior) for CASIA-WebFace: 11.46 for 0.9 and 13.86 for 0.99', () => {
  expect(scaleLowerBound(10572, 0.9)).toBeCloseTo(11.46, 2)
  expect(scaleLowerBound(10572, 0.99)).toBeCloseTo(13.86, 2)
})

test('at that scale a sample in its class centre, the others as far as they can be, has just that posterior', () => {
  for (const classes of [2, 3, 10, 10572])
    for (const posterior of [0.6, 0.9, 0.999]) {
      const s = scaleLowerBound(classes, posterior)
      const others = (classes - 1) * Math.exp(-s / (classes - 1))
      expect(Math.exp(s) / (Math.exp(s) + others)).toBeCloseTo(posterior, 10)
    }
})

test('marginUpperBound in two dimensions is 1 − cos(2π/C)', () => {
  expect(marginUpperBound(8, 2)).toEqual({ bound: 1 - Math.SQRT1_2, open: false, closedForm: true })
  expect(marginUpperBound(2, 2).bound).toBe(2)
  expect(marginUpperBound(3, 2).bound).toBeCloseTo(1.5, 12)
})

test('marginUpperBound of up to K + 1 classes is C/(C − 1), the corners of a simplex', () => {
  expect(marginUpperBound(2, 3)).toEqual({ bound: 2, open: false, closedForm: true })
  expect(marginUpperBound(4, 3)).toEqual({ bound: 4 / 3, open: false, closedForm: true })
})

test('marginUpperBound of more classes has no closed form: 1 up to 2K, below 1 beyond', () => {
  expect(marginUpperBound(5, 3)).toEqual({ bound: 1, open: false, closedForm: false })
  expect(marginUpperBound(6, 3)).toEqual({ bound: 1, open: false, closedForm: false })
  expect(marginUpperBound(7, 3)).toEqual({ bound: 1, open: true, closedForm: false })
  expect(marginUpperBound(10572, 512)).toEqual({ bound: 1, open: true, closedForm: false })
})

test('boundWarnings says nothing of the published setting', () => {
  expect(boundWarnings({ s: 64, m: 0.35, classes: 10572, dimensions: 512 })).toEqual([])
  expect(boundWarnings({ s: null, m: 0.45, classes: 10572, dimensions: 512 })).toEqual([])
})

test('boundWarnings says what breaks which bound, with the values', () => {
  expect(boundWarnings({ s: 8, m: 1, classes: 10572, dimensions: 512 })).toEqual([
    'scale: 10572 classes need at least 11.46 for a posterior of 0.9 at a class centre, got 8',
    'margin: 10572 classes in 512 dimensions cannot all meet 1 or more, got 1',
  ])
  expect(boundWarnings({ s: 12, m: 0.5, classes: 10572, dimensions: 512 }, { posterior: 0.99 })).toEqual([
    'scale: 10572 classes need at least 13.86 for a posterior of 0.99 at a class centre, got 12',
    'margin: training often fails above 0.45, got 0.5',
  ])
  expect(boundWarnings({ s: 30, m: 0.3, classes: 8, dimensions: 2 })).toEqual([
    'margin: 8 classes in 2 dimensions cannot all meet more than 0.2929, got 0.3',
  ])
})

test('marginLimits(classes, dimensions) holds the best known placements on the sphere between its two limits', () => {
  // The problem of Tammes: the widest least angle of C points on the sphere, in degrees (C 12: the icosahedron).
  for (const [classes, angle] of [
    [7, 77.8695],
    [8, 74.8585],
    [12, 63.4349],
    [24, 43.6908],
  ] as const) {
    const { atLeast, atMost } = marginLimits(classes, 3)
    const best = 1 - Math.cos((angle * Math.PI) / 180)
    expect(atLeast).toBeLessThanOrEqual(best)
    expect(atMost).toBeGreaterThanOrEqual(best)
  }
})

test('marginLimits(classes, dimensions) is the bound itself up to 2K classes, and leaves room for m 0.35 at 10,572 in 512', () => {
  expect(marginLimits(8, 2)).toEqual({ atLeast: 1 - Math.SQRT1_2, atMost: 1 - Math.SQRT1_2 })
  expect(marginLimits(10, 64).atMost).toBe(10 / 9)
  expect(marginLimits(1024, 512)).toEqual({ atLeast: 1, atMost: 1 })
  expect(marginLimits(10_572, 512).atLeast).toBeCloseTo(0.836, 3)
})
