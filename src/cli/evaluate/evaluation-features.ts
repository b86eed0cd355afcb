import type { Command } from 'commander'
import { type Flip, fuse } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import type { JsonObject } from '../../evaluate/index.ts'
import type { Matrix } from '../../math/matrix.ts'
import { embedItems } from '../embed/embedding-cache.ts'
import { type MissingImage, sayMissing } from '../embed/missing-images.ts'
import { addModelOptions, type ModelFlags, modelFacts, openGivenModel } from '../embed/model-options.ts'
import { readNamedFeatures } from '../embed/named-features.ts'
import { interruption } from '../interruption.ts'
import { listFacts } from './evaluation-output.ts'
import type { ImageToEmbed } from './image-content.ts'
import { type ItemImage, itemImages } from './item-images.ts'

/** What the options of `addFeatureOptions` say. */
export interface FeatureFlags extends Omit<ModelFlags, 'model'> {
  readonly model?: string
  readonly images?: string
  readonly landmarks?: string
  readonly features?: string
  readonly names?: string
  /** The folder of the embedding cache; false for none. */
  readonly cache: string | false
  readonly allowMissing?: boolean
}

/** An item of a protocol. */
export interface EvaluationItem {
  /** Its name in the list. */
  readonly name: string
  /** Where its image lies; below `--images` under its name where left out. */
  readonly path?: string
  /** For an image that is no file of its own: writes it, uint8 RGB [height, width, 3], at `offset` of `out`; throws DataError. */
  readonly read?: (size: ItemSize, out: Uint8Array, offset: number) => Promise<void>
  /** Where `read` is used: gives a hash of the content, by which the cache knows the image; without one it is not cached. */
  readonly contentKey?: () => string
}

/** The size that a model takes, and the template of its five points. */
export interface ItemSize {
  readonly height: number
  readonly width: number
  readonly alignment: 'sphereface' | 'arcface'
}

/** The features of a protocol's items. */
export interface ItemFeatures {
  /** [N, D], rows in the order of the items; zeros where missing. */
  readonly feature: Matrix
  /** Those of the mirror images, [N, D], where the model was run on them. */
  readonly mirrored?: Matrix
  /** After the fusion that the model or the option asks for, raw: [N, D] or [N, 2D]. */
  readonly fused: Matrix
  /** How `fused` came to be, here or in the model's file or, with `--features`, as `--flip` says. */
  readonly flip: Flip
  /** 1 for each item without features, [N]. */
  readonly missing: Uint8Array
  readonly missingItems: readonly MissingImage[]
  /** For the JSON: the model and the landmarks, or the feature file, each with its hash. */
  readonly source: JsonObject
}

export interface ItemFeaturesOptions {
  readonly say: (line: string) => void
  /** Stops the work; without one Ctrl-C does. */
  readonly signal?: AbortSignal
  /** What progress calls the work. */
  readonly label?: string
}

/**
 * Adds the options that say where embeddings come from: a model and images, or a file of features. `images` is what help
 * says of `--images`; false where the list itself holds the images.
 */
export function addFeatureOptions(
  command: Command,
  { images = 'folder of the images, under their names in the list' as string | false } = {},
): Command {
  if (images !== false)
    command
      .option('--images <folder>', images)
      .option(
        '--landmarks <file>',
        'CSV of five points an image; without it images are taken as already aligned',
      )
  command
    .option(
      '--features <file>',
      'instead of --model and --images: features as .npy [N, D], or as a matrix file (four int32: rows, columns, bytes ' +
        'a row, 5 for float32 or 6 for float64; then the numbers); with --flip concat a row joins those of an image and ' +
        'its mirror image',
    )
    .option(
      '--names <file>',
      'the names of the rows of --features, one a line (default: the name of --features with .names.txt; where there is ' +
        'none, as many rows as the list has items are in its order)',
    )
    .option('--cache <folder>', 'where embeddings are kept for the next run', '.steradian/embeddings')
    .option('--no-cache', 'keep none')
    .option('--allow-missing', 'go on without images that cannot be used, and mark the result as incomplete')
  return addModelOptions(command, { optional: true })
}

/**
 * The features of items, from a model and images or from a file.
 * @throws DataError when items are missing, unless `--allow-missing`, and for files that are not what they should be
 * @throws UsageError unless either a model or a file of features is given
 * @throws StoppedError when the signal stopped it; what was embedded is in the cache
 */
