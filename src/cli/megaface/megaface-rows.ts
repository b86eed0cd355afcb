import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, fileProblem } from '../../errors.ts'
import { type Matrix, unitRows } from '../../math/matrix.ts'
import type { FeatureSource } from '../../search/index.ts'

/** How rows are read. */
export interface RowOptions {
  /** Bring each to length 1. */
  readonly normalise?: boolean | undefined
  /** What errors call a row: the file and its item. */
  readonly nameOf: (row: number) => string
}

/**
 * The numbers of a matrix [N, D] rounded to float32, and then brought to length 1 where that was asked for (in float64,
 * rounded again).
 * @throws DataError `name: …` for a number that is not finite as float32
 */
export function float32Rows(matrix: Matrix, { normalise = false, nameOf }: RowOptions): Float32Array {
  const single = Float32Array.from(matrix.data)
  const wrong = single.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new DataError(
      `${nameOf(Math.floor(wrong / matrix.columns))}: expected finite numbers of float32, got ${matrix.data[wrong]} at ${wrong % matrix.columns}`,
    )
  return normalise ? Float32Array.from(unitRows({ ...matrix, data: single }).data) : single
}

/** A file of float32 rows that grows. */
export interface RowsFile {
  /** @throws DataError as `float32Rows` does, and when the file cannot be written */
  append(matrix: Matrix, options: RowOptions): Promise<void>
  close(): Promise<void>
  /** The given rows, in that order. */
  source(order: Int32Array): FeatureSource
}

/** A new file of rows of `columns` numbers in a folder. @throws DataError when it cannot be written */
export async function rowsFile(folder: string, columns: number): Promise<RowsFile> {
  const path = join(folder, 'rows.f32')
  const problem = (error: unknown) => new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  const file = await open(path, 'w').catch((error: unknown) => {
    throw problem(error)
  })
  let rows = 0
  return {
    async append(matrix, options) {
      const data = float32Rows(matrix, options)
      await file.writeFile(new Uint8Array(data.buffer)).catch((error: unknown) => {
        throw problem(error)
      })
      rows += matrix.rows
    },
    close: () => file.close(),
    source: (order) => ({ kind: 'matrix', path, offset: 0, rows, columns, order }),
  }
}
