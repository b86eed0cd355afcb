import { describe, expect, test } from 'vitest'
import { lossCurvesFigure, movingMean } from './loss-curves-figure.ts'

const points = (...losses: number[]) => losses.map((loss, step) => ({ step, loss }))

describe('movingMean(points, window)', () => {
  test('averages about each point, over fewer at the start and over what is left at the end', () => {
    expect(movingMean(points(1, 2, 6, 4, 5), 3).map(({ loss }) => loss)).toEqual([1, 3, 4, 5, 4.5])
  })

  test('with a window of 1 changes nothing, and leaves out what is not finite', () => {
    expect(movingMean(points(1, Number.NaN, 3, Number.POSITIVE_INFINITY), 1)).toEqual([
      { step: 0, loss: 1 },
      { step: 2, loss: 3 },
    ])
  })
})

describe('lossCurvesFigure(runs)', () => {
  const decay = (from: number, to: number) => ({
    points: Array.from({ length: 101 }, (_, i) => ({
      step: 5 * i,
      loss: to + (from - to) * Math.exp(-i / 20),
    })),
  })
  const runs = [
    { name: 'softmax', ...decay(4.6, 0.4) },
    { name: 'LMCL', ...decay(7, 1.2) },
  ]

  test('marks ln C, the loss of guessing, at its height', () => {
    const svg = lossCurvesFigure([{ name: 'run', points: points(2 * Math.log(100), 0) }], {
      classes: 100,
      height: 320,
    })
    expect(svg).toContain('>ln C = 4.61 (guessing)</text>')
    // The frame runs from y 280 (loss 0) up to 69 (1.06 times the highest loss).
    const y = 280 - (280 - 69) / (2 * 1.06)
    expect(svg).toContain(`y1="${Math.round(y * 100) / 100}"`)
    expect(lossCurvesFigure(runs)).not.toContain('ln C')
  })

  test('says where each run starts and ends in words', () => {
    const svg = lossCurvesFigure(runs, { classes: 100, smoothing: 1 })
    expect(svg).toContain('softmax: from 4.60 to 0.43 in 500 steps. LMCL: from 7.00 to 1.24 in 500 steps.')
    expect(svg).toContain('Guessing among 100 people gives 4.61.')
  })

  test('draws runs without a point as none', () => {
    expect(lossCurvesFigure([{ name: 'empty', points: [] }])).toContain('empty: no points.')
    expect(lossCurvesFigure([{ name: 'one', points: points(2) }]).match(/<circle/g)).toHaveLength(1)
  })

  test('looks like the picture in the gallery', async () => {
    await expect(lossCurvesFigure(runs, { classes: 100 })).toMatchFileSnapshot('gallery/loss-curves.svg')
  })
})
