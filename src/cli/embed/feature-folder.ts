import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { forEachIndex } from '../../data/parallel.ts'
import { DataError, fileProblem } from '../../errors.ts'
import { decodeFeature } from '../../search/index.ts'
import { type MissingImage, reasonOf } from './missing-images.ts'

/** Where a folder has the feature file of each item: its path below the folder, plus the ending. */
export interface FeatureFolder {
  readonly folder: string
  readonly ending: string
}

/** The feature file of an item. */
export const featurePath = ({ folder, ending }: FeatureFolder, item: string): string =>
  join(folder, `${item}${ending}`)

/** Items whose feature file cannot be used, by their index, rising. */
export interface UnusableItems {
  readonly indices: readonly number[]
  readonly items: readonly MissingImage[]
}

const ahead = 16

/** @throws DataError when there is no such folder */
export async function checkFolder({ folder }: FeatureFolder): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: expected a folder, got a file`)
}

/**
 * Reads the feature file of each item and hands it to `use`; those that cannot be read, or have not `columns` numbers
 * (by default as many as the first that can be read), are returned.
 */
export async function readFeatureFolder(
  folder: FeatureFolder,
  items: readonly string[],
  use: (feature: Float32Array, i: number) => void,
  {
    columns,
    signal,
    onProgress,
  }: {
    readonly columns?: number
    readonly signal?: AbortSignal
    readonly onProgress?: (done: number) => void
  } = {},
): Promise<UnusableItems> {
  const wrong = new Map<number, string>()
  let expected = columns
  let done = 0
  const read = async (i: number): Promise<void> => {
    signal?.throwIfAborted()
    const path = featurePath(folder, items[i]!)
    try {
      const feature = decodeFeature(await readFile(path), path)
      expected ??= feature.length
      if (feature.length !== expected)
        throw new DataError(`${path}: expected ${expected} numbers, got ${feature.length}`)
      use(feature, i)
    } catch (error) {
      wrong.set(i, error instanceof DataError ? reasonOf(error.message, path) : fileProblem(error))
    }
    onProgress?.(++done)
  }
  // One by one until the length is known, so that it does not depend on which file comes first.
  let first = 0
  while (first < items.length && expected === undefined) await read(first++)
  await forEachIndex(items.length - first, ahead, (i) => read(first + i))
  return unusable(wrong, items)
}

/**
 * Looks for feature files that are missing or have not the length of one with `columns` numbers; does not read the numbers.
 */
export async function findFeatureFiles(
  folder: FeatureFolder,
  items: readonly string[],
  columns: number,
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void } = {},
): Promise<UnusableItems> {
  const wrong = new Map<number, string>()
  const sizes = [16 + 4 * columns, 16 + 8 * columns]
  let done = 0
  await forEachIndex(items.length, ahead, async (i) => {
    signal?.throwIfAborted()
    const found = await stat(featurePath(folder, items[i]!)).catch((error: unknown) => fileProblem(error))
    if (typeof found === 'string') wrong.set(i, found)
    else if (!found.isFile()) wrong.set(i, 'expected a file, got a folder')
    else if (!sizes.includes(found.size))
      wrong.set(i, `expected ${sizes[0]} bytes for ${columns} numbers, got ${found.size}`)
    onProgress?.(++done)
  })
  return unusable(wrong, items)
}

function unusable(wrong: ReadonlyMap<number, string>, items: readonly string[]): UnusableItems {
  const indices = [...wrong.keys()].sort((a, b) => a - b)
  return { indices, items: indices.map((i) => ({ name: items[i]!, reason: wrong.get(i)! })) }
}
