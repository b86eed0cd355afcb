import { describe, expect, test } from 'vitest'
import { rocFigure } from './roc-figure.ts'

/** The `d` of each line drawn with a width of 2, in order. */
const curvesOf = (svg: string) =>
  [...svg.matchAll(/<g[^>]*stroke-width="2"[^>]*><path d="([^"]*)"/g)].map((m) => m[1]!)

describe('rocFigure(curves)', () => {
  const curves = [
    { name: 'plain', fpr: [0, 0, 0.005, 0.05, 1], tpr: [0, 0.4, 0.6, 0.8, 1] },
    { name: 'margin', fpr: [0, 0.002, 0.02, 1], tpr: [0, 0.7, 0.9, 1] },
  ]

  test('is an SVG with a role, a title and a reading of each curve in words', () => {
    const svg = rocFigure(curves, { title: 'ROC' })
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" viewBox="0 0 440 340"/)
    expect(svg).toContain('<title>ROC</title>')
    expect(svg).toContain('plain: TAR 40.0 % at FAR 0.001, 60.0 % at FAR 0.01, 80.0 % at FAR 0.1.')
    expect(svg).toContain('margin: TAR 0.0 % at FAR 0.001, 70.0 % at FAR 0.01, 90.0 % at FAR 0.1.')
    for (const label of ['false accept rate (FAR)', 'true accept rate (TAR), %', '>plain<', '>margin<'])
      expect(svg).toContain(label)
  })

  test('draws the staircase over a logarithmic axis: a step rises where its FAR is reached', () => {
    const [path] = curvesOf(rocFigure([{ name: 'one', fpr: [0, 0, 0.01, 1], tpr: [0, 0.5, 1, 1] }]))
    // The frame runs from x 44 to 426 over three decades, and from y 300 (50 %, less a tenth: 40 %) up to 69 (100 %).
    const [left, right, top, bottom] = [44, 426, 69, 300]
    const y = (tar: number) => bottom - ((tar - 40) / 60) * (bottom - top)
    const rise = left + (right - left) / 3
    expect(path).toBe(
      `M${left},${y(50)}L${rise.toFixed(2)},${y(50)}L${rise.toFixed(2)},${y(100)}L${right},${y(100)}L${right},${y(100)}`,
    )
  })

  test('tells curves apart by dashes as well as by colour', () => {
    const svg = rocFigure(curves)
    expect(svg).toContain('stroke="var(--line-1, #0072b2)"')
    expect(svg).toMatch(/stroke="var\(--line-2, #c24f00\)"[^>]*stroke-dasharray="7 3"/)
  })

  test('stays short for a long curve and ends no rise too early', () => {
    const n = 200_000
    const fpr = Float64Array.from({ length: n + 1 }, (_, k) => k / n)
    const svg = rocFigure([{ name: 'long', fpr, tpr: fpr.map(Math.sqrt) }])
    expect(svg.length).toBeLessThan(60_000)
    const corners = [...curvesOf(svg)[0]!.matchAll(/([\d.]+),([\d.]+)/g)].map((m) => [
      Number(m[1]),
      Number(m[2]),
    ])
    for (const [x, y] of corners) {
      const far = 10 ** (-3 + (3 * (x! - 44)) / 382)
      const tar = 1 - (y! - 69) / 231
      expect(tar).toBeLessThan(Math.sqrt(far) + 2e-3)
    }
  })

  test('keeps the start of the axis and the higher of two rises that fall on one pixel', () => {
    const close = {
      name: 'close',
      fpr: [0, 0, 0.0010001, 0.01, 0.010001, 1],
      tpr: [0, 0.2, 0.4, 0.5, 0.9, 1],
    }
    const path = curvesOf(rocFigure([close]))[0]!
    // From y 300 (10 %) up to 69 (100 %).
    const y = (tar: number) => Math.round((300 - ((tar - 10) / 90) * 231) * 100) / 100
    expect(path.startsWith(`M44,${y(20)}`)).toBe(true)
    expect(path).toContain(`,${y(40)}L`)
    expect(path).toContain(`,${y(90)}L`)
    expect(path).not.toContain(`,${y(50)}L`)
  })

  test('draws nothing where nothing is known: of a curve without points, and before the first', () => {
    const none = rocFigure([{ name: 'none', fpr: [], tpr: [] }])
    expect(curvesOf(none)).toEqual([])
    expect(none).toContain('none: no points.')
    expect(curvesOf(rocFigure([{ name: 'late', fpr: [0.1, 1], tpr: [0.5, 1] }]))[0]).toMatch(/^M298\.67,/)
  })

  test('escapes names', () => {
    const svg = rocFigure([{ name: '<b> & "c"', fpr: [0, 1], tpr: [0, 1] }])
    expect(svg).toContain('&lt;b&gt; &amp; &quot;c&quot;')
    expect(svg).not.toContain('<b>')
  })

  test('looks like the picture in the gallery', async () => {
    await expect(rocFigure(curves)).toMatchFileSnapshot('gallery/roc.svg')
  })
})
