import { randomInt } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { DataError, fileProblem } from '../errors.ts'

/** Writes a whole file or nothing: to a temporary name in the same folder, synced, then renamed. @throws DataError */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  // A number of its own, not the process's: two machines that share a folder may have processes of one number.
  const temporary = `${path}.tmp-${randomInt(2 ** 47)}`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  }
}
