import { randomInt } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { DataError, fileProblem } from '../../errors.ts'
import { isDevice } from './write-file.ts'

/**
 * A file that is written under another name until it is whole, and then takes its own. Its parts may be written in any order,
 * so that a device or a pipe is refused. @throws DataError `path: …`
 */
export async function stagedFile(path: string) {
  if (await isDevice(path)) throw new DataError(`${path}: cannot be written, a file is needed, not a device`)
  const temporary = `${path}.tmp-${randomInt(2 ** 47)}`
  const problem = (error: unknown) => new DataError(`${path}: cannot be written, ${fileProblem(error)}`)
  let file: FileHandle
  try {
    file = await open(temporary, 'w')
  } catch (error) {
    throw problem(error)
  }
  return {
    async write(bytes: Uint8Array, position: number | null = null): Promise<void> {
      try {
        for (let at = 0; at < bytes.length; ) {
          const place = position === null ? null : position + at
          at += (await file.write(bytes, at, bytes.length - at, place)).bytesWritten
        }
      } catch (error) {
        throw problem(error)
      }
    },
    /** Brings the bytes to the disk, where a full one shows at the latest. */
    async finish(): Promise<void> {
      try {
        await file.sync()
        await file.close()
      } catch (error) {
        throw problem(error)
      }
    },
    async publish(): Promise<void> {
      try {
        await rename(temporary, path)
      } catch (error) {
        throw problem(error)
      }
    },
    async discard(): Promise<void> {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}
