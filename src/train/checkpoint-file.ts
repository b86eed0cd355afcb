import { open, rename, unlink } from 'node:fs/promises'
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
  const bytes = await readLarge(path).catch((error: unknown) => {
    throw new DataError(`${path}: checkpoint cannot be read, ${fileProblem(error)}`)
  })
  return decodeCheckpoint(bytes, path)
}

/** A whole file, also where it is larger than the 2 GiB that Node reads at once. */
async function readLarge(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const atATime = 2 ** 28
  const file = await open(path)
  try {
    const bytes = new Uint8Array((await file.stat()).size)
    let place = 0
    while (place < bytes.length) {
      const { bytesRead } = await file.read(bytes, place, Math.min(atATime, bytes.length - place), place)
      if (bytesRead === 0) break
      place += bytesRead
    }
    return bytes.subarray(0, place)
  } finally {
    await file.close()
  }
}
