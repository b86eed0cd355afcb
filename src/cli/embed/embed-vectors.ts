import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { readText } from '../../data/read-text.ts'
import { npyHeader, openVectorModel, type VectorModel } from '../../embed/index.ts'
import { DataError } from '../../errors.ts'
import { stagedFile } from '../files/staged-file.ts'
import { writeWhole } from '../files/write-file.ts'
import { namesFile } from './embed-folder.ts'
import { openFeatureFile } from './feature-file.ts'
import { matchNames } from './named-features.ts'

/** What became of a file of vectors. */
export interface VectorReport {
  /** The `.npy` file, float32 [N, D]. */
  readonly out: string
  /** The list of names beside it, one a line, in the order of the rows; null where the vectors have none. */
  readonly names: string | null
  readonly vectors: number
  readonly dimensions: number
  readonly model: Pick<VectorModel, 'sha256' | 'weights'> & {
    readonly file: string
    readonly columns: number
    readonly metadata: Readonly<Record<string, string>>
  }
}

export interface EmbedVectorsOptions {
  /** The model file, and the threads of its arithmetic. */
  readonly model: string
  readonly threads?: number
  readonly out: string
  /** The names of the rows, one a line; where left out, those beside the vectors, if there are any. */
  readonly names?: string | undefined
  /** What is written: unit rows, or the same before normalisation. */
  readonly rows?: 'embedding' | 'feature'
  readonly batch?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Embeds the rows of a file of vectors [N, K] (`.npy` or a matrix file) with a model of vectors into a `.npy` file, and takes
 * their names along, so that evaluations read them by `--features`. Both files take their names when they are whole; undefined
 * when `signal` stopped the work, which leaves nothing.
 * @throws DataError naming the file where vectors, names and model do not fit, and where one cannot be read or written
 */
export async function embedVectors(
  path: string,
  {
    model: file,
    threads = 0,
    out,
    names,
    rows: kind = 'embedding',
    batch = 32,
    signal,
    onProgress,
  }: EmbedVectorsOptions,
): Promise<VectorReport | undefined> {
  const vectors = await openFeatureFile(path)
  const opened: { close(): Promise<void> }[] = [vectors]
  try {
    const { rows, columns } = vectors
    const beside = names ?? namesFile(path)
    const list = names !== undefined || existsSync(beside) ? await readText(beside) : undefined
    // For its checks: a name a row, each once.
    if (list !== undefined) matchNames([], list, { list: beside, rows })
    const model = await openVectorModel(file, { threads })
    opened.push(model)
    if (columns !== model.columns)
      throw new DataError(
        `${path}: expected ${model.columns} numbers a row, as ${file} takes, got ${columns}`,
      )
    const numbers = await stagedFile(out)
    opened.push({ close: numbers.discard })
    let dimensions = 0
    for (let start = 0; start < rows; start += batch) {
      const indices = Int32Array.from({ length: Math.min(batch, rows - start) }, (_, i) => start + i)
      const { [kind]: made } = await model.embed(await vectors.read(indices))
      if (signal?.aborted) return undefined
      if (start === 0) await numbers.write(npyHeader([rows, made.columns]))
      dimensions = made.columns
      await numbers.write(new Uint8Array(Float32Array.from(made.data).buffer))
      onProgress?.(start + indices.length, rows)
    }
    await numbers.finish()
    // Names first: whoever finds the numbers finds their names, and none of an earlier file.
    const own = namesFile(out)
    if (list === undefined) await rm(own, { force: true })
    else await writeWhole(own, list.endsWith('\n') ? list : `${list}\n`)
    await numbers.publish()
    const { sha256, weights, metadata } = model
    return {
      ...{ out, names: list === undefined ? null : own, vectors: rows, dimensions },
      model: { file, sha256, weights, columns, metadata: Object.fromEntries(metadata) },
    }
  } finally {
    for (const each of opened) await each.close()
  }
}
