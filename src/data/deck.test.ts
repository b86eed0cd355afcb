import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rng } from '../math/rng.ts'
import { deck } from './deck.ts'

const times = (items: Iterable<number>, size: number): number[] => {
  const counts = new Array<number>(size).fill(0)
  for (const item of items) counts[item]!++
  return counts
}

test('a deck deals everything once before anything comes again, in one hand or many', () => {
  const dealer = deck(7, rng(1))
  const first = [...dealer.hand(3), ...dealer.hand(4)]
  expect(times(first, 7)).toEqual(new Array(7).fill(1))
  expect(times(dealer.hand(7), 7)).toEqual(new Array(7).fill(1))
})

test('within a hand the counts of any two differ by one at the most, wherever the passes end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }),
      fc.nat(),
      (size, hands, seed) => {
        const dealer = deck(size, rng(seed))
        for (const count of hands) {
          const counts = times(dealer.hand(count), size)
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        }
      },
    ),
    { seed: 1, numRuns: 300 },
  )
})

test('after many hands everything has come equally often, to one pass', () => {
  const dealer = deck(10, rng(3))
  const dealt = Array.from({ length: 333 }, () => [...dealer.hand(4)]).flat()
  const counts = times(dealt, 10)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
})

test('passes are shuffled: each comes first in a pass about equally often', () => {
  const dealer = deck(5, rng(4))
  const counts = times(
    Array.from({ length: 5000 }, () => dealer.hand(5)[0]!),
    5,
  )
  // 1000 expected, standard deviation 28.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 28)
})
