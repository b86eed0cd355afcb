import { describe, expect, test } from 'vitest'
import { lineChart, numberText } from './line-chart.ts'

const labels = { x: 'angle, degrees', y: 'cosine' }
/** The `d` of the lines, in order. */
const paths = (svg: string) =>
  [...svg.matchAll(/<g[^>]*stroke-width="1.9"[^>]*>(?:<path d="([^"]*)")?/g)].map((match) => match[1] ?? '')
const chart = (x: number[], y: number[]) =>
  lineChart([{ name: 'a', x, y }], { labels, title: 'T', description: 'D' })

describe('lineChart(lines)', () => {
  test('draws one, two and 10,000 points', () => {
    expect(chart([1], [2])).toContain('<title>T</title><desc>D</desc>')
    // A stroke of one point is not seen.
    expect(chart([1], [2]).match(/<circle/g)).toHaveLength(1)
    expect(chart([1, 2], [3, 4])).not.toContain('<circle')
    expect(paths(chart([1, 2], [3, 4]))[0]!.match(/[ML]/g)).toHaveLength(2)
    const many = Array.from({ length: 10_000 }, (_, i) => i)
    const drawn = paths(chart(many, many.map(Math.sqrt)))[0]!.match(/[ML]/g)!.length
    expect(drawn).toBeGreaterThan(440)
    expect(drawn).toBeLessThanOrEqual(4 * 441)
    expect(chart([], [])).not.toMatch(/NaN|Infinity/)
  })

  test('has a gap where a value is not finite', () => {
    const svg = chart([0, 1, 2, 3, 4], [0, 1, Number.NaN, 1, 0])
    expect(paths(svg)[0]!.match(/M/g)).toHaveLength(2)
    expect(svg).not.toContain('NaN')
  })

  test('cuts a line where it leaves the axis, and needs no clip path for it', () => {
    const svg = lineChart([{ name: 'a', x: [0, 10], y: [0, 2] }], { labels, yDomain: [0, 1], width: 158 })
    // The frame goes from x 44 to 144: half of the way.
    expect(paths(svg)[0]).toMatch(/^M44,[\d.]+L94,69$/)
    expect(svg).not.toContain('clip')
  })

  test('tells lines apart by dashes as well as by colour, and marks values', () => {
    const line = { x: [0, 1], y: [0, 1] }
    const svg = lineChart(
      [
        { name: 'a', ...line },
        { name: 'b', ...line },
      ],
      { labels, marked: [{ x: 0.5, text: 'half' }] },
    )
    expect(svg).toMatch(/stroke="var\(--line-2, #c24f00\)"[^>]*stroke-dasharray="7 3"/)
    expect(svg).toContain('>half</text>')
  })
})

test('numberText writes a minus sign and no dust of float64', () => {
  expect([-1, 0.1 + 0.2, 1000].map(numberText)).toEqual(['−1', '0.3', '1000'])
})
