import { DataError, ShapeError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { chooseOutput } from './choose-output.ts'
import { unitFloats } from './fuse.ts'
import { loadModel, type ModelFile } from './load-model.ts'
import { shapeText } from './shape-text.ts'

/** A model that turns vectors into embeddings, as `train --architecture mlp` makes one. */
export interface VectorModel extends ModelFile {
  /** What errors call the model. */
  readonly name: string
  /** The length K of the vectors that it takes. */
  readonly columns: number
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>
  /**
   * Embeds vectors [N, K]: unit rows [N, D], and the same before normalisation.
   * @throws ShapeError for vectors of another length
   * @throws DataError `name: …` when the model cannot run on them or does not give [N, D]
   */
  embed(vectors: Matrix): Promise<{ readonly embedding: Matrix; readonly feature: Matrix }>
  /** Frees the model and its thread. */
  close(): Promise<void>
}

/**
 * Opens an ONNX model of vectors: one input, float32 [N, K] with any N.
 * @throws DataError `path: …` for a file that is missing or no ONNX model, and for a model of pictures
 */
export async function openVectorModel(
  path: string,
  { threads = 0 }: { readonly threads?: number } = {},
): Promise<VectorModel> {
  const { session, file, ...facts } = await loadModel(path, { name: path, threads })
  try {
    const [port, ...others] = session.inputs
    const columns = port?.shape[1]
    const takesVectors =
      port?.type === 'float32' && port.shape.length === 2 && typeof columns === 'number' && columns > 0
    if (!takesVectors || others.length > 0 || typeof port.shape[0] === 'number')
      throw new DataError(
        `${path}: expected one input of float32 [N, K] for vectors, got ${session.inputs
          .map((each) => `${each.name} ${each.type} ${shapeText(each)}`)
          .join(', ')}`,
      )
    const { output } = chooseOutput(session.outputs, { name: path })
    return {
      ...facts,
      name: path,
      columns,
      metadata: file.metadata,
      async embed({ data, rows, columns: got }) {
        if (got !== columns)
          throw new ShapeError(`${path}: expected vectors of ${columns} numbers, got ${got}`)
        const results = await session
          .run({ [port.name]: { type: 'float32', shape: [rows, columns], data: Float32Array.from(data) } })
          .catch((error: unknown) => {
            throw new DataError(`${path}: cannot run on ${rows} vectors: ${(error as Error).message}`)
          })
        const { shape, data: values } = results[output.name]!
        if (shape.length !== 2 || shape[0] !== rows)
          throw new DataError(`${path}: expected ${output.name} [${rows}, D], got [${shape.join(', ')}]`)
        const feature = { data: values as Float32Array, rows, columns: shape[1]! }
        return { embedding: unitFloats(feature), feature }
      },
      close: () => session.close(),
    }
  } catch (error) {
    await session.close()
    throw error
  }
}
