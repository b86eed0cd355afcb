import { expect, test } from 'vitest'
import { type GroupedLine, smallMultiples } from './small-multiples.ts'

const line = (group: string, name: string): GroupedLine => ({ group, name, x: [0, 1, 2], y: [0, 1, 0.5] })
const axes = { labels: { x: 'angle', y: 'logit' }, xDomain: [0, 2], yDomain: [0, 1] } as const
const count = (svg: string, text: string): number => svg.split(text).length - 1
const sizeOf = (svg: string): number[] => /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.slice(1).map(Number)

test('smallMultiples gives each group a panel under its name, and its lines what is left of theirs', () => {
  const svg = smallMultiples(
    [line('a', 'a, m 1'), line('b', 'b, m 2'), line('a', 'a, m 3'), line('c', 'own')],
    {
      ...axes,
      title: 'all',
      description: 'three',
    },
  )
  for (const text of ['>all<', '>a<', '>b<', '>c<', '>m 1<', '>m 2<', '>m 3<', '>own<'])
    expect(count(svg, text)).toBeGreaterThanOrEqual(1)
  expect(svg).not.toContain('a, m 1')
  expect(svg).toContain('<desc>three</desc>')
})

test('panels stand in rows of as many as asked for, of fewer where they would be too small to read', () => {
  const lines = Array.from({ length: 7 }, (_, i) => line(`g${i}`, `g${i}`))
  const [wide, low] = sizeOf(smallMultiples(lines, { ...axes, columns: 7 })) as [number, number]
  const [narrow, tall] = sizeOf(smallMultiples(lines, { ...axes, columns: 3 })) as [number, number]
  expect(wide).toBeGreaterThan(2 * narrow)
  expect(tall).toBeGreaterThan(2.5 * low)
  // At 500 pixels three of 250 may be shrunk to 0.6, seven may not.
  expect(sizeOf(smallMultiples(lines, { ...axes, columns: 7, width: 500 }))[0]).toBe(narrow)
})

test('a reference is dotted in every panel, below the lines and in no legend', () => {
  const lines = [line('a', 'a'), line('b', 'b')]
  const [without, svg] = [undefined, line('', 'cos')].map((reference) =>
    smallMultiples(lines, { ...axes, reference }),
  ) as [string, string]
  expect(count(without, 'stroke-dasharray="1.5 3"')).toBe(0)
  expect(count(svg, 'stroke-dasharray="1.5 3"')).toBe(2)
  expect(count(svg, '<text')).toBe(count(without, '<text'))
  expect(svg.indexOf('1.5 3')).toBeLessThan(svg.lastIndexOf('--line-1'))
})
