import { z } from 'zod'
import { architectures } from '../../backbones/index.ts'
import { noAugmentation } from '../../image/index.ts'
import { losses, termOptions } from '../../losses/index.ts'
import { augmentationSettings } from './augmentation-settings.ts'

const count = z.number().int().min(1)
const fromZero = z.number().min(0)
const positive = z.number().positive()
const side = '(?:[1-9]\\d{0,2}|[1-3]\\d{3}|40[0-8]\\d|409[0-6])'
const size = z.string().regex(new RegExp(`^${side}x${side}$`), 'expected HEIGHTxWIDTH, each from 1 to 4096')

/** What a run is made of, but for the loss's own options: the names of the command line and of recipe files. */
export const settings = {
  images: z.string().describe('folder of people, <person>/<image>'),
  list: z.string().describe('list file, `path label` a line, instead of a folder'),
  records: z
    .string()
    .describe("folder of InsightFace's train.rec, train.idx and property, instead of a folder"),
  vectors: z
    .string()
    .describe('mlp: file of vectors, .npy [N, K] or a matrix file, instead of pictures; with labels'),
  labels: z.string().describe('text file with the person of each row of vectors, a line each'),
  landmarks: z
    .string()
    .describe('CSV of five points an image; without it images are taken as already aligned'),
  exclude: z.string().describe('list of people and images to leave out, one a line'),
  minImages: count.describe('leave out people with fewer images'),
  maxImages: count.describe('keep at most so many images a person'),
  loss: z.string().describe(losses.map(({ name }) => name).join(', ')),
  architecture: z
    .enum(architectures.map(({ name }) => name))
    .describe(architectures.map(({ name }) => name).join(', ')),
  width: positive.max(8).describe("multiplies the network's channels"),
  dimensions: count
    .max(65536)
    .describe('length of the embedding; where nobody says it, 128 for mobilefacenet, 512 for the others'),
  hidden: z.array(count.max(65536)).max(64).describe('mlp: lengths of the layers before the embedding'),
  batchNorm: z
    .boolean()
    .describe('sfnet, mlp: batch normalisation before each activation; ir and mobilefacenet always have it'),
  dropout: fromZero.lt(1).describe('share of the numbers before the embedding that a step leaves out'),
  input: size.describe(
    'HEIGHTxWIDTH of the aligned images; where nobody says it, 112x112 for ir and mobilefacenet, 112x96 for the others',
  ),
  alignment: z
    .enum(['sphereface', 'arcface'])
    .describe(
      'where the five points go; where nobody says it, arcface for ir and mobilefacenet, sphereface for the others',
    ),
  head: z
    .enum(['dense', 'chunked', 'sampled'])
    .describe(
      'how a step goes about its people: all at once, all but a part of them at a time (as exact, with less memory), or a sample of them (Partial FC)',
    ),
  sampleRatio: positive
    .max(1)
    .describe("sampled: share of the people that a step looks at, the batch's among them"),
  headStorage: z
    .enum(['memory', 'file'])
    .describe('chunked, sampled: where prototypes and their velocity lie during the run'),
  epochs: positive.describe('passes through the images'),
  steps: count.describe('steps, instead of epochs'),
  batch: count.describe('images a step'),
  rate: positive.describe('learning rate'),
  schedule: z.enum(['constant', 'multi-step', 'cosine', 'polynomial']).describe('how the rate falls'),
  milestones: z
    .array(positive)
    .describe('multi-step: the steps after which the rate falls; up to 1, fractions of the run'),
  rateFactor: positive.max(1).describe('multi-step: what the rate is multiplied by'),
  ratePower: positive.max(10).describe('polynomial: the power of what is left of the run'),
  warmUp: z.number().int().min(0).describe('steps in which the rate grows from 0'),
  momentum: fromZero.lt(1).describe('of SGD'),
  weightDecay: fromZero.describe('of SGD'),
  biasRate: fromZero.describe('multiplies the rate of biases'),
  biasDecay: fromZero.describe('multiplies the weight decay of biases'),
  sampler: z
    .enum(['shuffle', 'balanced', 'pk'])
    .describe(
      'how a batch is chosen: shuffled images, people alike often, or P people with imagesPerPerson each',
    ),
  imagesPerPerson: count.describe('pk: images of a person in a batch'),
  mirror: z.boolean().describe('mirror each image with probability ½'),
  ...augmentationSettings,
  seed: z.number().int().min(0).describe('of everything that is drawn'),
  from: z.string().describe('model.onnx or checkpoint whose weights to start from'),
  freeze: z
    .string()
    .describe(
      'what stays as it was started from, with commas between: layers or parameters by name, ..stage3 for all up to stage3, backbone for all but the head',
    ),
  flip: z
    .enum(['none', 'concat', 'sum'])
    .describe('what the finished model makes of an image and its mirror'),
  cache: z.string().describe('file for a cache of the aligned images; `none` decodes them each time'),
  threads: z.number().int().min(0).max(1024).describe('threads of the arithmetic, 0 for all cores'),
  lowering: z.enum(['cpu', 'plain']).describe('convolutions in fast forms, or as plain operators'),
  checkpointEvery: count.describe('steps between checkpoints'),
  licence: z.string().describe('licence of the model, for its metadata'),
} satisfies Record<string, z.ZodType>

