import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError, UsageError } from '../errors.ts'
import { applyChange, drawChange } from '../image/augmentation.ts'
import { rng } from '../math/rng.ts'
import { type Batch, type BatchesOptions, batches } from './batches.ts'
import { epochOrder, isMirrored } from './order.ts'
import { sampler } from './sampler.ts'
import { type ImageSource, memorySource } from './source.ts'

const size = { height: 1, width: 2 }

/** Image i is [i, i, i, 255 − i, 255 − i, 255 − i], its label 2i: what comes out can be told from a byte. */
const numbered = (count: number): ImageSource =>
  memorySource({
    pixels: Uint8Array.from({ length: count * 6 }, (_, k) =>
      k % 6 < 3 ? Math.floor(k / 6) : 255 - Math.floor(k / 6),
    ),
    labels: Int32Array.from({ length: count }, (_, i) => 2 * i),
    ...size,
  })

async function take(source: ImageSource, options: BatchesOptions): Promise<Batch[]> {
  const taken: Batch[] = []
  for await (const batch of batches(source, options)) taken.push(batch)
  return taken
}

describe('batches', () => {
  test('step t is batch t of its epoch, mirrored where the coin says so, with the labels', async () => {
    const taken = await take(numbered(7), { batch: 3, seed: 9, steps: 5 })
    expect(taken.map((batch) => batch.step)).toEqual([0, 1, 2, 3, 4])
    for (const { step, image, labels } of taken) {
      const order = epochOrder(7, { seed: 9, epoch: Math.floor(step / 2) })
      const chosen = order.subarray((step % 2) * 3, (step % 2) * 3 + 3)
      expect([...labels]).toEqual(Array.from(chosen, (i) => 2 * i))
      const left = Array.from(chosen, (i, position) => (isMirrored(9, step, position) ? 255 - i : i))
      expect([image[0], image[6], image[12]]).toEqual(left)
      expect([image[3], image[9], image[15]]).toEqual(left.map((value) => 255 - value))
    }
  })

  test('an epoch shows no image twice, and mirror: false leaves all as they are', async () => {
    const taken = await take(numbered(12), { batch: 4, seed: 1, steps: 3, mirror: false })
    const seen = taken.flatMap(({ image }) => [image[0]!, image[6]!, image[12]!, image[18]!])
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  test('beginning at any step gives the very batches of an uninterrupted run, however much is read ahead', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 1, max: 20 }),
          batch: fc.integer({ min: 1, max: 6 }),
          seed: fc.nat(),
          steps: fc.integer({ min: 0, max: 15 }),
          first: fc.integer({ min: 0, max: 16 }),
          ahead: fc.integer({ min: 1, max: 5 }),
          parallel: fc.integer({ min: 1, max: 9 }),
        }),
        async ({ count, batch, seed, steps, first, ahead, parallel }) => {
          fc.pre(batch <= count)
          const source = numbered(count)
          // Reads that end out of order must change nothing.
          const slow: ImageSource = {
            ...source,
            read: async (index, out, offset) => {
              for (let i = (index * 7) % 5; i > 0; i--) await Promise.resolve()
              source.read(index, out, offset)
            },
          }
          const whole = await take(source, { batch, seed, steps })
          const rest = await take(slow, { batch, seed, steps, firstStep: first, ahead, parallel })
          expect(rest).toEqual(whole.slice(first))
        },
      ),
      { seed: 1, numRuns: 60 },
    )
  })

  test('augmentation changes each image by what is drawn for its step and place, after the mirror', async () => {
    const random = rng(1)
    const source = memorySource({
      pixels: Uint8Array.from({ length: 6 * 8 * 8 * 3 }, () => random.below(256)),
      labels: new Int32Array(6),
      ...{ height: 8, width: 8 },
    })
    const augmentation = { rotation: 20, brightness: 0.3, blur: 0.5, jpeg: 0.5, occlusion: 0.5 }
    const options = { batch: 3, seed: 4, steps: 4 }
    const plain = await take(source, options)
    const changed = await take(source, { ...options, augmentation })
    for (const [i, { image, step }] of plain.entries()) {
      for (let place = 0; place < 3; place++) {
        const change = drawChange(rng(4, 0x6368616e6765, step, place), augmentation)
        applyChange(image, { height: 8, width: 8 }, change, place * 192)
      }
      expect(changed[i]!.image).toEqual(image)
    }
    const later = await take(source, { ...options, augmentation, firstStep: 2, ahead: 1, parallel: 1 })
    expect(later).toEqual(changed.slice(2))
  })

  test('the sampler chooses the images', async () => {
    const source = { ...numbered(12), labels: Int32Array.from({ length: 12 }, (_, i) => i % 3) }
    const options = { batch: 4, seed: 2, steps: 5 }
    const pk = { sampler: 'pk', imagesPerPerson: 2 } as const
    const order = sampler(source.labels, { ...options, ...pk })
    const taken = await take(source, { ...options, ...pk, mirror: false })
    for (const { step, image } of taken) {
      const first = (step % 3) * 4
      const chosen = order(Math.floor(step / 3)).subarray(first, first + 4)
      expect([image[0], image[6], image[12], image[18]]).toEqual([...chosen])
    }
  })

  test('`ahead` further batches are read while the taker holds one, and no more', async () => {
    const reads: number[] = []
    const source = numbered(100)
    const counting: ImageSource = {
      ...source,
      read: (index, out, offset) => {
        reads.push(index)
        return source.read(index, out, offset)
      },
    }
    const iterator = batches(counting, { batch: 5, seed: 0, steps: 20, ahead: 2 })[Symbol.asyncIterator]()
    await iterator.next()
    await pause(5)
    expect(reads.length).toBe(15)
    await iterator.next()
    await pause(5)
    expect(reads.length).toBe(20)
    await iterator.return?.()
    await pause(5)
    expect(reads.length).toBe(20)
  })

  test('leaving early starts no read that was waiting for its turn', async () => {
    let reads = 0
    const slow: ImageSource = { ...numbered(40), read: () => pause(reads++ < 4 ? 0 : 20) }
    for await (const _ of batches(slow, { batch: 4, seed: 0, steps: 8, ahead: 3, parallel: 1 })) break
    expect(reads).toBe(5)
  })

  test('no more than `parallel` images are read at a time', async () => {
    let [now, most] = [0, 0]
    const source = numbered(40)
    const busy: ImageSource = {
      ...source,
      read: async () => {
        most = Math.max(most, ++now)
        await pause(1)
        now--
      },
    }
    await take(busy, { batch: 10, seed: 0, steps: 8, parallel: 3 })
    expect(most).toBe(3)
  })

  test('buffers are fresh: a taker may transfer them away', async () => {
    let steps = 0
    for await (const { image, labels } of batches(numbered(6), { batch: 2, seed: 0, steps: 6 })) {
      expect(image.length).toBe(12)
      structuredClone([image, labels], { transfer: [image.buffer, labels.buffer] })
      steps++
    }
    expect(steps).toBe(6)
  })

  test('the stats tell who waited: the taker for slow reads, the reader for a slow taker', async () => {
    const source = numbered(8)
    const slow: ImageSource = { ...source, read: () => pause(20) }
    const starved = batches(slow, { batch: 2, seed: 0, steps: 6 })
    for await (const _ of starved);
    expect(starved.stats.delivered).toBe(6)
    expect(starved.stats.waitedMs).toBeGreaterThan(15)
    expect(starved.stats.restedMs).toBeLessThan(starved.stats.waitedMs)

    const ample = batches(source, { batch: 2, seed: 0, steps: 6 })
    for await (const _ of ample) await pause(20)
    expect(ample.stats.restedMs).toBeGreaterThan(15)
    expect(ample.stats.waitedMs).toBeLessThan(ample.stats.restedMs)
  })

  test('a read that fails throws at its own step, after the steps before it', async () => {
    const source = numbered(8)
    const bad = epochOrder(8, { seed: 3, epoch: 0 })[5]!
    const failing: ImageSource = {
      ...source,
      read: async (index, out, offset) => {
        if (index === bad) throw new DataError('x.jpg: the picture is cut short')
        source.read(index, out, offset)
      },
    }
    const steps: number[] = []
    const run = async () => {
      for await (const { step } of batches(failing, { batch: 2, seed: 3, steps: 4 })) steps.push(step)
    }
    await expect(run()).rejects.toThrow(new DataError('x.jpg: the picture is cut short'))
    expect(steps).toEqual([0, 1])
  })

  test('a batch larger than the data, and options that are no positive whole numbers, are refused', () => {
    expect(() => batches(numbered(4), { batch: 5, seed: 0, steps: 1 })).toThrow(
      new UsageError('batches: expected a batch of at most 4 images (all there are), got 5'),
    )
    for (const batch of [0, -1, 1.5, Number.NaN]) {
      expect(() => batches(numbered(4), { batch, seed: 0, steps: 1 })).toThrow(
        new UsageError(`batches: expected batch to be a positive whole number, got ${batch}`),
      )
    }
  })
})
