import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DataError, fileProblem } from '../errors.ts'

/** Numbers of many classes, `width` each, where a step reads and writes those that it needs. */
export interface Rows {
  readonly classes: number
  readonly width: number
  /** The numbers of classes `first` … `first + count − 1`: a view where they lie in memory, else in `buffer`. */
  read(first: number, count: number, buffer: Float32Array): Float32Array
  write(first: number, data: Float32Array): void
  /** Those of the classes named, one after the other, into `out`. */
  gather(classes: Int32Array, out: Float32Array): void
  scatter(classes: Int32Array, data: Float32Array): void
  close(): void
}

/** Rows that lie in memory, in `data` itself. */
export function memoryRows(data: Float32Array, width: number): Rows {
  return {
    classes: data.length / width,
    width,
    read: (first, count) => data.subarray(first * width, (first + count) * width),
    write: (first, part) => data.set(part, first * width),
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

/** Bytes that are read or written at once. */
const atATime = 2 ** 28

/**
 * Rows that lie in the file `name` in `folder`, which begins with `data` and is gone when it is closed, or the process ends: it
 * has no name while it is open. What memory the system spares keeps it at hand. @throws DataError when the disk is full or fails
 */
export function fileRows(data: Float32Array, width: number, folder: string, name: string): Rows {
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
    write: (first, part) => move(writeSync, first * width, part),
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
