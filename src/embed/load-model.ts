import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError, fileProblem } from '../errors.ts'
import { createSession, type Session } from '../runtime/index.ts'
import { type OnnxFile, readOnnxFile } from './onnx-file.ts'

/** What tells one model file from another. */
export interface ModelFile {
  /**
   * SHA-256 of the file, in hex. Where weights lie in files beside it, that of these lines, each ended: the file's hash, then
   * for each of `weights` its hash, two spaces and its name.
   */
  readonly sha256: string
  /** Files beside it that hold weights, as the model names them, each with its SHA-256. */
  readonly weights: readonly { readonly file: string; readonly sha256: string }[]
}

/** A model that runs, with its file as it was read; whoever loads it closes the session. */
export interface LoadedModel extends ModelFile {
  readonly session: Session
  readonly file: OnnxFile
}

/**
 * Loads an ONNX model from a path or from the file's bytes.
 * @throws DataError `name: …` for a file that is missing or no ONNX model
 */
export async function loadModel(
  model: string | Uint8Array,
  { name, threads }: { readonly name: string; readonly threads: number },
): Promise<LoadedModel> {
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
    const weights: ModelFile['weights'][number][] = []
    for (const beside of file.weightFiles)
      weights.push({ file: beside, sha256: await hashOf(resolve(folder, beside), name) })
    const own = createHash('sha256').update(bytes).digest('hex')
    const sha256 = weights.length === 0 ? own : joinedHash(own, weights)
    return { session, file, sha256, weights }
  } catch (error) {
    await session.close()
    throw error
  }
}

function joinedHash(own: string, weights: ModelFile['weights']): string {
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
