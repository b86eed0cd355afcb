import { DataError, ShapeError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import type { Embedder, Embeddings } from './embedder.ts'

/** Images to embed, wherever they come from: `ImageSource` of steradian/data is one. */
export interface ImagesToEmbed {
  readonly count: number
  readonly height: number
  readonly width: number
  /** What errors and failures call the images; by their numbers where left out. */
  readonly names?: readonly string[]
  /** Writes image `index`, uint8 RGB [height, width, 3], at `offset` of `out`; throws DataError where it cannot. */
  read(index: number, out: Uint8Array, offset: number): void | Promise<void>
}

/** An image that could not be read. */
export interface FailedImage {
  readonly index: number
  readonly name: string
  /** Why, in one line. */
  readonly reason: string
}

export interface EmbedOptions {
  /** Images a run; where the file fixes a batch, rounded up to a multiple of it. */
  readonly batch?: number
  /** How many images are read at a time. */
  readonly readers?: number
  /** Stops the work before the next batch. */
  readonly signal?: AbortSignal
}

/** Some images in a row: those that could be read with their embeddings, and the others. */
export interface EmbeddedBatch {
  /** The images that the rows of `embeddings` belong to, rising. */
  readonly indices: readonly number[]
  /** Absent where no image could be read. */
  readonly embeddings?: Embeddings
  readonly failures: readonly FailedImage[]
}

/**
 * Embeds images batch by batch, in order: while the model runs on one batch (in its own thread), the next is read. No more
 * than two batches are held, however many images there are.
 * @throws ShapeError when the images are not of the model's size
 * @throws DataError for a feature that is no finite number, and as `Embedder.embed` does
 * @throws the signal's reason
 */
export async function* embedBatches(
  model: Embedder,
  images: ImagesToEmbed,
  { batch: wished = 32, readers = 8, signal }: EmbedOptions = {},
): AsyncGenerator<EmbeddedBatch> {
  const { height, width, name, batch: fixed = 1 } = model.description
  const batch = Math.ceil(wished / fixed) * fixed
  if (images.height !== height || images.width !== width)
    throw new ShapeError(
      `${name}: expected images of ${height}x${width}, got ${images.height}x${images.width}`,
    )
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(batch, images.count) * height * width * 3))
  const fill = (start: number) => {
    const filled = readBatch(images, start, Math.min(images.count, start + batch), {
      pixels: buffers[(start / batch) % 2]!,
      readers,
    })
    // Awaited in its turn; until then a failure must not count as unhandled.
    filled.catch(() => {})
    return filled
  }
  let next = fill(0)
  for (let start = 0; start < images.count; start += batch) {
    signal?.throwIfAborted()
    const { pixels, indices, failures } = await next
    const running = indices.length > 0 ? model.embed(pixels) : undefined
    if (start + batch < images.count) next = fill(start + batch)
    const embeddings = await running
    if (embeddings) checkFinite(embeddings, indices, { name, nameOf: (index) => nameOf(images, index) })
    yield { indices, failures, ...(embeddings && { embeddings }) }
  }
}

/** The embeddings of all images. */
export interface EmbeddedImages extends Embeddings {
  /** 1 for each image that could not be read: its rows are zeros. [N] */
  readonly missing: Uint8Array
  readonly failures: readonly FailedImage[]
}

/**
 * Embeds images into matrices of one row each, [N, …]; besides these no more than two batches are held. `onProgress` is
 * called with the number of images done.
 * @throws DataError when no image can be read, and ShapeError, DataError as `embedBatches` does
 */
export async function embedImages(
  model: Embedder,
  images: ImagesToEmbed,
  { onProgress, ...options }: EmbedOptions & { readonly onProgress?: (done: number) => void } = {},
): Promise<EmbeddedImages> {
  const { count } = images
  const missing = new Uint8Array(count).fill(1)
  const failures: FailedImage[] = []
  const all: { -readonly [K in keyof Embeddings]?: Matrix } = {}
  let done = 0
  for await (const { indices, embeddings, failures: failed } of embedBatches(model, images, options)) {
    failures.push(...failed)
    for (const [key, part] of Object.entries(embeddings ?? {}) as [keyof Embeddings, Matrix][]) {
      const { columns } = part
      const whole = (all[key] ??= { data: new Float32Array(count * columns), rows: count, columns })
      for (const [row, index] of indices.entries())
        whole.data.set(part.data.subarray(row * columns, (row + 1) * columns), index * columns)
    }
    for (const index of indices) missing[index] = 0
    done += indices.length + failed.length
    onProgress?.(done)
  }
  const { embedding, feature, mirrored } = all
  if (!embedding || !feature) {
    const first = failures[0] ? `, the first: ${failures[0].reason}` : ''
    throw new DataError(`${model.description.name}: none of ${count} images can be read${first}`)
  }
  return { embedding, feature, ...(mirrored && { mirrored }), missing, failures }
}

const nameOf = ({ names }: ImagesToEmbed, index: number): string => names?.[index] ?? `image ${index}`

/** Reads images `start` … `end` − 1; those that can be read lie one after the other in `pixels`. */
async function readBatch(
  images: ImagesToEmbed,
  start: number,
  end: number,
  { pixels, readers }: { readonly pixels: Uint8Array; readonly readers: number },
) {
  const size = images.height * images.width * 3
  const reasons = new Map<number, string>()
  let next = start
  const reader = async () => {
    while (next < end) {
      const index = next++
      try {
        await images.read(index, pixels, (index - start) * size)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        reasons.set(index, error.message)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(readers, end - start) }, reader))
  const indices: number[] = []
  const failures: FailedImage[] = []
  for (let index = start; index < end; index++) {
    const reason = reasons.get(index)
    if (reason !== undefined) failures.push({ index, name: nameOf(images, index), reason })
    else {
      const from = (index - start) * size
      pixels.copyWithin(indices.length * size, from, from + size)
      indices.push(index)
    }
  }
  return { pixels: pixels.subarray(0, indices.length * size), indices, failures }
}

function checkFinite(
  { feature, mirrored }: Embeddings,
  indices: readonly number[],
  { name, nameOf: nameOfImage }: { readonly name: string; readonly nameOf: (index: number) => string },
): void {
  for (const { data, columns } of mirrored ? [feature, mirrored] : [feature]) {
    const at = data.findIndex((value) => !Number.isFinite(value))
    if (at < 0) continue
    const image = nameOfImage(indices[Math.floor(at / columns)]!)
    throw new DataError(`${name}: expected finite features, got ${data[at]} for ${image}`)
  }
}
