import { expect, test } from 'vitest'
import { genuineStyle, impostorStyle, lineStyle } from './colours.ts'

/** The contrast of a colour on white (WCAG 2.2). */
function contrastOnWhite(colour: string): number {
  const [r, g, b] = [0, 2, 4].map((i) => {
    const c = Number.parseInt(/#([0-9a-f]{6})\)$/.exec(colour)![1]!.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05)
}

test('lineStyle(index) is another style for each of sixteen lines', () => {
  const styles = Array.from({ length: 16 }, (_, i) => JSON.stringify(lineStyle(i)))
  expect(new Set(styles).size).toBe(16)
  expect(new Set([0, 1, 2, 3].map((i) => lineStyle(i).dashes)).size).toBe(4)
})

test('colours have a contrast of 4.5 on white where no page sets them', () => {
  for (const style of [genuineStyle, impostorStyle, ...[0, 1, 2, 3].map(lineStyle)])
    expect(contrastOnWhite(style.colour)).toBeGreaterThan(4.5)
})
