import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { angleHistogramFigure, binShares } from './angle-histogram-figure.ts'

describe('binShares(angles)', () => {
  test('counts an angle on a border to the bin that starts there, and 180 to the last', () => {
    const shares = binShares([0, 59.9, 60, 180], { domainDegrees: [0, 180], binDegrees: 60 })
    expect([...shares]).toEqual([0.5, 0.25, 0.25])
  })

  test('counts what lies outside to the end bins', () => {
    expect([...binShares([10, 170], { domainDegrees: [60, 120], binDegrees: 30 })]).toEqual([0.5, 0.5])
  })

  test('adds up to 1, and is all 0 without angles', () => {
    const angles = fc.array(fc.double({ min: 0, max: 180, noNaN: true }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(angles, (drawn) => {
        expect(binShares(drawn).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      }),
      { seed: 1 },
    )
    expect([...binShares([], { binDegrees: 90 })]).toEqual([0, 0])
  })

  test('refuses bins that do not divide the range', () => {
    expect(() => binShares([1], { binDegrees: 7 })).toThrow(
      'angle histogram: expected bins that divide 0 to 180 degrees, got 7',
    )
  })
})

describe('angleHistogramFigure(sample)', () => {
  const bell = (centre: number, spread: number) =>
    Array.from({ length: 101 }, (_, i) => centre + spread * Math.sinh((i - 50) / 20) * 0.5)
  const sample = { genuine: bell(55, 8), impostor: bell(88, 6) }

  test('says the numbers of pairs, the medians and the threshold in words', () => {
    const svg = angleHistogramFigure(sample, { title: 'LMCL', thresholdDegrees: 71.25 })
    expect(svg).toContain('<title>LMCL</title>')
    expect(svg).toContain(
      '101 genuine pairs with median angle 55.0°, 101 impostor pairs with median angle 88.0°.',
    )
    expect(svg).toContain('Pairs below 71.3° are accepted.')
    expect(svg).toContain('>threshold 71.3°</text>')
  })

  test('draws the threshold at its angle', () => {
    const svg = angleHistogramFigure(sample, { thresholdDegrees: 90 })
    // The frame runs from x 44 to 426 over 180 degrees.
    expect(svg).toMatch(/stroke-dasharray="2 2"[^>]*><line y2="230" y1="69" x2="235" x1="235"/)
  })

  test('leaves the threshold out where none is given', () => {
    expect(angleHistogramFigure(sample)).not.toContain('threshold')
  })

  test('looks like the picture in the gallery', async () => {
    const svg = angleHistogramFigure(sample, { title: 'Angles', thresholdDegrees: 72 })
    await expect(svg).toMatchFileSnapshot('gallery/angle-histogram.svg')
  })
})
