import { describe, expect, test } from 'vitest'
import { detFigure } from './det-figure.ts'

/** The `d` of each line drawn with a width of 2, in order. */
const curvesOf = (svg: string) =>
  [...svg.matchAll(/<g[^>]*stroke-width="2"[^>]*><path d="([^"]*)"/g)].map((m) => m[1]!)

// The frame runs from x 44 to 426 and, below a legend of one row, from y 69 to 340.
const [left, right, top, bottom] = [44, 426, 69, 340]

describe('detFigure(curves)', () => {
  const curves = [
    { name: 'plain', x: [0, 0, 0.005, 0.05, 1], y: [1, 0.6, 0.4, 0.2, 0] },
    { name: 'margin', x: [0, 0.002, 0.02, 1], y: [1, 0.3, 0.1, 0] },
  ]

  test('reads each curve in words', () => {
    const svg = detFigure(curves)
    expect(svg).toContain('<title>DET</title>')
    expect(svg).toContain('plain: 0.600 at 0.001, 0.400 at 0.01, 0.200 at 0.1.')
    expect(svg).toContain('margin: 1.00 at 0.001, 0.300 at 0.01, 0.100 at 0.1.')
    for (const label of ['>false match rate<', '>false non-match rate<', '>plain<', '>margin<'])
      expect(svg).toContain(label)
  })

  test('scale: log is a staircase on two logarithmic axes, from the decade of the smallest rate to 1', () => {
    const [path] = curvesOf(
      detFigure([{ name: 'one', x: [0, 0.01, 0.1, 1], y: [1, 0.5, 0.2, 0.1] }], { scale: 'log' }),
    )
    // Two decades across, one down; what lies at 0 and at 0.01 begins at one place.
    const y = (rate: number) => Math.round((top - Math.log10(rate) * (bottom - top)) * 100) / 100
    const middle = (left + right) / 2
    const corners = [
      [left, y(0.5)],
      [middle, y(0.5)],
      [middle, y(0.2)],
      [right, y(0.2)],
      [right, y(0.1)],
    ].map((corner) => corner.join())
    expect(path!.slice(1).split('L').slice(0, 5)).toEqual(corners)
  })

  test('on normal deviates two normal distributions of scores give a straight line', () => {
    // Scores of impostors N(0, 1), of genuine pairs N(2.5, 1.2): the deviates of the two rates are linear in the threshold.
    const thresholds = Array.from({ length: 2001 }, (_, i) => 4.5 - i / 250)
    const below = (z: number) => {
      // Simpson's rule from −8.
      const [from, n] = [-8, 200]
      const h = (z - from) / n
      let sum = 0
      for (let i = 0; i <= n; i++) {
        const weight = i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2
        sum += weight * Math.exp(-((from + i * h) ** 2) / 2)
      }
      return (sum * h) / 3 / Math.sqrt(2 * Math.PI)
    }
    const curve = {
      name: 'normal',
      x: thresholds.map((t) => 1 - below(t)),
      y: thresholds.map((t) => below((t - 2.5) / 1.2)),
    }
    const svg = detFigure([curve])
    const corners = [...curvesOf(svg)[0]!.matchAll(/([\d.]+),([\d.]+)/g)]
      .map((m): [number, number] => [Number(m[1]), Number(m[2])])
      .filter(([x, y]) => x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1)
    const [[x0, y0], [x1, y1]] = [corners[0]!, corners.at(-1)!]
    expect(x1 - x0).toBeGreaterThan(100)
    for (const [x, y] of corners)
      expect(Math.abs(y - (y0 + ((x - x0) * (y1 - y0)) / (x1 - x0)))).toBeLessThan(0.8)
    expect(svg).toContain('both by normal deviates')
    for (const tick of ['>0.001<', '>0.01<', '>0.1<', '>0.5<']) expect(svg).toContain(tick)
  })

  test('the axes end at 0.5, or above where a curve begins above', () => {
    const ends = (y: number[]) =>
      [...detFigure([{ name: 'a', x: [0.001, 0.2, 1], y }]).matchAll(/>(0\.\d+)<\/text>/g)].map((m) =>
        Number(m[1]),
      )
    expect(Math.max(...ends([0.3, 0.1, 0]))).toBe(0.5)
    expect(Math.max(...ends([0.9, 0.7, 0]))).toBeGreaterThanOrEqual(0.9)
  })

  test('draws a curve the same whichever end comes first', () => {
    const turned = curves.map(({ name, x, y }) => ({ name, x: x.toReversed(), y: y.toReversed() }))
    expect(detFigure(turned)).toBe(detFigure(curves))
  })

  test('a rate of 0 is drawn where the axis begins', () => {
    const [path] = curvesOf(detFigure([{ name: 'one', x: [0, 0.02, 1], y: [1, 0.05, 0] }], { scale: 'log' }))
    expect(path).toMatch(new RegExp(`^M${left},${top}`))
    expect(path).toMatch(new RegExp(`${right},${bottom}$`))
    expect(path).not.toMatch(/NaN|Infinity/)
  })

  test('stays short for a long curve', () => {
    const n = 200_000
    const x = Float64Array.from({ length: n + 1 }, (_, k) => k / n)
    const svg = detFigure([{ name: 'long', x, y: x.map((rate) => 1 - Math.sqrt(rate)) }])
    expect(svg.length).toBeLessThan(80_000)
  })

  test('labels may say other rates, and names are escaped', () => {
    const svg = detFigure([{ name: '<b>', x: [0, 1], y: [1, 0] }], {
      labels: { x: 'FPIR', y: 'FNIR at rank 1' },
    })
    expect(svg).toContain('>FPIR<')
    expect(svg).toContain('>FNIR at rank 1<')
    expect(svg).toContain('&lt;b&gt;')
  })

  test('without a curve, or with an empty one, is still a figure', () => {
    expect(detFigure([])).toMatch(/^<svg/)
    const svg = detFigure([{ name: 'none', x: [], y: [] }])
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(svg).toContain('none: no points.')
  })

  test('looks like the picture in the gallery', async () => {
    await expect(detFigure(curves)).toMatchFileSnapshot('gallery/det.svg')
  })
})
