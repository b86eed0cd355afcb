import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError, fileProblem } from '../errors.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

/** Writes a checkpoint so that `path` always holds a whole one: to a temporary name, synced, then renamed. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}`
  try {
    const file = await open(temporary, 'w')
    try {
      for (const piece of encodeCheckpoint(checkpoint)) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw new DataError(`${path}: checkpoint was not written, ${fileProblem(error)}`)
  }
  // The rename itself must survive a power cut; not every file system lets a folder be synced.
  const folder = await open(dirname(path)).catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/** Reads a checkpoint. @throws DataError when there is none at `path`, or it is damaged */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Buffer<ArrayBuffer>
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new DataError(`${path}: checkpoint cannot be read, ${fileProblem(error)}`)
  }
  return decodeCheckpoint(bytes, path)
}
