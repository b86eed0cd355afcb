import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { readText } from '../data/read-text.ts'
import { DataError, fileProblem } from '../errors.ts'
import type { JsonObject } from '../evaluate/part-file.ts'
import { type Matrix, unitRows } from '../math/matrix.ts'
import type { FeatureSource } from '../search/index.ts'
import { namesFile } from './embed-folder.ts'
import { itemFeatures } from './evaluation-features.ts'
import { openFeatureFile } from './feature-file.ts'
import { featurePath, findFeatureFiles, readFeatureFolder, type UnusableItems } from './feature-folder.ts'
import { type MegafaceFlags, threadsOf } from './megaface-options.ts'
import { type FeatureOrigin, imagesOf } from './megaface-probes.ts'
import { matchNames } from './named-features.ts'
import { progress } from './progress.ts'

/** The features of a list of distractors. */
export interface DistractorFeatures {
  /** Those that cannot be used. */
  readonly unusable: UnusableItems
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

/** What the JSON says of where distractors come from. */
export async function originFacts(origin: FeatureOrigin): Promise<JsonObject> {
  if (origin.kind === 'folder') return { ending: origin.ending }
  if (origin.kind === 'model') return {}
  const file = await openFeatureFile(origin.file)
  try {
    return { features: { file: origin.file, sha256: await file.sha256() } }
  } finally {
    await file.close()
  }
}

/** The files as they are: read where they are counted. */
async function fromFolder(
  origin: Extract<FeatureOrigin, { readonly kind: 'folder' }>,
  paths: readonly string[],
  { flags, columns, signal, label }: DistractorContext,
): Promise<DistractorFeatures> {
  const look = async (inside: boolean): Promise<UnusableItems> => {
    const shown = shownIfLong(paths.length, `${label}: ${inside ? 'reading' : 'looking for'} files`)
    const options = { signal, onProgress: (done: number) => shown?.update(done) }
    try {
      return await (inside
        ? readFeatureFolder(origin, paths, () => {}, { columns, ...options })
        : findFeatureFiles(origin, paths, columns, options))
    } finally {
      shown?.finish()
    }
  }
  // What is left out must be known before anything is counted, and by every shard alike.
  const inside = flags.allowMissing === true
  return {
    unusable: await look(inside),
    ...(!inside && { inspect: () => look(true) }),
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
  const { columns, label, signal } = context
  const file = await rowsFile(context)
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
      await file.append({ data, rows: piece.length, columns })
    }
    return {
      unusable: { indices: wrong.flatMap((w) => w.indices), items: wrong.flatMap((w) => w.items) },
      source: file.source,
    }
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
    const items = indices.map((i) => ({ name: paths[i]!, reason: `no row in ${list}` }))
    const unusable = { indices, items }
    if (type === 'float32' && !flags.normalise)
      return {
        unusable,
        source: (wanted) => ({
          ...{ kind: 'matrix', path, offset: start, rows, columns },
          order: wanted.map((i) => rowOf[i]!),
        }),
      }
    const file = await rowsFile(context)
    try {
      for (let first = 0; first < paths.length; first += PIECE) {
        signal.throwIfAborted()
        await file.append(await features.read(rowOf.slice(first, first + PIECE)))
      }
    } finally {
      await file.close()
    }
    return { unusable, source: file.source }
  } finally {
    await features.close()
  }
}

/** What a model makes of the images, piece by piece, in one file of rows. */
async function fromModel(
  origin: Extract<FeatureOrigin, { readonly kind: 'model' }>,
  paths: readonly string[],
  context: DistractorContext,
): Promise<DistractorFeatures> {
  const { flags, say, signal, label, columns } = context
  const file = await rowsFile(context)
  try {
    const wrong: UnusableItems[] = []
    for (let first = 0; first < paths.length; first += PIECE) {
      const piece = paths.slice(first, first + PIECE)
      const { fused, missing, missingItems } = await itemFeatures(
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
      await file.append(fused)
    }
    return {
      unusable: { indices: wrong.flatMap((w) => w.indices), items: wrong.flatMap((w) => w.items) },
      source: file.source,
    }
  } finally {
    await file.close()
  }
}

/** Items that are held at once. */
const PIECE = 16_384

/** A file of float32 rows in the scratch folder, brought to length 1 where that was asked for. */
async function rowsFile({ flags, columns, scratch, label }: DistractorContext) {
  const path = join(await scratch(), `${label.replaceAll(' ', '-')}.f32`)
  const problem = (error: unknown) => new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  const file = await open(path, 'w').catch((error: unknown) => {
    throw problem(error)
  })
  let rows = 0
  return {
    async append(matrix: Matrix): Promise<void> {
      const data = Float32Array.from(flags.normalise ? unitRows(matrix).data : matrix.data)
      await file.writeFile(new Uint8Array(data.buffer)).catch((error: unknown) => {
        throw problem(error)
      })
      rows += matrix.rows
    },
    close: () => file.close(),
    source: (order: Int32Array): FeatureSource => ({ kind: 'matrix', path, offset: 0, rows, columns, order }),
  }
}
