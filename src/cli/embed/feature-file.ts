import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { decodeNpyHeader, NPY_HEADER_BYTES } from '../../embed/index.ts'
import { DataError, fileProblem } from '../../errors.ts'
import type { Matrix } from '../../math/matrix.ts'

/** Where the numbers of a file of features lie: [rows, columns], row-major from `start` on. */
export interface FeatureShape {
  readonly rows: number
  readonly columns: number
  readonly type: 'float32' | 'float64'
  readonly start: number
}

/** The most bytes that are read at a time. */
const PIECE = 1 << 23
/** Rows with no more bytes than this between them are read in one go. */
const GAP = 1 << 16
/** The most numbers that one row may have, so that a damaged header asks for no more memory than a piece. */
const MOST_COLUMNS = PIECE / 8
const MATRIX_HEADER = 16
const MATRIX_TYPES: Readonly<Record<number, FeatureShape['type']>> = { 5: 'float32', 6: 'float64' }

/**
 * The shape of a file of features by its first bytes and its length: `.npy` [N, D], or a matrix file (four little-endian
 * int32: rows, columns, bytes a row, 5 for float32 or 6 for float64).
 * @throws DataError `name: …` for anything else, and for a file that is cut short or too long
 */
export function featureShape(head: Uint8Array, bytes: number, { name = 'features' } = {}): FeatureShape {
  const found = head[0] === 0x93 ? npyShape(head, name) : matrixShape(head, name)
  const { rows, columns, type, start } = found
  if (columns > MOST_COLUMNS)
    throw new DataError(`${name}: expected at most ${MOST_COLUMNS} columns, got ${columns}`)
  const expected = rows * columns * sizeOf(type)
  if (bytes - start !== expected)
    throw new DataError(
      `${name}: expected ${expected} bytes of numbers for ${rows} x ${columns} ${type}, got ${bytes - start}`,
    )
  return found
}

function npyShape(head: Uint8Array, name: string): FeatureShape {
  const { shape, type, start } = decodeNpyHeader(head, { name })
  const [rows, columns] = shape
  if (shape.length !== 2 || !rows || !columns)
    throw new DataError(`${name}: expected an array [N, D], got [${shape}]`)
  return { rows, columns, type, start }
}

function matrixShape(head: Uint8Array, name: string): FeatureShape {
  if (head.length < MATRIX_HEADER)
    throw new DataError(`${name}: expected .npy or a matrix file, got ${head.length} bytes`)
  const view = new DataView(head.buffer, head.byteOffset, MATRIX_HEADER)
  const header = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [number, number, number, number]
  const [rows, columns, rowBytes, code] = header
  const type = Object.hasOwn(MATRIX_TYPES, code) ? MATRIX_TYPES[code] : undefined
  if (!(type && rows >= 1 && columns >= 1 && rowBytes === columns * sizeOf(type)))
    throw new DataError(
      `${name}: expected .npy, or int32 rows, columns, bytes a row and type 5 or 6, got ${header.join(' ')}`,
    )
  return { rows, columns, type, start: MATRIX_HEADER }
}

/** An open file of features. */
export interface FeatureFile extends FeatureShape {
  /** The rows of the given numbers, in that order; a row of zeros where the number is −1. [rows.length, columns] */
  read(rows: Int32Array): Promise<Matrix>
  /** SHA-256 of the file, in hex. */
  sha256(): Promise<string>
  close(): Promise<void>
}

/**
 * Opens a file of features, of whatever size: it is read in pieces, and only the rows that are asked for are held.
 * @throws DataError `file: …` as `featureShape` does, and where it cannot be read
 */
export async function openFeatureFile(path: string): Promise<FeatureFile> {
  const problem = (error: unknown) =>
    error instanceof DataError ? error : new DataError(`${path}: ${fileProblem(error)}`)
  let file: FileHandle
  try {
    file = await open(path)
  } catch (error) {
    throw problem(error)
  }
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(Math.min(size, NPY_HEADER_BYTES))
    await fill(file, head, 0, path)
    const shape = featureShape(head, size, { name: path })
    return {
      ...shape,
      read: (rows) =>
        readRows(file, path, shape, rows).catch((error: unknown) => {
          throw problem(error)
        }),
      async sha256() {
        const hash = createHash('sha256')
        for await (const bytes of pieces(file, path, { from: 0, to: size, step: PIECE })) hash.update(bytes)
        return hash.digest('hex')
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw problem(error)
  }
}

async function readRows(
  file: FileHandle,
  path: string,
  { columns, type, start }: FeatureShape,
  rows: Int32Array,
): Promise<Matrix> {
  const Numbers = type === 'float32' ? Float32Array : Float64Array
  const data = new Numbers(rows.length * columns)
  const rowBytes = columns * sizeOf(type)
  const order = Int32Array.from(rows.keys()).sort((a, b) => rows[a]! - rows[b]!)
  const wanted = order.map((i) => rows[i]!)
  const step = Math.max(1, Math.floor(PIECE / rowBytes))
  let next = wanted.filter((row) => row < 0).length
  while (next < wanted.length) {
    const first = wanted[next]!
    let end = next + 1
    const isNear = (k: number): boolean =>
      wanted[k]! < first + step && (wanted[k]! - wanted[k - 1]! - 1) * rowBytes <= GAP
    while (end < wanted.length && isNear(end)) end++
    const bytes = Buffer.alloc((wanted[end - 1]! + 1 - first) * rowBytes)
    await fill(file, bytes, start + first * rowBytes, path)
    const piece = new Numbers(bytes.buffer, bytes.byteOffset, bytes.length / sizeOf(type))
    for (; next < end; next++) {
      const row = wanted[next]! - first
      const values = piece.subarray(row * columns, (row + 1) * columns)
      const wrong = values.findIndex((value) => !Number.isFinite(value))
      if (wrong >= 0)
        throw new DataError(
          `${path}: expected finite numbers in row ${first + row + 1}, got ${values[wrong]} in column ${wrong + 1}`,
        )
      data.set(values, order[next]! * columns)
    }
  }
  return { data, rows: rows.length, columns }
}

async function* pieces(
  file: FileHandle,
  path: string,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += step) {
    const bytes = Buffer.alloc(Math.min(step, to - at))
    await fill(file, bytes, at, path)
    yield bytes
  }
}

/** Reads from a place in the file until `into` is full. @throws DataError when the file ends before that */
async function fill(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done)
    if (bytesRead === 0) throw new DataError(`${path}: became shorter while it was read`)
    done += bytesRead
  }
}

const sizeOf = (type: FeatureShape['type']): number => (type === 'float32' ? 4 : 8)
