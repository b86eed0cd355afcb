import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pairsNeeded, probePairs } from './megaface-pairs.ts'

// On a line: a at 0, 1, 10; b at 2, 3; c alone at 0.5.
const rows = { data: Float32Array.of(0, 2, 1, 0.5, 3, 10), rows: 6, columns: 1 }
const labels = Int32Array.of(0, 1, 0, 2, 1, 0)

it('probePairs orders pairs by probe, then mate, and genuine scores from the highest', () => {
  const { start, mate, genuine, people } = probePairs(rows, labels)
  expect([...start]).toEqual([0, 2, 3, 5, 5, 6, 8])
  expect([...mate]).toEqual([2, 5, 4, 0, 5, 1, 0, 2])
  expect([...genuine]).toEqual([-1, -1, -81, -100])
  expect(people).toBe(3)
})

it('probePairs lets the image at the mate’s place, round and round, stand for each other person', () => {
  // From 0 to its mate at 1 (place 1): b stands at 3, c at 0.5; to its mate at 10 (place 2): b at 2, c at 0.5.
  expect([...probePairs(rows, labels).othersAbove.subarray(0, 2)]).toEqual([1, 2])
  // A tie favours the mate: from 2 to its mate 3 (place 1), a's image 1 is as far.
  expect(probePairs(rows, labels).othersAbove[2]).toBe(0)
})

it('probePairs refuses probes without a pair', () => {
  expect(() => probePairs({ data: Float32Array.of(0, 1), rows: 2, columns: 1 }, Int32Array.of(0, 1))).toThrow(
    'probes: expected a person with two images or more, got none',
  )
})

it('probePairs counts as its definition says, read literally', () => {
  const shape = fc.array(fc.record({ person: fc.nat(4), at: fc.nat(6) }), { minLength: 2, maxLength: 24 })
  fc.assert(
    fc.property(shape, (probes) => {
      const persons = probes.map(({ person }) => person)
      fc.pre(new Set(persons).size < persons.length)
      const imagesOf = (person: number) => probes.filter((probe) => probe.person === person)
      const scoreOf = (a: { at: number }, b: { at: number }) => -((a.at - b.at) ** 2)
      const expected = probes.flatMap((probe) =>
        imagesOf(probe.person).flatMap((mate, k) => {
          if (mate === probe) return []
          const others = [...new Set(persons)].filter((person) => person !== probe.person).map(imagesOf)
          const above = others.filter(
            (images) => scoreOf(probe, images[k % images.length]!) > scoreOf(probe, mate),
          )
          return [{ mate: probes.indexOf(mate), score: scoreOf(probe, mate), above: above.length }]
        }),
      )
      const data = Float32Array.from(probes, ({ at }) => at)
      const found = probePairs({ data, rows: probes.length, columns: 1 }, Int32Array.from(persons))
      expect([...found.mate]).toEqual(expected.map(({ mate }) => mate))
      expect([...found.othersAbove]).toEqual(expected.map(({ above }) => above))
      const scores = expected.map(({ score }) => score).sort((a, b) => b - a)
      expect([...found.genuine]).toEqual(scores.filter((_, i) => i % 2 === 0))
    }),
    { seed: 1, numRuns: 200 },
  )
})

it('pairsNeeded(labels) grows with the pairs of one person, not with the square of the probes', () => {
  const twins = Int32Array.from({ length: 100_000 }, (_, i) => i >> 1)
  expect(pairsNeeded(twins)).toEqual({ pairs: 100_000, bytes: 20 * 100_000 + 8 * 4 + 4 * 100_001 })
  // Three people of 3, 2 and 1 images.
  expect(pairsNeeded(labels)).toEqual({ pairs: 8, bytes: 20 * 8 + 8 * 6 + 4 * 7 })
})
