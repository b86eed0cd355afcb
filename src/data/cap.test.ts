import fc from 'fast-check'
import { expect, test } from 'vitest'
import { capped } from './cap.ts'

const images = (counts: readonly number[]) =>
  counts.flatMap((count, person) =>
    Array.from({ length: count }, (_, i) => ({ name: `${person}/${i}.jpg`, person: String(person) })),
  )
const names = (list: readonly { name: string; person: string }[], most: number): string[] =>
  [...capped(list, most)].map((i) => list[i]!.name).sort()

test('capped keeps all of those with few and exactly so many of the others', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (counts, most) => {
      const list = images(counts)
      const kept = names(list, most)
      for (const [person, count] of counts.entries())
        expect(kept.filter((name) => name.startsWith(`${person}/`)).length).toBe(Math.min(count, most))
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('which are kept depends on no other person and no order, and a larger cap keeps what a smaller one keeps', () => {
  const list = images([9, 30, 2])
  expect(names([...list].reverse(), 5)).toEqual(names(list, 5))
  expect(names(list.slice(9), 5)).toEqual(names(list, 5).filter((name) => !name.startsWith('0/')))
  const more = new Set(names(list, 8))
  expect(names(list, 5).every((name) => more.has(name))).toBe(true)
})

test('not the first ones are kept, but some from everywhere', () => {
  const kept = names(images([1000]), 100).map((name) => Number(/\/(\d+)/.exec(name)![1]))
  // Uniform on 0 … 999: mean 499.5, standard deviation of the mean of 100 about 27.
  expect(Math.abs(kept.reduce((a, b) => a + b) / 100 - 499.5)).toBeLessThan(5 * 27)
})
