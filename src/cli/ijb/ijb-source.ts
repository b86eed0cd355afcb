import { DataError, UsageError } from '../../errors.ts'
import type { IjbFaces, IjbImages, JsonObject, TemplatePool } from '../../evaluate/index.ts'
import { type MissingImage, sayMissing } from '../embed/missing-images.ts'
import type { ModelFlags } from '../embed/model-options.ts'

/** What the options say of where the features of images come from. */
export interface IjbFeatureFlags extends Omit<ModelFlags, 'model'> {
  readonly model?: string
  readonly images?: string
  readonly features?: string
  readonly featureNames?: string
  readonly cache: string | false
  readonly allowMissing?: boolean
  /** Bytes. */
  readonly memory: number
}

/** What it takes to give a pool the features of all images. */
export interface PoolWork {
  readonly flags: IjbFeatureFlags
  readonly images: IjbImages
  readonly faces: IjbFaces | undefined
  /** The images in the order in which the pool takes them. */
  readonly order: Int32Array
  readonly pool: TemplatePool
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** What became of it. */
export interface PoolSource {
  readonly missingItems: readonly MissingImage[]
  /** For the JSON: the model or the feature file, with its hash. */
  readonly source: JsonObject
}

/** How many features are fused and pooled at a time. */
export const PIECE = 256
/** What a process of this program takes before it has read anything, about. */
const BASE_BYTES = 100 * 2 ** 20
/** What an image takes in the lists, about: its name, points, score, template, medium and place. */
const BYTES_AN_IMAGE = 400

/**
 * How many bytes of image features of `columns` numbers may be held at a time.
 * @throws UsageError where `--memory` does not hold the lists and the templates
 */
export function featureBytes(
  { memory }: IjbFeatureFlags,
  { names, templateIds }: IjbImages,
  columns: number,
): number {
  const fixed = BASE_BYTES + names.length * BYTES_AN_IMAGE + templateIds.length * columns * 8
  // Half of what is left: pieces of the list of pairs, and what is freed but not yet collected, need some too.
  const left = (memory - fixed) / 2
  const least = 64 * PIECE * columns
  if (left < least)
    throw new UsageError(
      `--memory: expected at least ${memoryText(fixed + 2 * least)} for ${templateIds.length} templates of ${columns} numbers, got ${memoryText(memory)}`,
    )
  return left
}

/** Names missing images. @throws DataError unless there are none or `--allow-missing` is given */
export function checkMissing(missing: readonly MissingImage[], { flags, images, say }: PoolWork): void {
  const { length } = images.names
  sayMissing(missing, { of: length, say })
  if (missing.length > 0 && !flags.allowMissing)
    throw new DataError(
      `images: expected all ${length}, got ${length - missing.length}; --allow-missing goes on and marks the result as incomplete`,
    )
}

const memoryText = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}MiB`
