import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { matchLandmarks, readLandmarks } from '../../data/index.ts'
import { DataError, fileProblem } from '../../errors.ts'

/** The picture of an item of a protocol. */
export interface ItemImage {
  readonly path: string
  readonly points?: Float64Array | undefined
  /** Why it cannot be used, if that is known before it is read. */
  readonly reason?: string | undefined
}

/**
 * Where the picture of each item lies, below a folder unless the item says it, and its points.
 * @throws DataError for a missing folder or a wrong landmarks file
 */
export async function itemImages(
  items: readonly { readonly name: string; readonly path?: string }[],
  { images: folder, landmarks }: { readonly images: string; readonly landmarks?: string | undefined },
): Promise<ItemImage[]> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new DataError(`${folder}: ${fileProblem(error)}`)
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: expected a folder, got a file`)
  const images: ItemImage[] = items.map(({ name, path }) => ({ path: path ?? join(folder, name) }))
  if (landmarks === undefined) return images
  const { rows, ambiguousImages } = matchLandmarks(await readLandmarks(landmarks), images, {
    directory: folder,
  })
  const ambiguous = new Set(ambiguousImages)
  return images.map(({ path }, i) => ({
    path,
    points: rows[i]?.points,
    reason: rows[i] ? undefined : ambiguous.has(i) ? 'several landmark rows fit it' : 'no landmarks',
  }))
}
