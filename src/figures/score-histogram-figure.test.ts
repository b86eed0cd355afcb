import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { scoreBins, scoreHistogramFigure } from './score-histogram-figure.ts'

describe('scoreBins(scores)', () => {
  test('counts from the lowest score to the highest; a bin holds its lower end, the last also its upper', () => {
    const bins = scoreBins({ genuine: [2, 3, 4], impostor: [0, 1, 1.5] }, { bins: 4 })
    expect(bins).toEqual({
      start: 0,
      width: 1,
      genuine: Float64Array.of(0, 0, 1, 2),
      impostor: Float64Array.of(1, 2, 0, 0),
    })
  })

  test('is one bin where all scores are equal, or there are none', () => {
    expect(scoreBins({ genuine: [0.5, 0.5], impostor: [] })).toEqual({
      start: 0.5,
      width: 1,
      genuine: Float64Array.of(2),
      impostor: Float64Array.of(0),
    })
    expect(scoreBins({ genuine: [], impostor: [] }).genuine).toEqual(Float64Array.of(0))
  })

  test('joins bins in which impostors are counted already, from the first filled one to the last', () => {
    const impostor = { low: -1, high: 1, counts: [0, 0, 3, 1, 0, 4, 0, 0] }
    expect(scoreBins({ genuine: [0.2, 0.25, 0.5, 0.6], impostor }, { bins: 60 })).toEqual({
      start: -0.5,
      width: 0.25,
      genuine: Float64Array.of(0, 0, 1, 1, 2),
      impostor: Float64Array.of(3, 1, 0, 4, 0),
    })
    expect(scoreBins({ genuine: [0.2, 0.25, 0.5, 0.6], impostor }, { bins: 3 })).toEqual({
      start: -0.5,
      width: 0.5,
      genuine: Float64Array.of(0, 2, 2),
      impostor: Float64Array.of(4, 4, 0),
    })
  })

  test('puts genuine scores beyond the bins of impostors into the outer ones', () => {
    const impostor = { low: 0, high: 2, counts: [1, 0] }
    expect(scoreBins({ genuine: [-7, 2, 9], impostor })).toEqual({
      ...{ start: 0, width: 1 },
      genuine: Float64Array.of(1, 2),
      impostor: Float64Array.of(1, 0),
    })
    expect(scoreBins({ genuine: [], impostor: { low: 0, high: 2, counts: [0, 0] } }).genuine).toEqual(
      new Float64Array(2),
    )
  })

  test('loses no score, whatever the bins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 200 }),
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 70 }),
        (counts, genuine, bins) => {
          const found = scoreBins({ genuine, impostor: { low: -1, high: 1, counts } }, { bins })
          const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)
          expect(total(found.genuine)).toBe(genuine.length)
          expect(total(found.impostor)).toBe(total(counts))
          expect(found.genuine.length).toBe(found.impostor.length)
          expect(found.genuine.length).toBeLessThanOrEqual(Math.min(bins, counts.length))
        },
      ),
      { seed: 1 },
    )
  })

  test('refuses bins that go nowhere', () => {
    const sample = (low: number, high: number, counts: number[]) => ({
      genuine: [1],
      impostor: { low, high, counts },
    })
    expect(() => scoreBins(sample(1, 1, [2, 3]))).toThrow(
      new UsageError('score bins: expected low < high, got 1 and 1 in 2'),
    )
    expect(() => scoreBins(sample(0, 1, []))).toThrow('score bins: expected low < high, got 0 and 1 in 0')
  })

  test('refuses less than one bin', () => {
    expect(() => scoreBins({ genuine: [1], impostor: [0] }, { bins: 0 })).toThrow(
      'score bins: expected 1 or more, got 0',
    )
  })
})

describe('scoreHistogramFigure(scores)', () => {
  const random = rng(1)
  const scores = {
    genuine: Float64Array.from({ length: 900 }, () => 0.5 + 0.15 * random.normal()),
    impostor: Float64Array.from({ length: 300 }, () => 0.15 * random.normal()),
  }

  test('says how many pairs of each kind there are, and names both', () => {
    const svg = scoreHistogramFigure(scores, { label: 'cosine' })
    expect(svg).toMatch(/900 genuine and 300 impostor pairs, by cosine, from -0\.\d+ to 1\.\d+\./)
    for (const label of ['>one person<', '>two people<', '>cosine<']) expect(svg).toContain(label)
  })

  test('each kind adds up to 100 %, so that unequal numbers compare', () => {
    const tripled = { ...scores, impostor: [...scores.impostor, ...scores.impostor, ...scores.impostor] }
    const shapes = (svg: string) => [...svg.matchAll(/<path d="([^"]*)"/g)].map((m) => m[1])
    expect(shapes(scoreHistogramFigure(tripled))).toEqual(shapes(scoreHistogramFigure(scores)))
  })

  test('is the same of impostors that are counted already as of the impostors themselves', () => {
    const { low, high, counts } = { low: 0, high: 4, counts: [2, 1, 0, 1] }
    const binned = { genuine: [0, 3.5, 2], impostor: { low, high, counts } }
    const held = { genuine: [0, 3.5, 2], impostor: [0, 0.5, 1, 4] }
    expect(scoreHistogramFigure(binned)).toBe(scoreHistogramFigure(held, { bins: 4 }))
  })

  test('without scores is still a figure', () => {
    expect(scoreHistogramFigure({ genuine: [], impostor: [] })).not.toMatch(/NaN|Infinity/)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(scoreHistogramFigure(scores)).toMatchFileSnapshot('gallery/score-histogram.svg')
  })
})
