import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { type FileSourceOptions, readAligned } from '../../data/index.ts'
import { forEachIndex } from '../../data/parallel.ts'
import { DataError, fileProblem } from '../../errors.ts'
import { progress } from '../progress.ts'
import type { ItemImage } from './item-images.ts'

/** An image to embed: a file and its points, or whatever `read` writes. */
export type ImageToEmbed = { readonly name: string } & (
  | ItemImage
  | {
      /** Writes the image, uint8 RGB of the model's size, at `offset` of `out`; throws DataError. */
      readonly read: (out: Uint8Array, offset: number) => Promise<void>
      /** What the cache knows it by; without one it is not cached. */
      readonly contentKey?: () => string
    }
)

/** Which images cannot be read, as far as that is seen without decoding, and the keys of the others. */
export async function lookAt(
  items: readonly ImageToEmbed[],
  {
    signal,
    label,
    withKeys,
  }: { readonly signal: AbortSignal; readonly label: string; readonly withKeys: boolean },
) {
  const keys: (string | undefined)[] = new Array(items.length)
  const reasons = new Map<number, string>()
  const shown = progress({ total: items.length, label: `${label}: looking`, unit: 'images' })
  let done = 0
  // No word of it where it is over at once.
  let told = false
  const start = performance.now()
  await forEachIndex(items.length, 8, async (i) => {
    signal.throwIfAborted()
    const item = items[i]!
    if ('read' in item) {
      if (withKeys) keys[i] = keyOf(item)
    } else if (item.reason !== undefined) reasons.set(i, item.reason)
    else {
      try {
        if (withKeys) keys[i] = keyOf(item, await readFile(item.path))
        else await stat(item.path)
      } catch (error) {
        reasons.set(i, unreadable(error))
      }
    }
    done++
    if (performance.now() - start < 2000) return
    told = true
    shown.update(done)
  }).finally(() => told && shown.finish())
  return { keys, reasons }
}

/**
 * Writes an image of the wished size, uint8 RGB, at `offset` of `out`, and gives its key: that of the very bytes that were
 * decoded, since the file may have changed after it was looked at.
 * @throws DataError for a picture that cannot be read, decoded or aligned
 */
export async function readItem(
  item: ImageToEmbed,
  size: FileSourceOptions,
  out: Uint8Array,
  offset: number,
): Promise<string | undefined> {
  if ('read' in item) {
    await item.read(out, offset)
    return keyOf(item)
  }
  const { path, points } = item
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new DataError(unreadable(error))
  })
  await readAligned({ path, bytes, ...(points && { points }) }, size, out, offset)
  return keyOf(item, bytes)
}

/** What the cache knows an image by, 32 bytes as a latin1 text; undefined where nothing names its content. */
function keyOf(item: ImageToEmbed, bytes?: Uint8Array): string | undefined {
  const hash = createHash('sha256')
  if ('read' in item) {
    if (item.contentKey === undefined) return undefined
    hash.update(`content ${item.contentKey()}`)
  } else {
    hash.update(
      `file ${createHash('sha256').update(bytes!).digest('hex')} ${item.points?.join() ?? 'aligned'}`,
    )
  }
  return hash.digest('binary')
}

/** Why a file cannot be read, in the words in which decoding says it. */
function unreadable(error: unknown): string {
  const { code } = error as { readonly code?: string }
  if (code === 'ENOENT') return 'no such file'
  return code === 'EISDIR' ? 'expected a picture, got a folder' : fileProblem(error)
}
