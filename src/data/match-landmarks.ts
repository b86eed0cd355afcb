import { dirname, resolve } from 'node:path'
import type { LandmarkRow, Landmarks } from './landmarks.ts'
import { personFile } from './person-file.ts'

/** Which image got which row. */
export interface LandmarkMatch {
  /** The row of each image, in the order of the images, or none. */
  readonly rows: readonly (LandmarkRow | undefined)[]
  /** Indices of images that no row names. */
  readonly unmatchedImages: readonly number[]
  /** Indices of images that rows name, but not one row alone. */
  readonly ambiguousImages: readonly number[]
  /** Rows that name no image. */
  readonly unmatchedRows: readonly LandmarkRow[]
  /** Rows that are not used since another row names the same image, or the row names several. */
  readonly ambiguousRows: readonly LandmarkRow[]
}

/**
 * Finds the row of each image, by the image's path from the CSV's folder; for what is left, by its path from
 * `directory` (the folder of images); for what is left then, by `person/file`. Where two rows name one image the same
 * way, or a row names two images, none of these rows is used: a guess would misalign a face in silence.
 */
export function matchLandmarks(
  landmarks: Landmarks,
  images: readonly { readonly path: string }[],
  { directory }: { readonly directory?: string } = {},
): LandmarkMatch {
  const folder = dirname(landmarks.file)
  const ways: [(row: string) => string, (path: string) => string][] = [
    [(row) => resolve(folder, row), (path) => resolve(path)],
    ...(directory === undefined
      ? []
      : ([[(row) => resolve(directory, row), (path) => resolve(path)]] satisfies typeof ways)),
    [personFile, personFile],
  ]
  const rows: (LandmarkRow | undefined)[] = images.map(() => undefined)
  const ambiguousImages = new Set<number>()
  const ambiguousRows: LandmarkRow[] = []
  let rest = landmarks.rows
  for (const [keyOfRow, keyOfPath] of ways) {
    const open = [...images.keys()].filter((i) => !rows[i] && !ambiguousImages.has(i))
    const imagesBy = Map.groupBy(open, (i) => keyOfPath(images[i]!.path))
    const left: LandmarkRow[] = []
    for (const [key, named] of Map.groupBy(rest, (row) => keyOfRow(row.image))) {
      const found = imagesBy.get(key) ?? []
      if (found.length === 0) left.push(...named)
      else if (found.length === 1 && named.length === 1) rows[found[0]!] = named[0]!
      else {
        ambiguousRows.push(...named)
        for (const i of found) ambiguousImages.add(i)
      }
    }
    rest = left
  }
  return {
    rows,
    unmatchedImages: [...images.keys()].filter((i) => !rows[i] && !ambiguousImages.has(i)),
    ambiguousImages: [...ambiguousImages].sort((a, b) => a - b),
    unmatchedRows: rest,
    ambiguousRows: ambiguousRows.sort((a, b) => a.line - b.line),
  }
}
