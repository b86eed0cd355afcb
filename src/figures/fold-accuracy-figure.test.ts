import { describe, expect, test } from 'vitest'
import { foldAccuracyFigure } from './fold-accuracy-figure.ts'

describe('foldAccuracyFigure(runs)', () => {
  const runs = [
    { name: 'softmax', folds: [0.8, 0.82, 0.9], accuracy: 0.84, standardError: 0.03 },
    { name: 'LMCL', folds: [0.9, 0.88, 0.95], accuracy: 0.91, standardError: 0.02 },
  ]

  test('says mean, standard error and range of each run in words', () => {
    const svg = foldAccuracyFigure(runs)
    expect(svg).toContain('softmax: 84.0 ± 3.0 %, folds from 80.0 to 90.0 %.')
    expect(svg).toContain('LMCL: 91.0 ± 2.0 %, folds from 88.0 to 95.0 %.')
  })

  test('draws a dot a fold, and a bar of one standard error to either side of the mean', () => {
    const svg = foldAccuracyFigure(runs)
    expect([...svg.matchAll(/<circle/g)]).toHaveLength(6)
    // The axis runs from 75 to 100 %, over x 62.2 (16 + 6.6 · 7) to 426.
    const x = (percent: number) => Math.round((62.2 + ((percent - 75) / 25) * (426 - 62.2)) * 100) / 100
    expect(svg).toContain(`x2="${x(87)}" x1="${x(81)}"`)
    expect(svg).toContain(`cx="${x(82)}"`)
  })

  test('has room on the axis where every fold is perfect', () => {
    const svg = foldAccuracyFigure([{ name: 'all', folds: [1, 1], accuracy: 1, standardError: 0 }])
    expect(svg).not.toContain('NaN')
  })

  test('looks like the picture in the gallery', async () => {
    await expect(foldAccuracyFigure(runs)).toMatchFileSnapshot('gallery/fold-accuracy.svg')
  })
})
