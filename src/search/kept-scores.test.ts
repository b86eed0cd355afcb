import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keptScoreOfRank, mergeKept, scoreKeeper } from './kept-scores.ts'

const keep = (scores: Iterable<number>) => {
  const keeper = scoreKeeper()
  for (const score of scores) keeper.add(score)
  return keeper.finish()
}

it('keeps equal scores once, with their number', () => {
  const { values, counts } = keep([-1, -3, -1, -2, -1])
  expect([...values]).toEqual([-3, -2, -1])
  expect([...counts]).toEqual([1, 1, 3])
})

it('a million equal scores take the place of one', () => {
  const { values, counts } = keep({
    *[Symbol.iterator]() {
      for (let i = 0; i < 1e6; i++) yield -0.5
    },
  })
  expect([...values]).toEqual([-0.5])
  expect([...counts]).toEqual([1e6])
})

it('gives the score of each rank, as sorting all of them does, however they were parted', () => {
  const scores = fc.array(
    fc.integer({ min: -6, max: 0 }).map((n) => n / 4),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(fc.array(scores, { minLength: 1, maxLength: 4 }), (parts) => {
      const kept = mergeKept(parts.map(keep))
      const sorted = parts.flat().sort((a, b) => b - a)
      for (let rank = -1; rank <= sorted.length; rank++)
        if (keptScoreOfRank(kept, rank) !== (sorted[rank] ?? null)) return false
      return true
    }),
    { seed: 1, numRuns: 200 },
  )
})

it('merges many distinct scores in order', () => {
  const many = Float64Array.from({ length: 300_000 }, (_, i) => -((i * 7919) % 300_007))
  const { values, counts } = keep(many)
  expect(values).toEqual(Float64Array.from(many).sort())
  expect(counts.every((n) => n === 1)).toBe(true)
})
