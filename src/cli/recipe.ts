import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { sfnetDepths } from '../backbones/index.ts'
import { DataError, UsageError } from '../errors.ts'
import { losses, lossNamed } from '../losses/index.ts'
import { nearest } from '../math/nearest.ts'

/** The networks that can be chosen by name. */
export const architectures = sfnetDepths.map((depth) => `sfnet${depth}`)

const count = z.number().int().min(1)
const fromZero = z.number().min(0)
const positive = z.number().positive()
const size = z.string().regex(/^[1-9]\d*x[1-9]\d*$/, 'expected HEIGHTxWIDTH')

/** What a run is made of, but for the loss's own options: the names of the command line and of recipe files. */
const settings = {
  images: z.string().describe('folder of people, <person>/<image>'),
  list: z.string().describe('list file, `path label` a line, instead of a folder'),
  landmarks: z
    .string()
    .describe('CSV of five points an image; without it images are taken as already aligned'),
  exclude: z.string().describe('list of people and images to leave out, one a line'),
  minImages: count.describe('leave out people with fewer images'),
  loss: z.string().describe(losses.map(({ name }) => name).join(', ')),
  architecture: z.string().describe(`${architectures[0]} … ${architectures.at(-1)}`),
  width: positive.max(8).describe("multiplies the network's channels"),
  dimensions: count.max(65536).describe('length of the embedding'),
  input: size.describe('HEIGHTxWIDTH of the aligned images'),
  alignment: z.enum(['sphereface', 'arcface']).describe('where the five points go'),
  epochs: positive.describe('passes through the images'),
  steps: count.describe('steps, instead of epochs'),
  batch: count.describe('images a step'),
  rate: positive.describe('learning rate'),
  schedule: z.enum(['constant', 'multi-step', 'cosine']).describe('how the rate falls'),
  milestones: z
    .array(positive)
    .describe('multi-step: the steps after which the rate falls; up to 1, fractions of the run'),
  rateFactor: positive.max(1).describe('multi-step: what the rate is multiplied by'),
  warmUp: z.number().int().min(0).describe('steps in which the rate grows from 0'),
  momentum: fromZero.lt(1).describe('of SGD'),
  weightDecay: fromZero.describe('of SGD'),
  biasRate: fromZero.describe('multiplies the rate of biases'),
  biasDecay: fromZero.describe('multiplies the weight decay of biases'),
  mirror: z.boolean().describe('mirror each image with probability ½'),
  seed: z.number().int().min(0).describe('of everything that is drawn'),
  from: z.string().describe('model.onnx or checkpoint whose weights to start from'),
  flip: z
    .enum(['none', 'concat', 'sum'])
    .describe('what the finished model makes of an image and its mirror'),
  cache: z.string().describe('file for a cache of the aligned images; `none` decodes them each time'),
  threads: z.number().int().min(0).max(1024).describe('threads of the arithmetic, 0 for all cores'),
  lowering: z.enum(['cpu', 'plain']).describe('convolutions in fast forms, or as plain operators'),
  checkpointEvery: count.describe('steps between checkpoints'),
  licence: z.string().describe('licence of the model, for its metadata'),
} satisfies Record<string, z.ZodType>

type Settings = { [K in keyof typeof settings]: z.infer<(typeof settings)[K]> }

/** What a run uses where nobody says otherwise. */
const defaults = {
  loss: 'lmcl',
  architecture: 'sfnet20',
  width: 1,
  dimensions: 512,
  input: '112x96',
  alignment: 'sphereface',
  minImages: 1,
  epochs: 16,
  batch: 64,
  rate: 0.05,
  schedule: 'multi-step',
  milestones: [0.6, 0.85],
  rateFactor: 0.1,
  warmUp: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  biasRate: 1,
  biasDecay: 1,
  mirror: true,
  seed: 0,
  flip: 'none',
  cache: 'none',
  threads: 0,
  lowering: 'cpu',
  checkpointEvery: 500,
} satisfies Partial<Settings>

