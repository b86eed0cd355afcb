import { type FileHandle, open } from 'node:fs/promises'
import { DataError, fileProblem } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'

/** A file of features, of which rows are read where they are needed. */
export interface RowFile {
  readonly rows: number
  readonly columns: number
  /** The rows asked for, one after the other, as the file holds them. @throws DataError where the file ends before */
  read(rows: Int32Array): Promise<Matrix>
  close(): Promise<void>
}

/**
 * Opens features [N, D] whose rows are read one at a time, so that memory does not depend on N: NumPy's .npy (float32 or
 * float64, little-endian, C order), or a matrix file (four little-endian int32: rows, columns, bytes a row, 5 for float32 or
 * 6 for float64; then the numbers).
 * @throws DataError `path: …` for anything else and a file that is cut short or too long
 */
export async function openRowFile(path: string): Promise<RowFile> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const { size } = await file.stat()
    const head = await fill(file, new Uint8Array(Math.min(size, 65_536)), 0)
    const { start, rows, columns, width } = layout(head, path)
    if (size !== start + rows * columns * width)
      throw new DataError(
        `${path}: expected ${start + rows * columns * width} bytes for [${rows}, ${columns}], got ${size}`,
      )
    return rowsOf(file, { path, start, rows, columns, width })
  } catch (error) {
    await file?.close()
    throw error instanceof DataError ? error : new DataError(`${path}: ${fileProblem(error)}`)
  }
}

interface Layout {
  /** Bytes before the numbers. */
  readonly start: number
  readonly rows: number
  readonly columns: number
  /** Bytes a number. */
  readonly width: 4 | 8
}

function rowsOf(file: FileHandle, { path, start, rows, columns, width }: Layout & { path: string }): RowFile {
  const rowBytes = columns * width
  return {
    rows,
    columns,
    close: () => file.close(),
    async read(wanted) {
      const bytes = new Uint8Array(wanted.length * rowBytes)
      for (let i = 0; i < wanted.length; ) {
        let run = 1
        while (i + run < wanted.length && wanted[i + run] === wanted[i]! + run) run++
        const part = bytes.subarray(i * rowBytes, (i + run) * rowBytes)
        const got = await fill(file, part, start + wanted[i]! * rowBytes).catch((error: unknown) => {
          throw new DataError(`${path}: ${fileProblem(error)}`)
        })
        if (got.length < part.length) throw new DataError(`${path}: row ${wanted[i]} is cut short`)
        i += run
      }
      const data = width === 4 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer)
      return { data, rows: wanted.length, columns }
    },
  }
}

/** Reads until the buffer is full or the file ends; what was read. */
async function fill(file: FileHandle, buffer: Uint8Array, at: number): Promise<Uint8Array> {
  let done = 0
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}

function layout(head: Uint8Array, path: string): Layout {
  const fail = (what: string): never => {
    throw new DataError(`${path}: ${what}`)
  }
  if (head.length < 16) return fail(`expected a header of 16 bytes or more, got ${head.length}`)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const numpy = head[0] === 0x93 && new TextDecoder('latin1').decode(head.subarray(1, 6)) === 'NUMPY'
  if (!numpy) {
    const [rows, columns, stride, type] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
      ...[number, number, number, number],
    ]
    const width = type === 5 ? 4 : type === 6 ? 8 : 0
    if (width === 0 || rows < 1 || columns < 1 || stride !== columns * width)
      return fail('expected features as .npy or as a matrix file')
    return { start: 16, rows, columns, width }
  }
  const version = head[6]!
  if (!(version >= 1 && version <= 3)) return fail(`expected .npy format 1 to 3, got ${version}`)
  const first = version === 1 ? 10 : 12
  const start = first + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (start > head.length) return fail('the header is cut short')
  const header = new TextDecoder('latin1').decode(head.subarray(first, start))
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1]
  if (type !== '<f4' && type !== '<f8')
    return fail(
      `expected float32 ('<f4') or float64 ('<f8'), got ${/^[\w<>|=]+$/.test(type ?? '') ? type : 'another type'}`,
    )
  if (!/'fortran_order':\s*False/.test(header)) return fail('expected C order')
  const axes = /'shape':\s*\(\s*(\d{1,15})\s*,\s*(\d{1,15})\s*,?\s*\)/.exec(header)
  if (!axes) return fail('expected two axes, rows and columns')
  const [rows, columns] = [Number(axes[1]), Number(axes[2])]
  if (rows < 1 || columns < 1) return fail(`expected at least one row and column, got [${rows}, ${columns}]`)
  return { start, rows, columns, width: type === '<f4' ? 4 : 8 }
}
