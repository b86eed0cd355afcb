import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { readText } from '../../data/read-text.ts'
import { DataError } from '../../errors.ts'
import type { JsonObject } from '../../evaluate/part-file.ts'
import type { FeatureSource } from '../../search/index.ts'
import { namesFile } from '../embed/embed-folder.ts'
import { type FeatureFile, openFeatureFile } from '../embed/feature-file.ts'
import {
  featurePath,
  findFeatureFiles,
  readFeatureFolder,
  type UnusableItems,
} from '../embed/feature-folder.ts'
import { matchNames } from '../embed/named-features.ts'
import { itemFeatures } from '../evaluate/evaluation-features.ts'
import { lookAt } from '../evaluate/image-content.ts'
import { itemImages } from '../evaluate/item-images.ts'
import { progress } from '../progress.ts'
import { type MegafaceFlags, threadsOf } from './megaface-options.ts'
import { type FeatureOrigin, imagesOf, sampleFacts, withoutPaths } from './megaface-origin.ts'
import { rowsFile } from './megaface-rows.ts'

/** The features of a list of distractors. */
export interface DistractorFeatures {
  /** Those that cannot be used. */
  readonly unusable: UnusableItems
  /** For the JSON: what they were read or computed from, as far as it belongs to the list. */
  readonly facts: JsonObject
  /** Looks into each file, where that was not done; for when one could not be counted. */
  readonly inspect?: () => Promise<UnusableItems>
  /** The features of the given items of the list, in that order; none that is unusable. */
  source(indices: Int32Array): FeatureSource
}

/** Where distractors are read from, for one run. */
export interface DistractorContext {
  readonly flags: MegafaceFlags
  readonly columns: number
  /** A folder for files that are too large for memory. */
  readonly scratch: () => Promise<string>
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** What progress calls the work. */
  readonly label: string
}

/** Finds, reads or computes the features of a list of distractors. @throws DataError, StoppedError */
export function openDistractors(
  origin: FeatureOrigin,
  paths: readonly string[],
  context: DistractorContext,
): Promise<DistractorFeatures> {
  if (origin.kind === 'model') return fromModel(origin, paths, context)
  if (origin.kind === 'file') return fromFile(origin.file, paths, context)
  return context.flags.normalise || isLong(paths.length, context)
    ? packed(origin, paths, context)
    : fromFolder(origin, paths, context)
}

/** Whether the paths of the files, which each thread has for itself, would take too much of the memory. */
const isLong = (files: number, { flags }: DistractorContext): boolean =>
  160 * files * (threadsOf(flags) + 1) > flags.memory / 4

/**
 * The items of a list whose features or images are not there, as far as that is seen without reading them; distractors have
 * `columns` numbers.
 * @throws DataError where the names of a file's rows do not fit
 */
export async function findDistractors(
  origin: FeatureOrigin,
  paths: readonly string[],
  { columns, signal, label }: Pick<DistractorContext, 'columns' | 'signal' | 'label'>,
): Promise<UnusableItems> {
  if (origin.kind === 'folder') {
    const shown = shownIfLong(paths.length, `${label}: looking for files`)
    const onProgress = (done: number) => shown?.update(done)
    return findFeatureFiles(origin, paths, columns, { signal, onProgress }).finally(() => shown?.finish())
  }
  if (origin.kind === 'file') {
    const features = await openFeatureFile(origin.file)
    return (await rowsOf(features, origin.file, paths).finally(() => features.close())).unusable
  }
  const named = paths.map((name) => ({ name }))
  const found = await itemImages(named, { ...imagesOf(origin) })
  const images = found.map((image, i) => ({ ...image, name: paths[i]! }))
  const { reasons } = await lookAt(images, { signal, label, withKeys: false })
  const indices = [...reasons.keys()].sort((a, b) => a - b)
  return { indices, items: indices.map((i) => ({ name: paths[i]!, reason: reasons.get(i)! })) }
}

/** The files as they are, which have been looked for: read where they are counted. */
async function fromFolder(
  origin: Extract<FeatureOrigin, { readonly kind: 'folder' }>,
  paths: readonly string[],
  { flags, columns, signal, label }: DistractorContext,
): Promise<DistractorFeatures> {
  const inspect = (): Promise<UnusableItems> => {
    const shown = shownIfLong(paths.length, `${label}: reading files`)
    const onProgress = (done: number) => shown?.update(done)
    return readFeatureFolder(origin, paths, () => {}, { columns, signal, onProgress }).finally(() =>
      shown?.finish(),
    )
  }
  // What is left out must be known before anything is counted, and by every shard alike.
  const unusable = flags.allowMissing ? await inspect() : { indices: [], items: [] }
  return {
    ...{ unusable, facts: await sampleFacts(origin, paths, unusable) },
    ...(!flags.allowMissing && { inspect }),
    source: (indices) => ({
      kind: 'files',
      paths: Array.from(indices, (i) => featurePath(origin, paths[i]!)),
      columns,
    }),
  }
}

/** Progress of work on many files. */
const shownIfLong = (total: number, label: string) =>
  total < 10_000 ? undefined : progress({ total, label, unit: 'files' })

