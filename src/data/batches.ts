import { UsageError } from '../errors.ts'
import { mirror as mirrorPicture } from '../image/augment.ts'
import { type Augmentation, applyChange, changesAnything, drawChange } from '../image/augmentation.ts'
import { rng } from '../math/rng.ts'
import { batchesPerEpoch, isMirrored } from './order.ts'
import { gate } from './parallel.ts'
import { type SamplerOptions, sampler } from './sampler.ts'
import type { ImageSource } from './source.ts'

// Keeps what is drawn for an image apart from every other user of the seed: "change" in ASCII.
const CHANGE = 0x6368616e6765

/** What a training step eats. The buffers are fresh: whoever takes a batch may transfer them to a worker. */
export interface Batch {
  /** Counted from 0 over the whole run. */
  readonly step: number
  /** uint8 RGB [N, H, W, 3]. */
  readonly image: Uint8Array<ArrayBuffer>
  /** int32 [N]. */
  readonly labels: Int32Array<ArrayBuffer>
}

/** Who waited for whom. */
export interface BatchStats {
  /** Batches handed out. */
  delivered: number
  /** Time that the taker of batches stood waiting, in milliseconds: decoding is what limits the run. */
  waitedMs: number
  /** Time that decoding rested since `ahead` batches lay ready, in milliseconds: training is what limits the run. */
  restedMs: number
}

/** Batches in the order of their steps. Leaving the loop early stops the reading ahead. */
export interface Batches extends AsyncIterable<Batch> {
  /** Kept up to date while batches are taken. */
  readonly stats: Readonly<BatchStats>
}

/** Which batches. */
export interface BatchesOptions extends SamplerOptions {
  /** Images in a batch. */
  readonly batch: number
  readonly seed: number
  /** The first step to hand out; those before it were taken earlier. */
  readonly firstStep?: number
  /** The number of steps of the whole run: the last batch is that of step `steps` − 1. */
  readonly steps: number
  /** Mirror each image with probability ½. */
  readonly mirror?: boolean
  /** What else is changed at random, each time that an image is shown. */
  readonly augmentation?: Partial<Augmentation>
  /** How many batches are read ahead. */
  readonly ahead?: number
  /** How many images are read at a time. */
  readonly parallel?: number
}

/**
 * The batches of a run, read ahead while the taker computes. A batch is a pure function of the source, `batch`, `seed`
 * and its step: step t is batch t mod B of epoch ⌊t / B⌋, B = ⌊count / batch⌋, and an epoch has its own order, that of
 * `sampler`; what is drawn for an image is a function of (seed, step, its place in the batch). So a run that begins at `firstStep` gets what an uninterrupted run would have got.
 * The iterator throws what `source.read` throws, at the step that needs the image.
 * @throws UsageError for a batch larger than the source, options that are no positive whole numbers, and what `sampler` refuses.
 */
export function batches(
  source: ImageSource,
  {
    batch,
    seed,
    firstStep = 0,
    steps,
    mirror = true,
    augmentation = {},
    ahead = 3,
    parallel = 8,
    ...sampling
  }: BatchesOptions,
): Batches {
  for (const [name, value] of Object.entries({ batch, ahead, parallel })) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new UsageError(`batches: expected ${name} to be a positive whole number, got ${value}`)
    }
  }
  if (batch > source.count) {
    throw new UsageError(
      `batches: expected a batch of at most ${source.count} images (all there are), got ${batch}`,
    )
  }
  const { height, width } = source
  const size = height * width * 3
  const perEpoch = batchesPerEpoch(source.count, batch)
  const orderOf = sampler(source.labels, { batch, seed, ...sampling })
  const isChanged = changesAnything(augmentation)
  const stats: BatchStats = { delivered: 0, waitedMs: 0, restedMs: 0 }

  async function* iterate(): AsyncGenerator<Batch, void, undefined> {
    const throughGate = gate(parallel)
    let epoch = -1
    let order: Int32Array = new Int32Array(0)
    let unfinished = 0
    let restingSince: number | undefined
    let stopped = false

    const start = async (step: number): Promise<Batch> => {
      const image = new Uint8Array(batch * size)
      const labels = new Int32Array(batch)
      if (epoch !== Math.floor(step / perEpoch)) {
        epoch = Math.floor(step / perEpoch)
        order = orderOf(epoch)
      }
      const first = (step % perEpoch) * batch
      const chosen = order.subarray(first, first + batch)
      if (restingSince !== undefined) stats.restedMs += performance.now() - restingSince
      restingSince = undefined
      unfinished++
      const reads = await Promise.allSettled(
        Array.from(chosen, async (index, position) => {
          labels[position] = source.labels[index]!
          await throughGate(async () => {
            if (stopped) return
            await source.read(index, image, position * size)
            if (mirror && isMirrored(seed, step, position))
              mirrorPicture(image, { height, width }, position * size)
            if (isChanged)
              applyChange(
                image,
                { height, width },
                drawChange(rng(seed, CHANGE, step, position), augmentation),
                position * size,
              )
          })
        }),
      )
      if (--unfinished === 0) restingSince = performance.now()
      for (const read of reads) if (read.status === 'rejected') throw read.reason
      return { step, image, labels }
    }

    const pending: Promise<Batch>[] = []
    let next = firstStep
    const readAhead = () => {
      while (next < steps && pending.length < ahead) {
        const promise = start(next++)
        // A failure is thrown when its step is due; until then it must not count as unhandled.
        promise.catch(() => {})
        pending.push(promise)
      }
    }
    try {
      readAhead()
      while (pending.length > 0) {
        const before = performance.now()
        const ready = await pending.shift()!
        stats.waitedMs += performance.now() - before
        stats.delivered++
        // Before the taker computes with this batch, so that `ahead` others are under way meanwhile.
        readAhead()
        yield ready
      }
    } finally {
      stopped = true
      await Promise.allSettled(pending)
    }
  }

  return { stats, [Symbol.asyncIterator]: iterate }
}
