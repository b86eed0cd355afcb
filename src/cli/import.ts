import { readFile, rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { DataError, fileProblem, UsageError } from '../errors.ts'
import { input as leaf, topologicalOrder } from '../graph/index.ts'
import { embeddingModel, networkInput, writeCheckpoint } from '../train/index.ts'
import { type Fit, fitWeights, type Target } from '../weights/index.ts'
import { checkNewFile } from './files/new-file.ts'
import { writeWhole } from './files/write-file.ts'
import { flagOf } from './flag.ts'
import { backboneOf, describeNetwork } from './train/network-settings.ts'
import { type Recipe, resolveRecipe } from './train/recipe.ts'
import { recipeOptions } from './train/recipe-settings.ts'
import { inputSize } from './train/training-run.ts'
import { readWeights } from './train/weights-source.ts'
import { version } from './version.ts'

/** Settings of a recipe that say what the network is, and what a model file says of itself. */
const taken = [
  ...['architecture', 'width', 'dimensions', 'hidden', 'batchNorm', 'input', 'alignment', 'flip', 'licence'],
] as const

interface Options extends Readonly<Record<string, unknown>> {
  readonly out?: string
  readonly model?: string
  readonly map?: string
  readonly divisor?: number
  readonly channels?: 'rgb' | 'bgr'
  readonly vectorLength?: number
  readonly json?: boolean
}

/** Adds `steradian import`. */
export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .description('take the weights of another program: a file for train --from, or a model that embeds')
    .argument('<weights>', 'file of weights: .safetensors, .onnx, or checkpoint.bin of a run')
    .option('--out <file>', 'the weights as train --from takes them')
    .option('--model <file>', 'a model.onnx that embeds')
    .option('--map <file>', 'JSON, our name of a tensor: its name in the file, or a number for all of it')
    .option(
      '--divisor <number>',
      'what (v - 127.5) of a pixel was divided by (default by the layout)',
      positive,
    )
    .addOption(
      new Option('--channels <order>', 'order of the colours (default by the layout)').choices([
        'rgb',
        'bgr',
      ]),
    )
    .option('--vector-length <number>', 'mlp: length of the vectors', positiveWhole)
    .option('--json', 'print the facts as one JSON object')
  for (const { name, kind, doc } of recipeOptions()) {
    if (!(taken as readonly string[]).includes(name)) continue
    command.option(`${flagOf(name)} <${kind}>`, doc, (text: string) => settingOf(kind, text))
  }
  command.action(importCommand)
}

const positive = (text: string): number => {
  const number = Number(text)
  if (!(number > 0 && Number.isFinite(number)))
    throw new UsageError(`import: expected a number above 0, got ${text}`)
  return number
}

const positiveWhole = (text: string): number => {
  const number = positive(text)
  if (!Number.isSafeInteger(number))
    throw new UsageError(`import: expected a whole number above 0, got ${text}`)
  return number
}

const settingOf = (kind: string, text: string): unknown =>
  kind === 'number'
    ? Number(text)
    : kind === 'numbers'
      ? text.split(',').map(Number)
      : kind === 'boolean' && (text === 'true' || text === 'false')
        ? text === 'true'
        : text

async function importCommand(path: string, options: Options): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { out, model, map, divisor, channels, vectorLength, json, ...given } = options
  if (out === undefined && model === undefined)
    throw new UsageError('import: --out (a file for train --from) or --model (a model.onnx) is missing')
  if (given.architecture === undefined) throw new UsageError('import: --architecture is missing')
  const recipe = resolveRecipe({}, given, { where: 'import' })
  const sizes = sizesOf(recipe, vectorLength)
  const targets = targetsOf(recipe, sizes)
  const mapped = map === undefined ? {} : await readMap(map)
  if (out !== undefined && model !== undefined && resolve(out) === resolve(model))
    throw new UsageError(`import: --out and --model must be two files, got ${out} for both`)
  if (out !== undefined) await checkNewFile(out)
  if (model !== undefined) await checkNewFile(model, { flag: '--model' })

  const file = await readWeights(path)
  const fit = fitWeights(file, targets, { network: recipe.architecture, ...mapped })
  const pixels =
    sizes.vectors === undefined
      ? {
          divisor: divisor ?? fit.layout?.divisor ?? 128,
          channels: channels ?? fit.layout?.channels ?? 'rgb',
        }
      : undefined
  const values = pixels ? withPixels(fit.values, targets[0]!, pixels) : fit.values
  const imported = { file: basename(path), by: fit.by, ...(pixels && { pixels }) }
  if (!fit.layout)
    say(
      `warning: names are of no layout that is known: taken ${fit.by}; see that it embeds well before you build on it`,
    )
  for (const [name, theirs] of Object.entries(fit.layout?.trainedOn ?? {})) {
    const ours = recipe[name as 'input' | 'alignment']
    if (ours !== theirs)
      say(`warning: weights of ${fit.by} were trained on images with ${flagOf(name)} ${theirs}, got ${ours}`)
  }
  // Both files or none: the second is complete in memory before the first is written.
  const embeds = model === undefined ? undefined : await modelOf(recipe, { sizes, values, imported })
  if (out !== undefined)
    await writeCheckpoint(out, {
      where: out,
      step: 0,
      settings: { architecture: describeNetwork(recipe), imported },
      shapes: new Map(targets.map(({ name, shape }) => [name, shape])),
      async *tensors() {
        for (const { name } of targets) yield [name, await values.get(name)!()]
      },
    })
  if (model !== undefined && embeds)
    await writeWhole(model, embeds).catch(async (error: unknown) => {
      if (out !== undefined) await rm(out, { force: true })
      throw error
    })
  const facts = {
    ...{ weights: path, architecture: recipe.architecture, by: fit.by, ...pixels },
    ...{ tensors: targets.length, leftOut: fit.left.length },
    ...{ ...(out !== undefined && { out }), ...(model !== undefined && { model }) },
  }
  if (json) process.stdout.write(`${JSON.stringify(facts)}\n`)
  else {
    const by = fit.layout ? `by the names of ${fit.by}` : fit.by
    const seen = pixels ? `; pixels (v − 127.5) / ${pixels.divisor}, ${pixels.channels.toUpperCase()}` : ''
    say(`${path}: ${targets.length} tensors of ${recipe.architecture} ${by}${seen}`)
  }
}