export async function itemFeatures(
  flags: FeatureFlags,
  items: readonly EvaluationItem[],
  options: ItemFeaturesOptions,
): Promise<ItemFeatures> {
  checkSource(flags)
  const { features } = flags
  const found =
    features === undefined ? await fromModel(flags, items, options) : await fromFile(flags, items, options)
  sayMissing(found.missingItems, { of: items.length, say: options.say })
  checkMissing(found.missingItems, items.length, flags)
  return found
}

/** What is said of a model or of its images, and means nothing to a file of features. */
const ofModel = [
  'images',
  'landmarks',
  'input',
  'mean',
  'scale',
  'channels',
  'layout',
  'alignment',
] as const satisfies readonly (keyof FeatureFlags)[]

/** Whether the options name one source of features, and nothing of another. @throws UsageError */
export function checkSource(flags: FeatureFlags): void {
  const { model, features, names } = flags
  if ((model === undefined) === (features === undefined))
    throw new UsageError(
      `features: expected either --model or --features, got ${model === undefined ? 'none' : 'both'}`,
    )
  if (features === undefined) {
    if (names !== undefined) throw new UsageError(`--names: goes with --features, got ${names} with --model`)
    return
  }
  for (const name of ofModel)
    if (flags[name] !== undefined) throw new UsageError(`--features: takes no --${name}, got ${flags[name]}`)
  if (flags.flip === 'sum') throw new UsageError('--features: expected --flip concat or none, got sum')
}

function checkMissing(
  { length }: readonly MissingImage[],
  all: number,
  { allowMissing }: Pick<FeatureFlags, 'allowMissing'>,
): void {
  if (length > 0 && !allowMissing)
    throw new DataError(
      `images: expected all ${all}, got ${all - length}; --allow-missing goes on and marks the result as incomplete`,
    )
}

async function fromFile(
  flags: FeatureFlags,
  items: readonly EvaluationItem[],
  { say }: ItemFeaturesOptions,
): Promise<ItemFeatures> {
  const found = await readNamedFeatures(
    flags.features!,
    items.map(({ name }) => name),
    { names: flags.names, say },
  )
  return { ...found, fused: found.feature, flip: flags.flip ?? 'none' }
}

async function fromModel(
  flags: FeatureFlags,
  items: readonly EvaluationItem[],
  { say, signal, label = 'embedding' }: ItemFeaturesOptions,
): Promise<ItemFeatures> {
  const places = await placesOf(flags, items)
  const landmarks = flags.landmarks === undefined ? undefined : await listFacts(flags.landmarks)
  if (flags.landmarks === undefined && items.some(({ read }) => read === undefined))
    say('no landmarks: images are taken as already aligned')
  const model = await openGivenModel({ ...flags, model: flags.model! }, say)
  const stopping =
    signal === undefined ? interruption(() => say('\nstopping (again to leave at once)')) : undefined
  try {
    const { height, width, alignment, flip } = model.description
    const size = { height, width, alignment }
    const images = items.map(({ name, read, contentKey }, i): ImageToEmbed => {
      if (read === undefined) return { name, ...places[i]! }
      return {
        name,
        read: (out, offset) => read(size, out, offset),
        ...(contentKey !== undefined && { contentKey }),
      }
    })
    const { feature, mirrored, missing, missingItems } = await embedItems(model, images, {
      ...{ cache: flags.cache, batch: flags.batch, signal: signal ?? stopping!.signal, label, say },
      // Before hours of arithmetic whose result would not be given.
      onUnreadable: (unreadable) => {
        if (!flags.allowMissing) sayMissing(unreadable, { of: items.length, say })
        checkMissing(unreadable, items.length, flags)
      },
    })
    let fused: Matrix | undefined
    return {
      feature,
      ...(mirrored && { mirrored }),
      // Made when it is asked for: it may be twice as large as what it is made of.
      get fused() {
        return (fused ??= fuse(feature, mirrored, flip))
      },
      ...{ flip, missing, missingItems },
      source: { model: modelFacts(model), ...(landmarks && { landmarks }) },
    }
  } finally {
    stopping?.stop()
    await model.close()
  }
}

/** The picture of each item that has no `read` of its own. */
async function placesOf(
  { images, landmarks }: FeatureFlags,
  items: readonly EvaluationItem[],
): Promise<(ItemImage | undefined)[]> {
  const files = items.filter(({ read }) => read === undefined)
  if (files.length === 0) return []
  if (images === undefined && files.some(({ path }) => path === undefined))
    throw new UsageError('--images: expected the folder of the images, got none')
  const found = await itemImages(files, { images: images ?? '.', landmarks })
  let next = 0
  return items.map(({ read }) => (read === undefined ? found[next++] : undefined))
}
