import { createReadStream } from 'node:fs'
import { DataError, fileProblem } from '../../errors.ts'

/** The bytes of a file piece by piece, for readers that take a list as a stream. @throws DataError `path: …` */
export async function* fileBytes(path: string, { pieceBytes = 1 << 20 } = {}): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) yield piece as Uint8Array
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined
      ? error
      : new DataError(`${path}: ${fileProblem(error)}`)
  }
}
