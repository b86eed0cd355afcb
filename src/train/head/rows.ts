import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DataError, fileProblem } from '../../errors.ts'

/** Numbers of many classes, `width` each. */
export interface Rows {
  readonly classes: number
  readonly width: number
  /** The numbers of classes `first` … `first + count − 1`: where they lie, or in `buffer`. */
  read(first: number, count: number, buffer: Float32Array): Float32Array
  close(): void
}

/** Rows that are read and written a piece at a time, each piece always the same classes. */
export interface PieceRows extends Rows {
  /** Keeps `data` as the piece that begins with class `first`, and gives an array of its size that is free now. */
  take(first: number, data: Float32Array): Float32Array
}

/** Rows of which any may be wanted. */
export interface GatheredRows extends Rows {
  /** Those of the classes named, one after the other, into `out`. */
  gather(classes: Int32Array, out: Float32Array): void
  scatter(classes: Int32Array, data: Float32Array): void
}

/** Rows that lie in memory, in `data` itself. */
export function memoryRows(data: Float32Array, width: number): GatheredRows {
  return {
    classes: data.length / width,
    width,
    read: (first, count) => data.subarray(first * width, (first + count) * width),
    gather: (classes, out) => {
      for (let i = 0; i < classes.length; i++) {
        const at = classes[i]! * width
        out.set(data.subarray(at, at + width), i * width)
      }
    },
    scatter: (classes, part) => {
      for (let i = 0; i < classes.length; i++)
        data.set(part.subarray(i * width, (i + 1) * width), classes[i]! * width)
    },
    close: () => {},
  }
}

/**
 * Rows that lie in memory in pieces of `size` classes, the last one maybe shorter: first in `data`, later in the arrays that take
 * the place of pieces, so that nothing is copied.
 */
export function memoryPieces(data: Float32Array, width: number, size: number): PieceRows {
  const classes = data.length / width
  const pieces = Array.from({ length: Math.ceil(classes / size) }, (_, i) =>
    data.subarray(i * size * width, Math.min(classes, (i + 1) * size) * width),
  )
  return {
    classes,
    width,
    read: (first, count, buffer) => {
      const whole = pieces[first / size]
      if (whole?.length === count * width) return whole
      for (let c = first; c < first + count; ) {
        const piece = pieces[Math.floor(c / size)]!
        const from = c % size
        const taken = Math.min(piece.length / width - from, first + count - c)
        buffer.set(piece.subarray(from * width, (from + taken) * width), (c - first) * width)
        c += taken
      }
      return buffer.subarray(0, count * width)
    },
    take: (first, next) => {
      const before = pieces[first / size]!
      pieces[first / size] = next
      return before
    },
    close: () => {},
  }
}

/** Bytes that are read or written at once. */
const atATime = 2 ** 28

/**
 * Rows that lie in the file `name` in `folder`, which begins with `data` and is gone when it is closed, or the process ends: it
 * has no name while it is open. What memory the system spares keeps it at hand. @throws DataError when the disk is full or fails
 */
export function fileRows(
  data: Float32Array,
  width: number,
  folder: string,
  name: string,
): PieceRows & GatheredRows {
  const path = join(folder, name)
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new DataError(`${path}: prototypes cannot be kept in a file, ${fileProblem(error)}`)
    }
  }
  const file = guarded(() => openSync(path, 'w+'))
  guarded(() => unlinkSync(path))
  const bytesOf = (a: Float32Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)
  const move = (how: typeof readSync | typeof writeSync, at: number, numbers: Float32Array): void =>
    guarded(() => {
      const bytes = bytesOf(numbers)
      let done = 0
      while (done < bytes.length) {
        const moved = (how as typeof readSync)(
          file,
          bytes,
          done,
          Math.min(atATime, bytes.length - done),
          4 * at + done,
        )
        if (moved === 0) throw new Error('it is shorter than it was')
        done += moved
      }
    })
  move(writeSync, 0, data)
  /** Calls `use` for each run of classes that follow one another, with its first class, its place and its length. */
  const runs = (classes: Int32Array, use: (first: number, place: number, count: number) => void): void => {
    for (let i = 0; i < classes.length; ) {
      let end = i + 1
      while (end < classes.length && classes[end] === classes[end - 1]! + 1) end++
      use(classes[i]!, i, end - i)
      i = end
    }
  }
  return {
    classes: data.length / width,
    width,
    read: (first, count, buffer) => {
      const part = buffer.subarray(0, count * width)
      move(readSync, first * width, part)
      return part
    },
    take: (first, part) => {
      move(writeSync, first * width, part)
      return part
    },
    gather: (classes, out) =>
      runs(classes, (first, place, count) =>
        move(readSync, first * width, out.subarray(place * width, (place + count) * width)),
      ),
    scatter: (classes, part) =>
      runs(classes, (first, place, count) =>
        move(writeSync, first * width, part.subarray(place * width, (place + count) * width)),
      ),
    close: () => closeSync(file),
  }
}
