import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

test('editDistance(a, b) counts letters put in, left out and changed', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('margin', 'margin')).toBe(0)
  expect(editDistance('flaw', 'lawn')).toBe(2)
})

test('editDistance is a metric', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('nearest(name, candidates) finds what was meant, whatever the case and hyphens', () => {
  const names = ['softmax', 'nsl', 'a-softmax', 'lmcl']
  expect(nearest('lmlc', names)).toBe('lmcl')
  expect(nearest('A_Softmax', names)).toBe('a-softmax')
  expect(nearest('sofmax', names)).toBe('softmax')
})

test('nearest gives the first of equals, and null where nothing is near', () => {
  expect(nearest('ab', ['ac', 'ad'])).toBe('ac')
  expect(nearest('triplet', ['softmax', 'nsl'])).toBeNull()
  expect(nearest('x', [])).toBeNull()
})
