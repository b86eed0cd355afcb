import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { epochOrder } from './order.ts'
import { sampler } from './sampler.ts'

/** Labels of people with so many images each, their images not side by side. */
const crowd = (counts: readonly number[]): Int32Array => {
  const labels: number[] = []
  for (let round = 0; round < Math.max(...counts); round++)
    for (const [person, count] of counts.entries()) if (round < count) labels.push(person)
  return Int32Array.from(labels)
}
const batchesOf = (order: Int32Array, batch: number): number[][] =>
  Array.from({ length: order.length / batch }, (_, b) => [...order.subarray(b * batch, (b + 1) * batch)])
const times = (items: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

const anyCrowd = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 4, maxLength: 12 })

describe('sampler', () => {
  test('shuffle is the order of old, but for the images of no whole batch', () => {
    const labels = crowd([5, 3, 2])
    const order = sampler(labels, { batch: 4, seed: 7 })(3)
    expect(order).toEqual(epochOrder(10, { seed: 7, epoch: 3 }).subarray(0, 8))
  })

  test('pk: each batch has P people with K images each, side by side, different ones where there are K', () => {
    fc.assert(
      fc.property(anyCrowd, fc.constantFrom(2, 3, 4), fc.nat(), fc.nat(99), (counts, k, seed, epoch) => {
        const labels = crowd(counts)
        const batch = 4 * k
        fc.pre(labels.length >= batch)
        const order = sampler(labels, { batch, seed, sampler: 'pk', imagesPerPerson: k })(epoch)
        expect(order.length).toBe(Math.floor(labels.length / batch) * batch)
        for (const images of batchesOf(order, batch)) {
          const people = batchesOf(
            Int32Array.from(images, (i) => labels[i]!),
            k,
          )
          for (const group of people) expect(new Set(group).size).toBe(1)
          expect(new Set(people.map(([person]) => person)).size).toBe(4)
          for (const [image, count] of times(images))
            expect(count).toBeLessThanOrEqual(Math.ceil(k / counts[labels[image]!]!))
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('pk: over an epoch all people come equally often, to one time, and each image before any comes again', () => {
    const counts = [40, 4, 9, 4, 4, 23, 6]
    const labels = crowd(counts)
    const order = sampler(labels, { batch: 6, seed: 1, sampler: 'pk', imagesPerPerson: 2 })(0)
    const shown = times(Array.from(order, (i) => labels[i]!))
    expect(Math.max(...shown.values()) - Math.min(...shown.values())).toBeLessThanOrEqual(2)
    expect(shown.size).toBe(7)
    const images = times(order)
    for (const [person, count] of counts.entries()) {
      const own = [...labels.keys()].filter((i) => labels[i] === person).map((i) => images.get(i) ?? 0)
      expect(own.length).toBe(count)
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1)
    }
  })

  test('balanced: each person comes equally often, to one time, in every batch and in the epoch', () => {
    fc.assert(
      fc.property(anyCrowd, fc.integer({ min: 1, max: 20 }), fc.nat(), (counts, batch, seed) => {
        const labels = crowd(counts)
        const order = sampler(labels, { batch, seed, sampler: 'balanced' })(2)
        for (const part of [...batchesOf(order, batch), [...order]]) {
          const shown = times(part.map((i) => labels[i]!))
          const each = counts.map((_, person) => shown.get(person) ?? 0)
          expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1)
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('balanced: over many epochs all images of one person come equally often', () => {
    const labels = crowd([30, 2, 2])
    const order = sampler(labels, { batch: 2, seed: 5, sampler: 'balanced' })
    const shown = times(Array.from({ length: 300 }, (_, epoch) => [...order(epoch)]).flat())
    const own = [...labels.keys()].filter((i) => labels[i] === 0).map((i) => shown.get(i)!)
    // 300 epochs × 34 / 3 (about 11.3) of 30 images: 113 each, standard deviation 8.
    for (const count of own) expect(Math.abs(count - 113)).toBeLessThan(5 * 8)
  })

  test('an epoch is a pure function of seed and epoch, and another with either', () => {
    const labels = crowd([3, 5, 4, 6, 3])
    for (const name of ['balanced', 'pk'] as const) {
      const at = (seed: number, epoch: number) =>
        sampler(labels, { batch: 6, seed, sampler: name, imagesPerPerson: 2 })(epoch)
      const order = sampler(labels, { batch: 6, seed: 1, sampler: name, imagesPerPerson: 2 })
      order(4)
      expect(order(2)).toEqual(at(1, 2))
      expect(at(1, 3)).not.toEqual(at(1, 2))
      expect(at(2, 2)).not.toEqual(at(1, 2))
    }
  })

  test('balanced with fewer people than a batch holds shows no image twice in it while its person has another', () => {
    // Of the first person three images for two places in each of three batches: a pass ends within a batch.
    const orderOf = sampler(crowd([3, 9]), { batch: 4, seed: 1, sampler: 'balanced' })
    for (let epoch = 0; epoch < 50; epoch++)
      for (const chosen of batchesOf(orderOf(epoch), 4)) expect(new Set(chosen).size).toBe(4)
  })

  test('labels may have gaps, and the orders are pinned, so that a run can be continued by a later version', () => {
    const labels = Int32Array.of(5, 0, 5, 0, 9, 9, 9, 0)
    const pk = sampler(labels, { batch: 4, seed: 0, sampler: 'pk', imagesPerPerson: 2 })(0)
    expect(Array.from(pk).join(' ')).toMatchInlineSnapshot(`"7 3 0 2 5 4 2 0"`)
    expect(
      Array.from(sampler(labels, { batch: 4, seed: 0, sampler: 'balanced' })(0)).join(' '),
    ).toMatchInlineSnapshot(`"7 0 5 2 4 3 2 6"`)
  })

  test('what makes no batch of P × K is refused with the reason and the values', () => {
    const labels = crowd([4, 4, 4])
    const pk = (batch: number, imagesPerPerson: number) => () =>
      sampler(labels, { batch, seed: 0, sampler: 'pk', imagesPerPerson })
    expect(pk(6, 1)).toThrow(
      new UsageError(
        'sampler pk: imagesPerPerson must be a whole number of at least 2 (one image has nothing to be compared with; balanced takes one a person), got 1',
      ),
    )
    expect(pk(6, 2.5)).toThrow(UsageError)
    expect(pk(6, 4)).toThrow(
      new UsageError('sampler pk: a batch must be a multiple of imagesPerPerson (4), got 6'),
    )
    expect(pk(8, 2)).toThrow(
      new UsageError('sampler pk: a batch of 8 with 2 images a person needs 4 people, got 3'),
    )
    expect(() => sampler(labels, { batch: 4, seed: 0, sampler: 'even' as 'pk' })).toThrow(
      new UsageError('sampler: expected one of shuffle, balanced, pk, got even'),
    )
  })
})
