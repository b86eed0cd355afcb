import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError, fileProblem } from '../errors.ts'
import { createSession, type Session } from '../runtime/index.ts'
import { type Embedder, embedder } from './embedder.ts'
import type { GivenDescription } from './given-description.ts'
import { readOnnxFile } from './onnx-file.ts'

/** A model that was opened from a file or its bytes. */
export interface OpenModel extends Embedder {
  /**
   * SHA-256 of the file, in hex. Where weights lie in files beside it, that of these lines, each ended: the file's hash, then
   * for each of `weights` its hash, two spaces and its name.
   */
  readonly sha256: string
  /** Files beside it that hold weights, as the model names them, each with its SHA-256. */
  readonly weights: readonly { readonly file: string; readonly sha256: string }[]
}

/** How to open a model: what the user says of it, and the threads that it may use. */
export interface OpenModelOptions extends GivenDescription {
  /** What errors call the model; a path is its own name. */
  readonly name?: string
  /** Threads of one operator; 0 lets the runtime choose. */
  readonly threads?: number
}

/**
 * Opens an ONNX model, one of ours or anybody's, given as a path or as the file's bytes. Ours describe themselves; for
 * another, what can be read is read, `options` say the rest, and what nobody says is guessed and noted.
 * @throws DataError `name: …` for a file that is missing or no ONNX model, and as `describeModel` does
 */
export async function openModel(
  model: string | Uint8Array,
  { name = typeof model === 'string' ? model : 'model', threads = 0, ...given }: OpenModelOptions = {},
): Promise<OpenModel> {
  const bytes = typeof model === 'string' ? await read(model) : model
  const file = readOnnxFile(bytes, { name })
  let session: Session
  try {
    // By its path, so that weights in files beside it are found.
    session = await createSession(model, { threads })
  } catch (error) {
    throw new DataError(`${name}: the runtime cannot load the model: ${(error as Error).message}`)
  }
  try {
    const folder = typeof model === 'string' ? dirname(model) : '.'
    const weights: OpenModel['weights'][number][] = []
    for (const beside of file.weightFiles)
      weights.push({ file: beside, sha256: await hashOf(resolve(folder, beside), name) })
    const own = createHash('sha256').update(bytes).digest('hex')
    const sha256 = weights.length === 0 ? own : joinedHash(own, weights)
    return { ...embedder(session, file, { ...given, name }), sha256, weights }
  } catch (error) {
    await session.close()
    throw error
  }
}

function joinedHash(own: string, weights: OpenModel['weights']): string {
  const lines = [own, ...weights.map(({ file, sha256 }) => `${sha256}  ${file}`)]
  return createHash('sha256')
    .update(`${lines.join('\n')}\n`)
    .digest('hex')
}

/** The SHA-256 of a file of any size. */
async function hashOf(path: string, name: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    throw new DataError(`${name}: weights in ${path}: ${fileProblem(error)}`)
  }
  return hash.digest('hex')
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new DataError(`${path}: ${fileProblem(error)}`)
  }
}
