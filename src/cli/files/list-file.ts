import { createHash } from 'node:crypto'
import { DataError } from '../../errors.ts'
import { fileBytes } from './file-bytes.ts'

/** A list that is read in pieces, and what the JSON says of the bytes that were read. */
export interface ListFile {
  /**
   * The bytes, piece by piece; again from the start each time.
   * @throws DataError `path: …` where it cannot be read, or is no longer the file that an earlier pass read
   */
  bytes(): AsyncGenerator<Uint8Array>
  /**
   * The file as the user named it and the SHA-256 of what was read.
   * @throws DataError before it was read to its end
   */
  facts(): { file: string; sha256: string }
}

/** A list file whose hash is that of the very bytes that were parsed, whatever becomes of the file meanwhile. */
export function listFile(path: string): ListFile {
  let sha256: string | undefined
  return {
    async *bytes() {
      const hash = createHash('sha256')
      for await (const piece of fileBytes(path)) {
        hash.update(piece)
        yield piece
      }
      const found = hash.digest('hex')
      if (sha256 !== undefined && found !== sha256)
        throw new DataError(
          `${path}: expected the file as it was read before, got another: it changed meanwhile`,
        )
      sha256 = found
    },
    facts() {
      if (sha256 === undefined) throw new DataError(`${path}: expected to be read to its end, was not`)
      return { file: path, sha256 }
    },
  }
}