/** Their values. */
export type Settings = { [K in keyof typeof settings]: z.infer<(typeof settings)[K]> }

/** What a run uses where nobody says otherwise. */
export const defaults = {
  loss: 'lmcl',
  architecture: 'sfnet20',
  width: 1,
  dropout: 0,
  minImages: 1,
  head: 'dense',
  sampleRatio: 0.1,
  headStorage: 'memory',
  epochs: 16,
  batch: 64,
  rate: 0.05,
  schedule: 'multi-step',
  milestones: [0.6, 0.85],
  rateFactor: 0.1,
  ratePower: 2,
  warmUp: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  biasRate: 1,
  biasDecay: 1,
  sampler: 'shuffle',
  imagesPerPerson: 4,
  mirror: true,
  ...noAugmentation,
  seed: 0,
  flip: 'none',
  cache: 'none',
  threads: 0,
  lowering: 'cpu',
  checkpointEvery: 500,
} satisfies Partial<Settings>

/** Settings that every run has: `input`, `alignment` and `dimensions` as its network is published; of `epochs` and `steps` it has one. */
type Decided = Exclude<keyof typeof defaults, 'epochs'> | 'input' | 'alignment' | 'dimensions'

/** A recipe with everything decided: `lossOptions` are those of the loss. */
export type Recipe = Pick<Settings, Decided> &
  Partial<Omit<Settings, Decided>> & {
    readonly lossOptions: Readonly<Record<string, number | string | boolean>>
  }

/** An option of `steradian train`, for the command line. */
export interface RecipeOption {
  readonly name: string
  readonly kind: 'number' | 'string' | 'boolean' | 'numbers'
  readonly doc: string
  readonly default?: unknown
}

/** All options: those of the run, and those of every loss (under one name where several have it). */
export function recipeOptions(): RecipeOption[] {
  const own = Object.entries(settings).map(([name, schema]): RecipeOption => {
    const kind =
      schema instanceof z.ZodNumber
        ? 'number'
        : schema instanceof z.ZodBoolean
          ? 'boolean'
          : schema instanceof z.ZodArray
            ? 'numbers'
            : 'string'
    return { name, kind, doc: schema.description ?? '', default: (defaults as Record<string, unknown>)[name] }
  })
  const ofLosses = new Map<string, RecipeOption>()
  const ofAny = new Set(termOptions.map(({ name }) => name))
  for (const { name: loss, options } of losses)
    for (const { name, kind, doc, default: usual } of options) {
      // What any loss takes need not name them all.
      if (ofAny.has(name) && ofLosses.has(name)) continue
      const numeric = kind === 'number' || typeof usual === 'number'
      const known = ofLosses.get(name)
      ofLosses.set(name, {
        name,
        kind: kind === 'boolean' ? 'boolean' : numeric ? 'number' : 'string',
        doc: known
          ? known.doc.replace(':', `, ${loss}:`)
          : `${ofAny.has(name) ? 'any loss with prototypes' : loss}: ${doc}`,
      })
    }
  return [...own, ...ofLosses.values()]
}
