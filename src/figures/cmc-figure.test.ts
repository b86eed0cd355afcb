import { describe, expect, test } from 'vitest'
import { cmcFigure } from './cmc-figure.ts'

const curvesOf = (svg: string) =>
  [...svg.matchAll(/<g[^>]*stroke-width="2"[^>]*><path d="([^"]*)"/g)].map((m) => m[1]!)

describe('cmcFigure(curves)', () => {
  const ranks = Array.from({ length: 1000 }, (_, i) => i + 1)
  const curves = [
    { name: 'raw', x: ranks, y: ranks.map((rank) => 1 - 0.4 / Math.sqrt(rank)) },
    { name: 'cleaned', x: ranks, y: ranks.map((rank) => 1 - 0.3 / Math.sqrt(rank)) },
  ]

  test('reads each curve in words', () => {
    const svg = cmcFigure(curves)
    expect(svg).toContain('Share of searches whose mate is found, by rank, 1 to 1000.')
    expect(svg).toContain('raw: 60.0 % at rank 1, 82.1 % at rank 5, 87.4 % at rank 10, 96.0 % at rank 100.')
    expect(svg).toContain('>1,000<')
  })

  test('is a staircase over a logarithmic axis that starts at the tenth below', () => {
    const [path] = curvesOf(cmcFigure([{ name: 'one', x: [1, 10, 100], y: [0.55, 0.8, 0.8] }]))
    // From x 44 to 426 over two decades, from y 300 (50 %) up to 69 (100 %).
    const y = (share: number) => Math.round((300 - ((share - 0.5) / 0.5) * 231) * 100) / 100
    expect(path).toBe(`M44,${y(0.55)}L235,${y(0.55)}L235,${y(0.8)}L426,${y(0.8)}L426,${y(0.8)}`)
  })

  test('stays short for a million ranks', () => {
    const many = Int32Array.from({ length: 1_000_000 }, (_, i) => i + 1)
    const svg = cmcFigure([{ name: 'm', x: many, y: Float64Array.from(many, (rank) => 1 - 1 / rank) }])
    expect(svg.length).toBeLessThan(60_000)
    expect(svg).toContain('>1,000,000<')
  })

  test('without a curve is still a figure', () => {
    expect(cmcFigure([])).toMatch(/^<svg/)
    const svg = cmcFigure([{ name: 'none', x: [], y: [] }])
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(svg).toContain('none: no points.')
  })

  test('shows each of a few ranks as a dot, so that one alone is seen', () => {
    expect(cmcFigure([{ name: 'one', x: [1], y: [0.6] }]).match(/<circle/g)).toHaveLength(1)
    expect(cmcFigure(curves)).not.toContain('<circle')
  })

  test('looks like the picture in the gallery', async () => {
    await expect(cmcFigure(curves)).toMatchFileSnapshot('gallery/cmc.svg')
  })
})
