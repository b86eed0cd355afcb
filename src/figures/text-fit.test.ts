import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortened, textWidth, wrapText } from './text-fit.ts'

test('textWidth(text, size) grows with the text and with the size, and takes CJK as square', () => {
  expect(textWidth('mm')).toBeGreaterThan(textWidth('ii'))
  expect(textWidth('loss', 24)).toBe(2 * textWidth('loss', 12))
  expect(textWidth('漢字')).toBeGreaterThan(24)
})

test('wrapText(text, width) breaks at spaces and keeps every word', () => {
  const title = 'Where two classes, 1 and 2, part under each loss; what belongs to neither is the margin'
  const lines = wrapText(title, 300, { size: 15 })
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join(' ')).toBe(title)
  expect(wrapText(title, 2000)).toEqual([title])
})

test('shortened(text, width) keeps both ends of a name', () => {
  expect(shortened('seed0-lmcl', 200)).toBe('seed0-lmcl')
  expect(shortened('a'.repeat(50) + 'b'.repeat(50), 100)).toMatch(/^a+…b+$/)
})

test('no line is wider than asked for, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.integer({ min: 20, max: 400 }),
      (text, width) => {
        for (const line of wrapText(text, width)) expect(textWidth(line)).toBeLessThanOrEqual(width)
      },
    ),
    { seed: 1, numRuns: 200 },
  )
})