function sizesOf({ architecture, input }: Recipe, vectorLength: number | undefined) {
  if (architecture !== 'mlp') {
    if (vectorLength !== undefined)
      throw new UsageError(`import: --vector-length is of mlp, got it for ${architecture}`)
    return { ...inputSize(input), vectors: undefined }
  }
  if (vectorLength === undefined) throw new UsageError('import: mlp needs --vector-length, got none')
  return { height: 1, width: 1, vectors: vectorLength }
}

type Sizes = ReturnType<typeof sizesOf>

/** The network's tensors, in the order in which pixels meet them. */
function targetsOf(recipe: Recipe, sizes: Sizes): Target[] {
  const { seen } = networkInput(1, sizes)
  return topologicalOrder([backboneOf(recipe)(leaf('x', seen.shape))]).flatMap(({ leaf: own, shape }) =>
    own?.kind === 'parameter' || own?.kind === 'kept' ? [{ name: own.name, shape }] : [],
  )
}

/**
 * The weights of a network that saw (v − 127.5) / divisor, as they are for ours, which sees (v − 127.5) / 128 in RGB: the first
 * convolution takes the difference up.
 */
function withPixels(
  values: Fit['values'],
  { name, shape }: Target,
  { divisor, channels }: { readonly divisor: number; readonly channels: 'rgb' | 'bgr' },
): Fit['values'] {
  if (divisor === 128 && channels === 'rgb') return values
  const read = values.get(name)!
  const [, inputs, ...kernel] = shape
  const places = kernel.reduce((n, size) => n * size, 1)
  const turned = async (): Promise<Float32Array> => {
    const before = await read()
    return before.map((_, i) => {
      const channel = Math.floor(i / places) % inputs!
      const from = channels === 'bgr' ? i + (inputs! - 1 - 2 * channel) * places : i
      return (before[from]! * 128) / divisor
    })
  }
  return new Map([...values].map(([own, value]) => [own, own === name ? turned : value]))
}

async function modelOf(
  recipe: Recipe,
  {
    sizes,
    values,
    imported,
  }: { readonly sizes: Sizes; readonly values: Fit['values']; readonly imported: object },
): Promise<Uint8Array> {
  const { input, alignment, flip, licence } = recipe
  const all = new Map<string, Float32Array>()
  for (const [name, read] of values) all.set(name, await read())
  return embeddingModel({
    backbone: backboneOf(recipe),
    ...sizes,
    values: all,
    flip: sizes.vectors === undefined ? flip : 'none',
    metadata: {
      'steradian.version': version,
      ...(sizes.vectors === undefined
        ? { 'steradian.input': input, 'steradian.alignment': alignment, 'steradian.flip': flip }
        : { 'steradian.input': `vectors of ${sizes.vectors}` }),
      'steradian.architecture': describeNetwork(recipe),
      'steradian.imported': JSON.stringify(imported),
      ...(licence && { 'steradian.licence': licence }),
    },
  })
}

/** A map of names as a file gives it. @throws DataError */
async function readMap(
  path: string,
): Promise<{ map: Record<string, string | number>; ignore: readonly string[] }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`${path}: map cannot be read, ${fileProblem(error)}`)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path}: map is no JSON, ${(error as Error).message.replaceAll('\n', ' ')}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DataError(`${path}: map must be an object, got ${JSON.stringify(value)?.slice(0, 40)}`)
  const { ignore = [], ...map } = value as Record<string, unknown>
  if (!Array.isArray(ignore) || ignore.some((name) => typeof name !== 'string'))
    throw new DataError(`${path}: ignore must be names of the file, got ${JSON.stringify(ignore)}`)
  for (const [name, to] of Object.entries(map))
    if (typeof to !== 'string' && !(typeof to === 'number' && Number.isFinite(to)))
      throw new DataError(`${path}: ${name} must be a name or a number, got ${JSON.stringify(to)}`)
  return { map: map as Record<string, string | number>, ignore: ignore as string[] }
}
