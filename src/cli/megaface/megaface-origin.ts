import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { forEachIndex } from '../../data/parallel.ts'
import { UsageError } from '../../errors.ts'
import type { Json, JsonObject } from '../../evaluate/part-file.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { openFeatureFile } from '../embed/feature-file.ts'
import { checkFolder, type FeatureFolder, featurePath, type UnusableItems } from '../embed/feature-folder.ts'
import { listFacts } from '../evaluate/evaluation-output.ts'
import type { MegafaceFlags } from './megaface-options.ts'

/** Where the features of a list come from. */
export type FeatureOrigin =
  | ({ readonly kind: 'folder' } & FeatureFolder)
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'model'; readonly images: string; readonly landmarks?: string }

/** Where the features of a run come from. */
export interface FeatureOrigins {
  readonly probes: FeatureOrigin
  readonly distractors: FeatureOrigin
}

/** Where the options say that features come from. @throws UsageError also for options that none of them uses; DataError */
export async function featureOrigins(flags: MegafaceFlags): Promise<FeatureOrigins> {
  const origins = {
    probes: await originOf(flags, 'probe'),
    distractors: await originOf(flags, 'distractor'),
  }
  const kinds = Object.values(origins).map(({ kind }) => kind)
  if (flags.model !== undefined && !kinds.includes('model'))
    throw new UsageError('--model: is for --probe-images and --distractor-images, got features of both')
  if (flags.ending !== undefined && !kinds.includes('folder'))
    throw new UsageError(`--ending: is for a folder of feature files, got none, and ${flags.ending}`)
  return origins
}

async function originOf(flags: MegafaceFlags, which: 'probe' | 'distractor'): Promise<FeatureOrigin> {
  const { model, ending } = flags
  const [features, images, landmarks] =
    which === 'probe'
      ? [flags.probeFeatures, flags.probeImages, flags.probeLandmarks]
      : [flags.distractorFeatures, flags.distractorImages, flags.distractorLandmarks]
  if ((features === undefined) === (images === undefined))
    throw new UsageError(
      `--${which}-features: expected either it, or --model and --${which}-images, got ${features === undefined ? 'none' : 'both'}`,
    )
  if (features === undefined) {
    if (model === undefined) throw new UsageError(`--${which}-images: needs --model`)
    return { kind: 'model', images: images!, ...(landmarks !== undefined && { landmarks }) }
  }
  if (landmarks !== undefined)
    throw new UsageError(`--${which}-landmarks: is for --${which}-images, got --${which}-features`)
  // What is not there is taken as a folder, whose check says so.
  if ((await stat(features).catch(() => undefined))?.isFile()) return { kind: 'file', file: features }
  if (ending === undefined)
    throw new UsageError('--ending: expected what stands after the path of an item, as _o.bin, got none')
  await checkFolder({ folder: features, ending })
  return { kind: 'folder', folder: features, ending }
}

/** The image options of `itemFeatures`. */
export const imagesOf = ({ images, landmarks }: Extract<FeatureOrigin, { readonly kind: 'model' }>) => ({
  images,
  ...(landmarks !== undefined && { landmarks }),
})

/** Facts of model, landmarks and files of features with the names of the files alone: shards may name them by other paths. */
export const withoutPaths = (facts: Readonly<Record<string, unknown>>): JsonObject =>
  Object.fromEntries(
    Object.entries(facts).map(([key, value]) => {
      const { file, names } = (value ?? {}) as { readonly file?: unknown; readonly names?: unknown }
      if (typeof file !== 'string') return [key, value as Json]
      const inner = names ? withoutPaths({ names }) : {}
      return [key, { ...(value as JsonObject), file: basename(file), ...inner }]
    }),
  )

/** The name of a file of features with its hash, and those of its rows' names where it has some, for the JSON. @throws DataError */
export async function fileFacts(file: string): Promise<JsonObject> {
  const list = namesFile(file)
  const names = existsSync(list) ? await listFacts(list) : undefined
  const features = await openFeatureFile(file)
  try {
    return withoutPaths({ features: { file, sha256: await features.sha256() }, ...(names && { names }) })
  } finally {
    await features.close()
  }
}

/** How many files of a folder a digest is made of. */
const SAMPLE = 256

/**
 * A digest of the feature files of up to 256 items, spread evenly over the list, less those that are not usable: SHA-256 of the
 * SHA-256 of each. Another model's features have another one; a change to a file that is not among them is not seen.
 */
export async function sampleFacts(
  folder: FeatureFolder,
  items: readonly string[],
  { indices }: UnusableItems,
): Promise<JsonObject> {
  const unusable = new Set(indices)
  const count = Math.min(SAMPLE, items.length)
  const places = Array.from({ length: count }, (_, k) => Math.floor((k * items.length) / count))
  const usable = places.filter((i) => !unusable.has(i))
  const digests: Buffer[] = []
  await forEachIndex(usable.length, 16, async (k) => {
    // One that cannot be read stops the run where it is counted.
    const bytes = await readFile(featurePath(folder, items[usable[k]!]!)).catch(() => Buffer.alloc(0))
    digests[k] = createHash('sha256').update(bytes).digest()
  })
  return {
    files: usable.length,
    of: items.length,
    sha256: createHash('sha256').update(Buffer.concat(digests)).digest('hex'),
  }
}
