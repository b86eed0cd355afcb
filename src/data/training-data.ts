import { type Batches, type BatchesOptions, batches } from './batches.ts'
import type { SamplerOptions } from './sampler.ts'
import type { ImageSource } from './source.ts'

/** What a trainer learns from: sizes, and batches as a pure function of (seed, step). */
export interface LabelledBatches {
  /** Images. */
  readonly count: number
  readonly classes: number
  readonly height: number
  readonly width: number
  batches(options: BatchesOptions): Batches
}

/**
 * A source of images as `train` takes it; classes are 0 … the largest label. Images are mirrored with probability ½ and chosen
 * by `shuffle` where nothing else is said.
 */
export function trainingData(
  source: ImageSource,
  { mirror = true, ...sampling }: SamplerOptions & { readonly mirror?: boolean } = {},
): LabelledBatches {
  const { count, height, width, labels } = source
  return {
    count,
    classes: labels.reduce((most, label) => Math.max(most, label), 0) + 1,
    height,
    width,
    batches: (options) => batches(source, { mirror, ...sampling, ...options }),
  }
}
