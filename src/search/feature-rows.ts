import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { DataError, fileProblem } from '../errors.ts'

/** Where features lie: one file of the official form an item, or one matrix of float32 rows. */
export type FeatureSource =
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly columns: number }
  | {
      readonly kind: 'matrix'
      readonly path: string
      /** Bytes before the first row. */
      readonly offset: number
      readonly rows: number
      readonly columns: number
      /** The rows to use, in order; all by default. */
      readonly order?: Int32Array
    }

/** How many items a source gives. */
export const itemCount = (source: FeatureSource): number =>
  source.kind === 'files' ? source.paths.length : (source.order?.length ?? source.rows)

/**
 * Reads a feature file of the official form: little-endian int32 rows, columns, bytes a row, type (5 float32, 6 float64,
 * rounded to float32), then the numbers.
 * @throws DataError `path: …` for anything else, and for a number that is not finite
 */
export function decodeFeature(bytes: Uint8Array, path: string): Float32Array {
  if (bytes.length < 16)
    throw new DataError(`${path}: expected 16 bytes before the numbers, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [rows, columns, stride, type] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ]
  const width = type === 5 ? 4 : type === 6 ? 8 : 0
  if (width === 0) throw new DataError(`${path}: expected type 5 (float32) or 6 (float64), got ${type}`)
  if (rows < 1 || columns < 1)
    throw new DataError(`${path}: expected a matrix of numbers, got ${rows} x ${columns}`)
  if (stride !== columns * width)
    throw new DataError(`${path}: expected ${columns * width} bytes a row, got ${stride}`)
  if (bytes.length !== 16 + rows * stride)
    throw new DataError(`${path}: expected ${16 + rows * stride} bytes, got ${bytes.length}`)
  const feature = new Float32Array(rows * columns)
  for (let i = 0; i < feature.length; i++) {
    feature[i] = type === 5 ? view.getFloat32(16 + 4 * i, true) : view.getFloat64(16 + 8 * i, true)
    if (!Number.isFinite(feature[i]!))
      throw new DataError(`${path}: expected finite numbers, got ${feature[i]} at ${i}`)
  }
  return feature
}

/** Reads items from one source, again and again; `close` when done. */
export interface FeatureReader {
  /** Writes items `first` … `first + count − 1` into `out`, row by row. @throws DataError */
  read(first: number, count: number, out: Float32Array): void
  close(): void
}

/** Opens a source; blocks while it reads, so it belongs into a worker thread. @throws DataError */
export function openFeatures(source: FeatureSource): FeatureReader {
  return source.kind === 'files' ? filesReader(source) : matrixReader(source)
}

function filesReader({ paths, columns }: Extract<FeatureSource, { readonly kind: 'files' }>): FeatureReader {
  return {
    read: (first, count, out) => {
      for (let i = 0; i < count; i++) {
        const path = paths[first + i]!
        const feature = decodeFeature(
          attempt(path, () => readFileSync(path)),
          path,
        )
        if (feature.length !== columns)
          throw new DataError(`${path}: expected ${columns} numbers, got ${feature.length}`)
        out.set(feature, i * columns)
      }
    },
    close: () => {},
  }
}

function matrixReader({
  path,
  offset,
  columns,
  order,
}: Extract<FeatureSource, { readonly kind: 'matrix' }>): FeatureReader {
  const file = attempt(path, () => openSync(path, 'r'))
  const rowBytes = 4 * columns
  const readRows = (row: number, count: number, bytes: Uint8Array): void => {
    let done = 0
    while (done < count * rowBytes) {
      const got = attempt(path, () =>
        readSync(file, bytes, done, count * rowBytes - done, offset + row * rowBytes + done),
      )
      if (got === 0)
        throw new DataError(`${path}: cut short, row ${row + Math.floor(done / rowBytes)} is missing`)
      done += got
    }
  }
  return {
    read: (first, count, out) => {
      const bytes = new Uint8Array(out.buffer, out.byteOffset, count * rowBytes)
      for (let i = 0; i < count; ) {
        const row = order ? order[first + i]! : first + i
        let run = 1
        while (i + run < count && (!order || order[first + i + run] === row + run)) run++
        readRows(row, run, bytes.subarray(i * rowBytes))
        i += run
      }
      for (let i = 0; i < count * columns; i++)
        if (!Number.isFinite(out[i]!)) {
          const item = first + Math.floor(i / columns)
          throw new DataError(
            `${path}: expected finite numbers, got ${out[i]} in row ${order?.[item] ?? item}`,
          )
        }
    },
    close: () => closeSync(file),
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw new DataError(`${path}: ${fileProblem(error)}`)
  }
}
