import { UsageError } from '../../errors.ts'
import { type BuiltLoss, lossNamed, metricsOf, unit } from '../../losses/index.ts'
import { cosine, multiStep, polynomial, type Schedule, sgd, warmUp } from '../../optim/index.ts'
import { embeddingModel, stepCount, type TrainingData, type TrainOptions } from '../../train/index.ts'
import { version } from '../version.ts'
import { drawnNames, frozenNames, parameterNames } from './freeze.ts'
import { headOf } from './head-settings.ts'
import { backboneOf, describeNetwork } from './network-settings.ts'
import type { Recipe } from './recipe.ts'

/** HEIGHTxWIDTH as two numbers. */
export function inputSize(input: string): { height: number; width: number } {
  const [height, width] = input.split('x').map(Number)
  return { height: height!, width: width! }
}

/** The loss that a recipe names, with its settings. */
export const lossOf = ({ loss, lossOptions }: Recipe): BuiltLoss => lossNamed(loss).build(lossOptions)

function scheduleOf(
  { rate, schedule, milestones, rateFactor, ratePower, warmUp: warm }: Recipe,
  steps: number,
): Schedule {
  const at = milestones.map((milestone) => (milestone <= 1 ? Math.floor(milestone * steps) : milestone))
  const schedules = {
    constant: () => rate,
    'multi-step': multiStep(rate, { milestones: at, factor: rateFactor }),
    cosine: cosine(rate),
    polynomial: polynomial(rate, { power: ratePower }),
  }
  const plain = schedules[schedule]
  return warm > 0 ? warmUp(plain, warm) : plain
}

/** What is known of a data set before its images are read, as a trainer asks for it; it has no batches. */
export const factsOf = (
  { people, samples }: { readonly people: readonly string[]; readonly samples: readonly unknown[] },
  size: { readonly height: number; readonly width: number },
): TrainingData => ({
  count: samples.length,
  classes: people.length,
  ...size,
  batches: () => {
    throw new Error('no image has been read yet')
  },
})

/**
 * What the trainer does under a recipe, but for where its images come from and what becomes of its results; `folder` is the
 * run's. @throws UsageError where settings do not go together
 */
export function trainOptions(
  recipe: Recipe,
  data: TrainingData,
  { folder }: { readonly folder?: string | undefined } = {},
): TrainOptions & { readonly steps: number; readonly batch: number; readonly built: BuiltLoss } {
  const built = lossOf(recipe)
  const { batch, epochs, biasRate, biasDecay } = recipe
  const steps = stepCount(data.count, { batch, epochs, steps: recipe.steps })
  return {
    backbone: backboneOf(recipe),
    loss: built.loss,
    data,
    batch,
    steps,
    rate: scheduleOf(recipe, steps),
    optimiser: sgd({ momentum: recipe.momentum, weightDecay: recipe.weightDecay }),
    seed: recipe.seed,
    threads: recipe.threads,
    lowering: recipe.lowering,
    checkpointEvery: recipe.checkpointEvery,
    metrics: metricsOf(built),
    prototypesPerClass: built.prototypesPerClass,
    head: headOf(recipe, built, { people: data.classes, folder }),
    ...(built.renormalise && { project: unit }),
    frozen: frozenOf(recipe, data),
    scales: (name) => (name.endsWith('.bias') ? { rate: biasRate, decay: biasDecay } : {}),
    built,
  }
}

/** What of the network stays as it was started from. @throws UsageError */
function frozenOf(recipe: Recipe, data: TrainingData): TrainOptions['frozen'] {
  const { freeze, from } = recipe
  if (freeze === undefined) return undefined
  const backbone = backboneOf(recipe)
  const isFrozen = frozenNames(freeze, parameterNames(backbone, data))
  // What starts at the same number everywhere, as a scale at 1, can stay there; what is drawn would stay noise.
  if (from === undefined && drawnNames(backbone, data).some(isFrozen))
    throw new UsageError(
      `train: freeze needs from, a file with the weights that stay, got freeze ${freeze} alone`,
    )
  return isFrozen
}

/** The finished model file of a run. Its bytes depend on recipe, data and parameters alone. */
export function modelFile(
  recipe: Recipe,
  {
    values,
    data,
    vectors,
  }: {
    readonly values: ReadonlyMap<string, Float32Array>
    readonly data: {
      readonly people: number
      readonly images: number
      /** Of names, labels and points. */
      readonly hash: string
      /** Of names, labels and the pictures' bytes. */
      readonly content?: string
    }
    /** Length of the vectors, where it was trained on them. */
    readonly vectors?: number | undefined
  },
): Uint8Array {
  const { input, flip, alignment, loss, lossOptions, seed, licence } = recipe
  return embeddingModel({
    backbone: backboneOf(recipe),
    ...(vectors === undefined ? inputSize(input) : { height: 1, width: 1, vectors }),
    values,
    flip,
    lowering: recipe.lowering,
    metadata: {
      'steradian.version': version,
      ...(vectors === undefined
        ? { 'steradian.input': input, 'steradian.alignment': alignment, 'steradian.flip': flip }
        : { 'steradian.input': `vectors of ${vectors}` }),
      'steradian.architecture': describeNetwork(recipe),
      'steradian.loss': JSON.stringify({ name: loss, ...lossOptions }),
      'steradian.data': JSON.stringify(data),
      'steradian.seed': String(seed),
      ...(licence && { 'steradian.licence': licence }),
    },
  })
}
