import type { Augmentation } from '../image/augmentation.ts'
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

/** What becomes of the images of a source before they are learnt from. */
export interface TrainingDataOptions extends SamplerOptions {
  /** Mirror each image with probability ½. */
  readonly mirror?: boolean
  readonly augmentation?: Partial<Augmentation>
}

/**
 * A source of images as `train` takes it; classes are 0 … the largest label. Images are mirrored with probability ½, changed in
 * no other way, and chosen by `shuffle` where nothing else is said.
 */
export function trainingData(
  source: ImageSource,
  { mirror = true, ...choices }: TrainingDataOptions = {},
): LabelledBatches {
  const { count, height, width, labels } = source
  return {
    count,
    classes: labels.reduce((most, label) => Math.max(most, label), 0) + 1,
    height,
    width,
    batches: (options) => batches(source, { mirror, ...choices, ...options }),
  }
}
