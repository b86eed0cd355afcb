import { existsSync } from 'node:fs'
import { readHashedText } from '../../data/read-text.ts'
import { DataError, shown } from '../../errors.ts'
import type { Matrix } from '../../math/matrix.ts'
import { namesFile } from './embed-folder.ts'
import { openFeatureFile } from './feature-file.ts'
import type { MissingImage } from './missing-images.ts'

/** Features of items, from a file. */
export interface NamedFeatures {
  /** [N, D], rows in the order of the items; zeros where missing. */
  readonly feature: Matrix
  /** 1 for each item that has no row, [N]. */
  readonly missing: Uint8Array
  readonly missingItems: readonly MissingImage[]
  readonly source: {
    readonly features: {
      readonly file: string
      readonly sha256: string
      /** The list of names; null where the rows were taken in the items' order. */
      readonly names: { readonly file: string; readonly sha256: string } | null
    }
  }
}

/**
 * Reads the rows of the named items from a file of features. Its names, one a line and one a row, lie in `names`; where no
 * such file was given and none lies beside the features, as many rows as items are taken in the items' order.
 * @throws DataError `file: …` where names and rows do not fit, and as `openFeatureFile` does
 */
export async function readNamedFeatures(
  file: string,
  items: readonly string[],
  { names, say }: { readonly names?: string | undefined; readonly say: (line: string) => void },
): Promise<NamedFeatures> {
  const features = await openFeatureFile(file)
  try {
    const { rows } = features
    const list = names ?? namesFile(file)
    const inOrder = names === undefined && !existsSync(list)
    if (inOrder && rows !== items.length)
      throw new DataError(
        `${file}: expected ${list} with the names of its ${rows} rows, or a row for each of ${items.length} items in order`,
      )
    if (inOrder) say(`${file}: no ${list}: its rows are taken in the order of the list`)
    const read = inOrder ? undefined : await readHashedText(list)
    const rowOf = read ? matchNames(items, read.text, { list, rows }) : Int32Array.from(items.keys())
    const missingItems = items.flatMap((name, i) =>
      rowOf[i]! < 0 ? [{ name, reason: `no row in ${list}` }] : [],
    )
    if (missingItems.length === items.length)
      throw new DataError(`${list}: none of ${items.length} items is named, the first: ${items[0] ?? 'none'}`)
    return {
      feature: await features.read(rowOf),
      missing: Uint8Array.from(rowOf, (row) => (row < 0 ? 1 : 0)),
      missingItems,
      source: {
        features: {
          file,
          sha256: await features.sha256(),
          names: read ? { file: list, sha256: read.sha256 } : null,
        },
      },
    }
  } finally {
    await features.close()
  }
}

/** The row of each item by its name, −1 where it has none. @throws DataError */
export function matchNames(
  items: readonly string[],
  text: string,
  { list = 'names', rows }: { readonly list?: string; readonly rows: number },
): Int32Array {
  const lines = text.split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length !== rows)
    throw new DataError(`${list}: expected a name for each of ${rows} rows, got ${lines.length}`)
  const rowOf = new Map<string, number>()
  for (const [row, name] of lines.entries()) {
    const first = rowOf.get(name)
    if (first !== undefined)
      throw new DataError(
        `${list}:${row + 1}: expected each name once, got that of line ${first + 1}, ${shown(name)}`,
      )
    rowOf.set(name, row)
  }
  return Int32Array.from(items, (name) => rowOf.get(name) ?? -1)
}
