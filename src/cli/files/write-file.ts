import { randomInt } from 'node:crypto'
import { open, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { DataError, fileProblem } from '../../errors.ts'

/**
 * Writes a whole file or nothing: to a temporary name in the same folder, synced, then renamed. A device or a pipe
 * (`/dev/stdout`) is written to, and stays what it is.
 * @throws DataError
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  // A rename would put a file in place of the device, for every program of the machine.
  if (await isDevice(path)) return writeInto(path, content)
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

/** Whether something is at `path` that is neither a file nor a folder. */
export async function isDevice(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && !there.isFile() && !there.isDirectory()
}

async function writeInto(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(path, content).catch((error: unknown) => {
    throw new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  })
}
