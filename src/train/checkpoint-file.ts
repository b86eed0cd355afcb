import { open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError, fileProblem } from '../errors.ts'
import { type ByteSource, type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

/**
 * Writes a checkpoint so that `path` always holds a whole one: to a temporary name, synced, then renamed; holds one tensor at
 * a time. @throws DataError when it cannot be written; what its tensors throw leaves no file either
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`
  try {
    const file = await open(temporary, 'w')
    try {
      for await (const piece of encodeCheckpoint(checkpoint)) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    if (!isOfFiles(error)) throw error
    throw new DataError(`${path}: checkpoint was not written, ${fileProblem(error)}`)
  }
  // The rename itself must survive a power cut; not every file system lets a folder be synced.
  const folder = await open(dirname(path)).catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

const isOfFiles = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** Reads a checkpoint; its numbers are read when they are asked for. @throws DataError when there is none at `path`, or it is damaged */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return decodeCheckpoint(await fileSource(path, 'checkpoint'), path)
}

/**
 * The bytes of a file; it is open only while it is read. `what` is what messages call it.
 * @throws DataError `path: what cannot be read, …`, and so does each read
 */
export async function fileSource(path: string, what: string): Promise<ByteSource> {
  const problem = (error: unknown): DataError =>
    new DataError(`${path}: ${what} cannot be read, ${fileProblem(error)}`)
  const { size } = await stat(path).catch((error: unknown) => {
    throw problem(error)
  })
  const read: ByteSource['read'] = async (start, end) => {
    // Node reads less than 2 GiB at once.
    const atATime = 2 ** 28
    const file = await open(path)
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
      let got = 0
      while (got < bytes.length) {
        const { bytesRead } = await file.read(bytes, got, Math.min(atATime, bytes.length - got), start + got)
        if (bytesRead === 0) break
        got += bytesRead
      }
      return bytes.subarray(0, got)
    } finally {
      await file.close()
    }
  }
  return {
    size,
    read: (start, end) =>
      read(start, end).catch((error: unknown) => {
        throw problem(error)
      }),
  }
}
