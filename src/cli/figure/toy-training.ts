import { sfnet } from '../../backbones/index.ts'
import { memorySource, trainingData } from '../../data/index.ts'
import { embedImages, openModel } from '../../embed/index.ts'
import { NumericError } from '../../errors.ts'
import { metricsOf, unit } from '../../losses/index.ts'
import { type Matrix, matrix } from '../../math/matrix.ts'
import { multiStep, sgd } from '../../optim/index.ts'
import { type Backbone, embeddingModel, type Progress, prototypesName, train } from '../../train/index.ts'
import type { ToyData } from './toy-data.ts'
import type { ToyLoss } from './toy-losses.ts'

/** What a small network made of the pictures that it learnt from. */
export interface ToyResult {
  readonly loss: ToyLoss
  /** Features as the network gives them, not normalised: [N, D]. */
  readonly features: Matrix
  /** [C, D]. */
  readonly prototypes: Matrix
  /** int32 [N]. */
  readonly labels: Int32Array
  /** The learnt parameters by name. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly classNames: readonly string[]
  /** The mean loss and accuracy over the last tenth of the steps. */
  readonly lossAtEnd: number
  readonly accuracyAtEnd: number
}

export interface ToyTrainingOptions {
  /** Length D of the embedding: 2 for the circle, 3 for the sphere. */
  readonly dimensions?: number
  readonly steps?: number
  /** Learning rate, divided by ten after 60 % and after 85 % of the steps. */
  readonly rate?: number
  readonly batch?: number
  readonly seed?: number
  readonly threads?: number
  /** Parameters to start from, by name; the others are drawn. */
  readonly from?: ReadonlyMap<string, Float32Array> | undefined
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((progress: Progress) => void) | undefined
}

/**
 * Trains a small SFNet (4 layers, a quarter of the width) with an embedding of 2 or 3 numbers by `train`, and embeds with it
 * what it learnt from. The same options give the same bytes.
 * @throws NumericError where the loss is no number any more; the signal's reason where it is stopped
 */
export async function trainToy(
  data: ToyData,
  loss: ToyLoss,
  {
    dimensions = 2,
    steps = 300,
    rate = 0.005,
    batch = 32,
    seed = 0,
    threads = 1,
    from,
    signal,
    onStep,
  }: ToyTrainingOptions = {},
): Promise<ToyResult> {
  const backbone: Backbone = (pixels) => sfnet(pixels, { depth: 4, width: 0.25, dimensions })
  const source = memorySource(data)
  const { built, title } = loss
  const milestones = [0.6, 0.85].map((share) => Math.floor(share * steps))
  const last = { loss: 0, accuracy: 0, steps: 0 }
  const trained = await train({
    backbone,
    loss: built.loss,
    data: trainingData(source, { mirror: data.mirror }),
    batch: Math.min(batch, source.count),
    steps,
    rate: multiStep(rate, { milestones }),
    optimiser: sgd(),
    seed,
    threads,
    metrics: metricsOf(built),
    prototypesPerClass: built.prototypesPerClass,
    ...(built.renormalise && { project: unit }),
    ...(from && { from }),
    ...(signal && { signal }),
    onStep: (progress) => {
      if (progress.step > 0.9 * steps) {
        last.loss += progress.loss
        last.accuracy += progress.values.accuracy!
        last.steps++
      }
      onStep?.(progress)
    },
  }).catch((error: unknown) => {
    throw error instanceof NumericError ? new NumericError(`${title}: ${error.message}`) : error
  })
  signal?.throwIfAborted()
  const { height, width, labels, classNames } = data
  const model = await openModel(embeddingModel({ backbone, height, width, values: trained.values }))
  try {
    const { feature } = await embedImages(model, source, { batch: 128, ...(signal && { signal }) })
    return {
      loss,
      features: feature,
      prototypes: matrix(trained.values.get(prototypesName)!, dimensions),
      labels,
      values: trained.values,
      classNames,
      lossAtEnd: last.loss / last.steps,
      accuracyAtEnd: last.accuracy / last.steps,
    }
  } finally {
    await model.close()
  }
}
