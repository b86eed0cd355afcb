import { type Embedder, embedder } from './embedder.ts'
import type { GivenDescription } from './given-description.ts'
import { loadModel, type ModelFile } from './load-model.ts'

/** A model that was opened from a file or its bytes. */
export interface OpenModel extends Embedder, ModelFile {}

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
  const { session, file, ...facts } = await loadModel(model, { name, threads })
  try {
    return { ...embedder(session, file, { ...given, name }), ...facts }
  } catch (error) {
    await session.close()
    throw error
  }
}
