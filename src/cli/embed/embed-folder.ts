import { type Dataset, readAligned } from '../../data/index.ts'
import { type Embedder, embedBatches, fuse, npyHeader } from '../../embed/index.ts'
import { DataError } from '../../errors.ts'
import { stagedFile } from '../files/staged-file.ts'
import { type MissingImage, reasonOf } from './missing-images.ts'

/** What became of a folder of images. */
export interface EmbedReport {
  /** The `.npy` file, float32 [N, D]. */
  readonly out: string
  /** The list of names, one a line, in the order of the rows. */
  readonly names: string
  readonly images: number
  readonly dimensions: number
  readonly missing: readonly MissingImage[]
}

export interface EmbedFolderOptions {
  readonly out: string
  /** What is written: unit rows, or the same before normalisation. */
  readonly rows?: 'embedding' | 'feature'
  readonly batch?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
}

/** Where the list of names lies: beside the file, `.npy` exchanged for `.names.txt`. */
export const namesFile = (out: string): string => `${out.replace(/\.npy$/i, '')}.names.txt`

/**
 * Embeds the images of a data set into a `.npy` file and a list of names, as they come, so that memory does not grow with
 * their number. Images that cannot be read have no row and no name. Both files are written under other names and take
 * theirs when they are whole; undefined when `signal` stopped the work, which leaves nothing.
 * @throws DataError when no image can be read or a file cannot be written, and as `embedBatches` does
 */
export async function embedFolder(
  model: Embedder,
  { samples }: Pick<Dataset, 'samples'>,
  { out, rows = 'embedding', batch = 32, signal, onProgress }: EmbedFolderOptions,
): Promise<EmbedReport | undefined> {
  const { height, width, alignment, flip } = model.description
  const images = {
    count: samples.length,
    height,
    width,
    names: samples.map(({ name }) => name),
    read: (i: number, pixels: Uint8Array, offset: number) => {
      const sample = samples[i]!
      if (/[\r\n]/.test(sample.name)) throw new DataError('its name holds a line break')
      return readAligned(sample, { height, width, template: alignment }, pixels, offset)
    },
  }
  const numbers = await stagedFile(out)
  const list = await stagedFile(namesFile(out)).catch(async (error) => {
    await numbers.discard()
    throw error
  })
  try {
    const missing: MissingImage[] = []
    let [count, columns] = [0, 0]
    // The number of rows is not known yet: the header is written again at the end.
    await numbers.write(npyHeader([0, 0]))
    for await (const { indices, embeddings, failures } of embedBatches(model, images, { batch })) {
      if (signal?.aborted) return undefined
      for (const { index, name, reason } of failures)
        missing.push({ name, reason: reasonOf(reason, samples[index]!.path) })
      if (embeddings) {
        const { feature, mirrored, embedding } = embeddings
        const fused = rows === 'embedding' ? embedding : fuse(feature, mirrored, flip)
        await numbers.write(new Uint8Array(Float32Array.from(fused.data).buffer))
        await list.write(new TextEncoder().encode(indices.map((i) => `${samples[i]!.name}\n`).join('')))
        ;[count, columns] = [count + indices.length, fused.columns]
      }
      onProgress?.(count + missing.length)
    }
    if (count === 0) {
      const first = missing[0] ? `, the first: ${missing[0].name}: ${missing[0].reason}` : ''
      throw new DataError(`${out}: none of ${samples.length} images can be read${first}`)
    }
    await numbers.write(npyHeader([count, columns]), 0)
    await list.finish()
    await numbers.finish()
    // Names first: whoever finds the numbers finds their names.
    await list.publish()
    await numbers.publish()
    return { out, names: namesFile(out), images: count, dimensions: columns, missing }
  } finally {
    await list.discard()
    await numbers.discard()
  }
}
