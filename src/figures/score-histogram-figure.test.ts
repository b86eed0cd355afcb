import { describe, expect, test } from 'vitest'
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

  test('without scores is still a figure', () => {
    expect(scoreHistogramFigure({ genuine: [], impostor: [] })).not.toMatch(/NaN|Infinity/)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(scoreHistogramFigure(scores)).toMatchFileSnapshot('gallery/score-histogram.svg')
  })
})