/** What the files hold, brought to length 1 where that was asked for, in one file of rows. */
async function packed(
  origin: Extract<FeatureOrigin, { readonly kind: 'folder' }>,
  paths: readonly string[],
  context: DistractorContext,
): Promise<DistractorFeatures> {
  const { columns, label, signal, flags } = context
  const { normalise } = flags
  const file = await rowsFile(await context.scratch(), columns)
  const shown = shownIfLong(paths.length, `${label}: reading files`)
  try {
    const wrong: UnusableItems[] = []
    for (let first = 0; first < paths.length; first += PIECE) {
      const piece = paths.slice(first, first + PIECE)
      const data = new Float32Array(piece.length * columns)
      const { indices, items } = await readFeatureFolder(
        origin,
        piece,
        (feature, i) => data.set(feature, i * columns),
        { columns, signal, onProgress: (done) => shown?.update(first + done) },
      )
      wrong.push({ indices: indices.map((i) => first + i), items })
      const nameOf = (row: number) => featurePath(origin, piece[row]!)
      await file.append({ data, rows: piece.length, columns }, { normalise, nameOf })
    }
    const unusable = joined(wrong)
    return { unusable, facts: await sampleFacts(origin, paths, unusable), source: file.source }
  } finally {
    shown?.finish()
    await file.close()
  }
}

/** The rows of one file of features; copied where they are float64 or to be brought to length 1. */
async function fromFile(
  path: string,
  paths: readonly string[],
  context: DistractorContext,
): Promise<DistractorFeatures> {
  const { columns, flags, say, signal } = context
  const features = await openFeatureFile(path)
  try {
    const { rows, type, start } = features
    if (features.columns !== columns)
      throw new DataError(
        `${path}: expected ${columns} numbers a row as the probes have, got ${features.columns}`,
      )
    const { rowOf, unusable } = await rowsOf(features, path, paths, say)
    if (type === 'float32' && !flags.normalise)
      return {
        ...{ unusable, facts: {} },
        source: (wanted) => ({
          ...{ kind: 'matrix', path, offset: start, rows, columns },
          order: wanted.map((i) => rowOf[i]!),
        }),
      }
    const file = await rowsFile(await context.scratch(), columns)
    const { normalise } = flags
    try {
      for (let first = 0; first < paths.length; first += PIECE) {
        signal.throwIfAborted()
        const nameOf = (row: number) => `${path}: ${paths[first + row]}`
        await file.append(await features.read(rowOf.slice(first, first + PIECE)), { normalise, nameOf })
      }
    } finally {
      await file.close()
    }
    return { unusable, facts: {}, source: file.source }
  } finally {
    await features.close()
  }
}

/** The row of each distractor in a file of features, by the names beside it; without these in the order of the list. */
async function rowsOf(
  { rows }: FeatureFile,
  path: string,
  paths: readonly string[],
  say: (line: string) => void = () => {},
): Promise<{ readonly rowOf: Int32Array; readonly unusable: UnusableItems }> {
  const list = namesFile(path)
  const isNamed = existsSync(list)
  if (!isNamed) {
    if (rows !== paths.length)
      throw new DataError(
        `${path}: expected ${list} with the names of its ${rows} rows, or a row for each of ${paths.length} distractors in order`,
      )
    say(`${path}: no ${list}: its rows are taken in the order of the list`)
  }
  const rowOf = isNamed
    ? matchNames(paths, await readText(list), { list, rows })
    : Int32Array.from(paths.keys())
  const indices = Array.from(rowOf.keys()).filter((i) => rowOf[i]! < 0)
  // Without its folder: shards may name it by other paths, and what they say must be the same.
  const reason = `no row in ${basename(list)}`
  return { rowOf, unusable: { indices, items: indices.map((i) => ({ name: paths[i]!, reason })) } }
}

/** What a model makes of the images, piece by piece, in one file of rows. */
async function fromModel(
  origin: Extract<FeatureOrigin, { readonly kind: 'model' }>,
  paths: readonly string[],
  context: DistractorContext,
): Promise<DistractorFeatures> {
  const { flags, say, signal, label, columns } = context
  const file = await rowsFile(await context.scratch(), columns)
  try {
    const wrong: UnusableItems[] = []
    let facts: JsonObject = {}
    for (let first = 0; first < paths.length; first += PIECE) {
      const piece = paths.slice(first, first + PIECE)
      const { fused, missing, missingItems, source } = await itemFeatures(
        { ...flags, ...imagesOf(origin), allowMissing: flags.allowMissing ?? false },
        piece.map((name) => ({ name })),
        { say, signal, label },
      )
      if (fused.columns !== columns)
        throw new DataError(
          `distractors: expected ${columns} numbers as the probes have, got ${fused.columns}`,
        )
      const indices = Array.from(missing.keys()).filter((i) => missing[i])
      wrong.push({ indices: indices.map((i) => first + i), items: missingItems })
      facts = withoutPaths(source)
      await file.append(fused, { normalise: flags.normalise, nameOf: (row) => piece[row]! })
    }
    return { unusable: joined(wrong), facts, source: file.source }
  } finally {
    await file.close()
  }
}

/** Items that are held at once. */
const PIECE = 16_384

const joined = (pieces: readonly UnusableItems[]): UnusableItems => ({
  indices: pieces.flatMap(({ indices }) => indices),
  items: pieces.flatMap(({ items }) => items),
})
