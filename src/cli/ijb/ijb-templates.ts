import { stat } from 'node:fs/promises'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { linesOf } from '../../evaluate/ijb-lines.ts'
import {
  type IjbFaces,
  type IjbImages,
  type Templates,
  templateOrder,
  templatePool,
} from '../../evaluate/index.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { openFeatureFile } from '../embed/feature-file.ts'
import { listFile } from '../files/list-file.ts'
import { progress } from '../progress.ts'
import { poolEmbedded } from './ijb-embedding.ts'
import {
  checkMissing,
  featureBytes,
  type IjbFeatureFlags,
  PIECE,
  type PoolSource,
  type PoolWork,
} from './ijb-source.ts'

/** Where features come from, and how they become templates. */
export interface IjbTemplateFlags extends IjbFeatureFlags {
  readonly weight: 'none' | 'detection'
  readonly unit?: boolean
}

/** Templates and what they were made of. */
export interface PooledTemplates extends PoolSource {
  readonly templates: Templates
}

export interface PoolTemplatesOptions {
  readonly faces: IjbFaces | undefined
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * The features of the templates, from a model and images or from a file of features. Image features pass through in pieces
 * that, with lists and templates, keep to `--memory`, which the model itself and its runtime are not part of.
 * @throws DataError when images are missing, unless `--allow-missing`, and for files that are not what they should be
 * @throws UsageError unless either a model or features are given, and when the memory is too small for the templates
 * @throws StoppedError when the signal stopped it
 */
export async function pooledTemplates(
  flags: IjbTemplateFlags,
  images: IjbImages,
  { faces, say, signal }: PoolTemplatesOptions,
): Promise<PooledTemplates> {
  const { model, features, weight, unit = false } = flags
  if ((model === undefined) === (features === undefined))
    throw new UsageError(
      `features: expected either --model or --features, got ${model === undefined ? 'none' : 'both'}`,
    )
  if (weight === 'detection' && !faces)
    throw new UsageError('--weight detection: expected --names with the detection scores, got none')
  const pool = templatePool(images, { ...(weight === 'detection' && { weights: faces!.scores }), unit })
  const work = { flags, images, faces, order: templateOrder(images), pool, say, signal }
  const found = features === undefined ? await poolEmbedded(work) : await poolRows(features, work)
  return { templates: pool.finish(), ...found }
}

/** Gives the pool the rows of a file. */
async function poolRows(path: string, work: PoolWork): Promise<PoolSource> {
  const { flags, images, order, pool, signal } = work
  for (const name of ['images', 'flip'] as const)
    if (flags[name] !== undefined) throw new UsageError(`--features: takes no --${name}, got ${flags[name]}`)
  const file = await openFeatureFile(path)
  try {
    const { rowOf, names } = await rowsByName(flags, images, { path, rows: file.rows })
    const most = Math.floor(featureBytes(flags, images, file.columns) / (16 * file.columns))
    const missingItems = images.names
      .filter((_, image) => rowOf && rowOf[image]! < 0)
      .map((name) => ({ name, reason: 'no row of its name' }))
    checkMissing(missingItems, work)
    const present = rowOf ? order.filter((image) => rowOf[image]! >= 0) : order
    if (present.length === 0)
      throw new DataError(`${path}: expected rows of the images of the list, got none`)
    const shown = progress({ total: present.length, label: 'pooling', unit: 'images' })
    const piece = Math.max(1, Math.min(PIECE, most))
    try {
      for (let start = 0; start < present.length; start += piece) {
        if (signal.aborted) throw new StoppedError('pooling: stopped')
        const some = present.slice(start, start + piece)
        pool.add(await file.read(rowOf ? some.map((image) => rowOf[image]!) : some), some)
        shown.update(start + some.length)
      }
    } finally {
      shown.finish()
    }
    return {
      missingItems,
      source: { features: { file: path, sha256: await file.sha256(), ...(names && { names }) } },
    }
  } finally {
    await file.close()
  }
}

/** Which row of a feature file is which image's. */
interface RowsByName {
  /** The row of each image, -1 for none; undefined where the rows are the lines of the list. */
  readonly rowOf: Int32Array | undefined
  /** The list of names, with its hash, where there is one. */
  readonly names?: { readonly file: string; readonly sha256: string }
}

async function rowsByName(
  { featureNames }: IjbFeatureFlags,
  { names }: IjbImages,
  { path, rows }: { readonly path: string; readonly rows: number },
): Promise<RowsByName> {
  const beside = namesFile(path)
  const list = featureNames ?? ((await stat(beside).catch(() => null)) ? beside : undefined)
  if (list === undefined) {
    if (rows !== names.length)
      throw new DataError(
        `${path}: expected a row for each of ${names.length} images in the order of the list, got ${rows}`,
      )
    return { rowOf: undefined }
  }
  const rowOf = new Map<string, number>()
  const read = listFile(list)
  for await (const { first, lines } of linesOf(read.bytes(), { where: list }))
    for (const [i, name] of lines.entries()) {
      if (rowOf.has(name)) throw new DataError(`${list}:${first + i}: expected each name once, got it again`)
      rowOf.set(name, first + i - 1)
    }
  if (rowOf.size !== rows)
    throw new DataError(`${list}: expected a name for each of ${rows} rows, got ${rowOf.size}`)
  return { rowOf: Int32Array.from(names, (name) => rowOf.get(name) ?? -1), names: read.facts() }
}
