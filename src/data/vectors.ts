import { ShapeError } from '../errors.ts'
import { batchesPerEpoch } from './order.ts'
import { type SamplerOptions, sampler } from './sampler.ts'

/** Vectors with labels, in memory: `data` float32 [N, K], row-major, `labels` int32 [N]. */
export interface LabelledVectors {
  readonly data: Float32Array
  readonly columns: number
  readonly labels: Int32Array
}

/**
 * Vectors as `train` takes them: its sizes, and batches as a pure function of (seed, step), in the order in which images would
 * come; classes are 0 … the largest label. @throws ShapeError when the lengths do not fit
 */
export function vectorData({ data, columns, labels }: LabelledVectors, sampling: SamplerOptions = {}) {
  const count = labels.length
  if (data.length !== count * columns)
    throw new ShapeError(`vector data: expected ${count} x ${columns} numbers, got ${data.length}`)
  return {
    count,
    classes: labels.reduce((most, label) => Math.max(most, label), 0) + 1,
    ...{ height: 1, width: 1, vectors: columns },
    async *batches({
      batch,
      seed,
      firstStep = 0,
      steps,
    }: {
      readonly batch: number
      readonly seed: number
      readonly firstStep?: number
      readonly steps: number
    }) {
      const perEpoch = batchesPerEpoch(count, batch)
      const orderOf = sampler(labels, { batch, seed, ...sampling })
      let epoch = -1
      let order = new Int32Array(0) as Int32Array
      for (let step = firstStep; step < steps; step++) {
        if (epoch !== Math.floor(step / perEpoch)) {
          epoch = Math.floor(step / perEpoch)
          order = orderOf(epoch)
        }
        const first = (step % perEpoch) * batch
        const rows = order.subarray(first, first + batch)
        const image = new Float32Array(batch * columns)
        rows.forEach((row, i) => {
          image.set(data.subarray(row * columns, (row + 1) * columns), i * columns)
        })
        yield { step, image, labels: Int32Array.from(rows, (row) => labels[row]!) }
      }
    },
  }
}