/** A recipe with everything decided: `lossOptions` are those of the loss. */
export type Recipe = typeof defaults extends infer D
  ? { [K in keyof D & keyof Settings]: Settings[K] } & Partial<Omit<Settings, keyof D>> & {
        readonly lossOptions: Readonly<Record<string, number | string | boolean>>
      }
  : never

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
  for (const { name: loss, options } of losses)
    for (const { name, kind, doc, default: usual } of options) {
      const numeric = kind === 'number' || typeof usual === 'number'
      const known = ofLosses.get(name)
      ofLosses.set(name, {
        name,
        kind: kind === 'boolean' ? 'boolean' : numeric ? 'number' : 'string',
        doc: known ? known.doc.replace(':', `, ${loss}:`) : `${loss}: ${doc}`,
      })
    }
  return [...own, ...ofLosses.values()]
}

/**
 * Reads a recipe file: the names of the command line's options in JSON, and `perLoss`, options that hold for one loss only.
 * @throws DataError naming file and value
 */
export async function readRecipe(path: string): Promise<Record<string, unknown>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new DataError(`${path}: recipe cannot be read, ${(error as NodeJS.ErrnoException).code}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path}: recipe is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DataError(`${path}: recipe must be an object, got ${JSON.stringify(value)?.slice(0, 40)}`)
  return value as Record<string, unknown>
}

/**
 * Decides every setting: defaults, then the recipe, then what the recipe says of this loss (`perLoss`), then `given`.
 * @throws UsageError for an unknown name (with the nearest) or a value outside its domain
 */
export function resolveRecipe(
  recipe: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  { where = 'recipe' } = {},
): Recipe {
  const { perLoss = {}, ...common } = recipe
  if (typeof perLoss !== 'object' || perLoss === null)
    throw new UsageError(`${where}: perLoss must be an object, got ${perLoss}`)
  const loss = lossNamed(String(given.loss ?? common.loss ?? defaults.loss))
  const special = Object.entries(perLoss as Record<string, object>).map(([name, values]) => {
    const entry = lossNamed(name)
    const known = new Set([...Object.keys(settings), ...entry.options.map((option) => option.name)])
    for (const key of Object.keys(values))
      if (!known.has(key)) throw unknownOption(`${where}: perLoss.${name}`, key, known)
    return entry === loss ? values : {}
  })
  const chosen: Record<string, unknown> = Object.assign({}, common, ...special, given, { loss: loss.name })
  const lossOptionNames = new Set(loss.options.map((option) => option.name))
  const all = new Set([...Object.keys(settings), ...lossOptionNames])
  const run: Record<string, unknown> = { ...defaults }
  const lossOptions: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(chosen)) {
    if (!all.has(key)) throw unknownOption(where, key, all)
    if (key in settings) run[key] = checked(where, key as keyof Settings, value)
    else lossOptions[key] = value
  }
  if ('steps' in chosen) delete run.epochs
  const { describe } = loss.build(lossOptions)
  const { loss: _, ...resolved } = describe
  const architecture = String(run.architecture)
  if (!architectures.includes(architecture))
    throw new UsageError(
      `${where}: architecture must be one of ${architectures.join(', ')}${hint(architecture, architectures)}, got ${architecture}`,
    )
  return { ...run, lossOptions: withBooleans(resolved) } as unknown as Recipe
}

function checked(where: string, key: keyof Settings, value: unknown): unknown {
  const result = settings[key].safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new UsageError(
    `${where}: ${key}: ${issue?.message.toLowerCase() ?? 'refused'}, got ${JSON.stringify(value)}`,
  )
}

const hint = (name: string, names: Iterable<string>): string => {
  const close = nearest(name, [...names])
  return close ? ` (did you mean ${close}?)` : ''
}

const unknownOption = (where: string, key: string, names: Set<string>): UsageError =>
  new UsageError(`${where}: unknown option${hint(key, names)}, got ${key}`)

/** Loss options as they were before they were described: true and false are booleans again. */
const withBooleans = (options: Readonly<Record<string, number | string>>) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      value === 'true' ? true : value === 'false' ? false : value,
    ]),
  )
