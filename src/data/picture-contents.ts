import { createHash } from 'node:crypto'
import { DataError } from '../errors.ts'
import { inspect } from '../image/inspect.ts'
import { measure } from '../image/measure.ts'
import type { Size } from '../image/warp.ts'
import type { Dataset } from './dataset.ts'
import { forEachIndex } from './parallel.ts'
import { pictureBytes } from './source.ts'

/** How to look through pictures. */
export interface PictureContentsOptions {
  /** How many at a time. */
  readonly parallel?: number
  /** Called with the number done and the number in all. */
  readonly onProgress?: (done: number, total: number) => void
  /** Stops the work. */
  readonly signal?: AbortSignal
}

/** What a picture's file holds. */
export interface PictureContent extends Partial<Size> {
  /** SHA-256 of its bytes, in hex; absent where it cannot be read. */
  readonly sha256?: string
  readonly bytes?: number
  /** `jpeg`, `png`, …; format and size are absent where it is no picture. */
  readonly format?: string
  /** Why it cannot be used, in one line. */
  readonly problem?: string
}

/**
 * Reads the file of every picture of a data set once: its hash, its size, and whether both its ends are as they should be.
 * @throws the signal's reason.
 */
export async function pictureContents(
  { samples }: Pick<Dataset, 'samples'>,
  { parallel = 8, onProgress, signal }: PictureContentsOptions = {},
): Promise<PictureContent[]> {
  const contents = new Array<PictureContent>(samples.length)
  let done = 0
  await forEachIndex(samples.length, parallel, async (index) => {
    signal?.throwIfAborted()
    contents[index] = await contentOf(samples[index]!)
    onProgress?.(++done, samples.length)
  })
  return contents
}

async function contentOf(sample: Dataset['samples'][number]): Promise<PictureContent> {
  let held: Awaited<ReturnType<typeof pictureBytes>>
  try {
    held = await pictureBytes(sample)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { problem: error.message }
  }
  const { bytes, path: name } = held
  const facts = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
  try {
    await inspect(bytes, { name })
    return { ...facts, ...(await measure(bytes)) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { ...facts, problem: error.message }
  }
}

/**
 * SHA-256, in hex, of the names, labels and contents of all pictures in order: another where one byte of one picture is.
 * Pictures that cannot be read stand for themselves by name.
 */
export function contentHash(
  { people, samples }: Pick<Dataset, 'people' | 'samples'>,
  contents: readonly PictureContent[],
): string {
  const hash = createHash('sha256')
  for (const [i, { name, label }] of samples.entries())
    hash.update(`${JSON.stringify([people[label], name, label, contents[i]!.sha256 ?? null])}\n`)
  return hash.digest('hex')
}

/** Pictures of equal bytes, by index: groups of two or more in the order of their first. */
export function duplicates(contents: readonly PictureContent[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [i, { sha256 }] of contents.entries())
    if (sha256 !== undefined) {
      const group = groups.get(sha256)
      if (group) group.push(i)
      else groups.set(sha256, [i])
    }
  return [...groups.values()].filter((group) => group.length > 1)
}
