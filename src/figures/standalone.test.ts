import { expect, test } from 'vitest'
import { lineStyle } from './colours.ts'
import { rocFigure } from './roc-figure.ts'
import { scoreHistogramFigure } from './score-histogram-figure.ts'
import { standalone } from './standalone.ts'

const roc = rocFigure(
  [0, 1, 2, 3].map((i) => ({ name: `m${i}`, fpr: [0, 0.01, 1], tpr: [0, 0.5 + i / 10, 1] })),
)
const scores = scoreHistogramFigure({ genuine: [1, 2], impostor: [0, 1] })

test.each(['light', 'dark'] as const)('standalone(svg, %s) leaves no colour to a page', (palette) => {
  for (const svg of [roc, scores]) {
    const alone = standalone(svg, palette)
    expect(alone).not.toMatch(/var\(|currentColor/)
    expect(alone.match(/<rect [^>]*width="100%" height="100%" fill="#[0-9a-f]{6}"/g)).toHaveLength(1)
  }
})

test('light takes the colours that the figure gives, dark has one of its own for each', () => {
  for (let i = 0; i < 4; i++) {
    const light = /, (#[0-9a-f]+)\)/.exec(lineStyle(i).colour)![1]!
    expect(standalone(roc)).toContain(`stroke="${light}"`)
    expect(standalone(roc, 'dark')).not.toContain(light)
  }
})

test('a margin is left around the figure', () => {
  expect(standalone(roc)).toContain('viewBox="-12 -12 464 364" width="464" height="364"')
})
