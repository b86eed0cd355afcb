import { expect, test } from 'vitest'
import { circlePanel } from './circle-panel.ts'
import { lineStyle } from './colours.ts'

const options = { title: 'T', description: 'D', size: 256 }

test('circlePanel(classes) draws a sector from edge to edge, counter-clockwise', () => {
  const sectors = [{ from: 0, to: Math.PI / 2 }]
  const svg = circlePanel([{ name: 'W', prototype: 0, sectors, style: lineStyle(0) }], options)
  // A radius of 100 about (128, 146).
  expect(svg).toContain('d="M228,146A100,100 0 0 0 128,46L128,146Z"')
  expect(svg).toContain('>W</text>')
})

test('circlePanel draws the whole circle without edges, and a class without a sector', () => {
  const all = circlePanel(
    [{ name: 'W', prototype: 0, sectors: [{ from: 0, to: 2 * Math.PI }], style: lineStyle(0) }],
    options,
  )
  expect(all).toContain('d="M228,146A100,100 0 1 0 28,146A100,100 0 1 0 228,146Z"')
  expect(all).not.toContain('stroke-width="1.7"')
  expect(circlePanel([{ name: 'W', prototype: 0, sectors: [], style: lineStyle(0) }], options)).not.toContain(
    'fill-opacity',
  )
})
