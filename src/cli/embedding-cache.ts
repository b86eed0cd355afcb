import { readAligned } from '../data/index.ts'
import { type EmbeddedImages, embedImages, type OpenModel } from '../embed/index.ts'
import { DataError, StoppedError } from '../errors.ts'
import type { ItemImage } from './item-images.ts'
import { type MissingImage, reasonOf } from './missing-images.ts'
import { progress } from './progress.ts'

/** An image to embed: a file and its points, or whatever `read` writes. */
export type ImageToEmbed = { readonly name: string } & (
  | ItemImage
  | {
      /** Writes the image, uint8 RGB of the model's size, at `offset` of `out`; throws DataError. */
      readonly read: (out: Uint8Array, offset: number) => Promise<void>
      /** What the cache knows it by; without one it is not cached. */
      readonly contentKey?: string
    }
)

export interface EmbedItemsOptions {
  /** The folder of the cache; false for none. */
  readonly cache: string | false
  readonly batch: number
  readonly signal: AbortSignal
  readonly label: string
  readonly say: (line: string) => void
}

/** What a model makes of images, [N, D]; images that cannot be used have rows of zeros and a reason. */
export interface EmbeddedItems extends Pick<EmbeddedImages, 'feature' | 'mirrored' | 'missing'> {
  readonly missingItems: readonly MissingImage[]
}

/**
 * Embeds images, but for those that the cache holds already.
 * @throws DataError when no image can be used, and as `embedImages` does
 * @throws StoppedError when the signal stopped it; what was embedded is in the cache
 */
export async function embedItems(
  model: OpenModel,
  items: readonly ImageToEmbed[],
  { batch, signal, label }: EmbedItemsOptions,
): Promise<EmbeddedItems> {
  const { height, width, alignment } = model.description
  let shown: ReturnType<typeof progress> | undefined
  const source = {
    ...{ count: items.length, height, width, names: items.map(({ name }) => name) },
    read: (i: number, out: Uint8Array, offset: number) => {
      const item = items[i]!
      if ('read' in item) return item.read(out, offset)
      const { path, points, reason } = item
      if (reason !== undefined) throw new DataError(reason)
      return readAligned(
        { path, ...(points && { points }) },
        { height, width, template: alignment },
        out,
        offset,
      )
    },
  }
  try {
    const { failures, ...embedded } = await embedImages(model, source, {
      ...{ batch, signal },
      onProgress: (done) => {
        shown ??= progress({ total: items.length, label, unit: 'images' })
        shown.update(done)
      },
    })
    const missingItems = failures.map(({ index, name, reason }) => {
      const item = items[index]!
      return { name, reason: 'path' in item ? reasonOf(reason, item.path) : reason }
    })
    return { ...embedded, missingItems }
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw new StoppedError(`${label}: stopped`)
    throw error
  } finally {
    shown?.finish()
  }
}
