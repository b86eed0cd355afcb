import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readText } from '../data/read-text.ts'
import { decodeNpy } from '../embed/index.ts'
import { DataError, fileProblem } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { namesFile } from './embed-folder.ts'
import type { MissingImage } from './missing-images.ts'

/** Features of items, from a file. */
export interface FileFeatures {
  readonly feature: Matrix
  readonly missing: Uint8Array
  readonly missingItems: readonly MissingImage[]
  readonly source: Readonly<Record<string, unknown>>
}

/** Reads the rows of the named items from a file of features. @throws DataError `file: …` */
export async function readFeatures(
  file: string,
  items: readonly string[],
  { names = namesFile(file) } = {},
): Promise<FileFeatures> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new DataError(`${file}: ${fileProblem(error)}`)
  })
  const { shape, data } = decodeNpy(bytes, { name: file })
  const lines = (await readText(names)).split('\n').slice(0, -1)
  const [rows = 0, columns = 0] = shape
  if (lines.length !== rows)
    throw new DataError(`${names}: expected a name for each of ${rows} rows, got ${lines.length}`)
  const rowOf = new Map(lines.map((name, row) => [name, row]))
  const own = new Float32Array(items.length * columns)
  const missing = new Uint8Array(items.length)
  const missingItems: MissingImage[] = []
  for (const [i, name] of items.entries()) {
    const row = rowOf.get(name)
    if (row === undefined) {
      missing[i] = 1
      missingItems.push({ name, reason: `no row in ${names}` })
    } else own.set(data.subarray(row * columns, (row + 1) * columns), i * columns)
  }
  return {
    feature: { data: own, rows: items.length, columns },
    ...{ missing, missingItems },
    source: { features: { file, sha256: createHash('sha256').update(bytes).digest('hex') } },
  }
}
