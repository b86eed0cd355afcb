import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shown } from './errors.ts'

test('shown gives a text on one line, and nothing that a terminal would obey', () => {
  expect([shown('é'), shown('a\tb'), shown('a\r\nb'), shown('\x1b[2Jx\u2028y\u202ez')]).toEqual([
    ...['é', 'a b', 'a b', ' [2Jx y z'],
  ])
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(shown(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      expect(shown(text).length).toBeLessThanOrEqual(101)
    }),
    { seed: 1 },
  )
})

test('shown names nothing and white space as such', () => {
  expect([shown(''), shown(undefined), shown(' \n\t')]).toEqual(['none', 'none', 'white space'])
})

test('shown cuts a long text, but no character in two', () => {
  expect(shown('a'.repeat(200))).toBe(`${'a'.repeat(100)}…`)
  expect(shown('abcdef', { longest: 6 })).toBe('abcdef')
  expect(shown('abcde\u{1f600}', { longest: 6 })).toBe('abcde…')
  expect(shown('abcd\u{1f600}e', { longest: 6 })).toBe('abcd\u{1f600}…')
})
