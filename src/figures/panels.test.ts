import { expect, test } from 'vitest'
import { lineChart } from './line-chart.ts'
import { panels } from './panels.ts'

const panel = (title: string, width = 200, height = 200) =>
  lineChart([{ name: 'a', x: [0, 1], y: [0, 1] }], {
    title,
    description: `${title} & more.`,
    labels: { x: 'x', y: 'y' },
    width,
    height,
  })

test('panels(figures, { columns }) puts them row by row, each row as tall as its tallest', () => {
  const svg = panels([panel('A'), panel('B', 200, 250), panel('C')], { title: 'All', columns: 2, gap: 10 })
  expect(svg).toContain('viewBox="0 0 410 486" width="410" height="486"')
  expect(
    [...svg.matchAll(/<g transform="(translate\([\d.,]+\))"><g text-anchor="start" font-size="12">/g)].map(
      (m) => m[1],
    ),
  ).toEqual(['translate(0,26)', 'translate(210,26)', 'translate(0,286)'])
})

test('panels joins the words of its panels, escaped once, under one title', () => {
  const svg = panels([panel('A'), panel('B')], { title: 'All' })
  expect(svg).toContain('<title>All</title><desc>A: A &amp; more. B: B &amp; more.</desc>')
  expect(svg.match(/<title>/g)).toHaveLength(1)
  expect(panels([panel('A')], { title: 'All', description: 'Mine.' })).toContain('<desc>Mine.</desc>')
})

test('panels is shown at the width asked for, its drawing unchanged', () => {
  const svg = panels([panel('A'), panel('B')], { columns: 2, gap: 0, width: 300 })
  expect(svg).toContain('viewBox="0 0 400 200" width="300" height="150"')
})

test('panels has fewer columns where so many would be too small to read at the width asked for', () => {
  const svg = panels([panel('A'), panel('B'), panel('C')], { columns: 3, gap: 0, width: 200 })
  expect(svg).toContain('viewBox="0 0 200 600" width="200" height="600"')
})

test('panels of a row that belongs together stand one under the other where it does not fit', () => {
  const three = [panel('A'), panel('B'), panel('C')]
  const options = { columns: 3, isRow: true, gap: 0 }
  expect(panels(three, { ...options, width: 300 })).toContain(
    'viewBox="0 0 200 600" width="300" height="900"',
  )
  expect(panels(three, { ...options, width: 450 })).toContain(
    'viewBox="0 0 600 200" width="450" height="150"',
  )
})

test('panels breaks a long title into lines that it has room for', () => {
  const long = 'A title that is longer than one panel of two hundred pixels is wide'
  const svg = panels([panel('A')], { title: long })
  const lines = [...svg.matchAll(/<text y="\d+" font-size="15" font-weight="600">([^<]*)</g)].map((m) => m[1])
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.join(' ')).toBe(long)
  expect(svg).toContain(`<title>${long}</title>`)
})

test('panels can be put into panels, and may be none', () => {
  expect(panels([panels([panel('A')]), panel('B')], { columns: 1 })).toContain(
    '<desc>A: A &amp; more. B: B &amp; more.</desc>',
  )
  expect(panels([], { title: 'None' })).toContain('<title>None</title>')
})
