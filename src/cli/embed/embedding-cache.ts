import { embedBatches, type OpenModel } from '../../embed/index.ts'
import { DataError, StoppedError } from '../../errors.ts'
import type { Matrix } from '../../math/matrix.ts'
import { type ImageToEmbed, lookAt, readItem } from '../evaluate/image-content.ts'
import { progress } from '../progress.ts'
import { libraries, version } from '../version.ts'
import { type EmbeddingStore, embeddingStore, type Kept } from './embedding-store.ts'
import { type MissingImage, reasonOf } from './missing-images.ts'
import { modelFacts } from './model-options.ts'

export interface EmbedItemsOptions {
  /** The folder of the cache; false for none. */
  readonly cache: string | false
  readonly batch: number
  readonly signal: AbortSignal
  /** What progress calls the work. */
  readonly label: string
  readonly say: (line: string) => void
  /** Hears which images cannot be read, before the first is embedded; what it throws ends the work. */
  readonly onUnreadable?: (missing: readonly MissingImage[]) => void
}

/** What a model makes of images, [N, D]; images that cannot be used have rows of zeros and a reason. */
export interface EmbeddedItems {
  readonly feature: Matrix
  /** Absent where the model is not run on mirror images. */
  readonly mirrored?: Matrix
  /** 1 for each image that cannot be used, [N]. */
  readonly missing: Uint8Array
  readonly missingItems: readonly MissingImage[]
}

/**
 * Embeds images, but for those whose embeddings are in the cache: found by the content of the image's file, its points, the
 * model's file and description, and the versions that decode and compute. What is embedded goes there piece by piece.
 * @throws DataError when no image can be used, and as `embedBatches` does
 * @throws StoppedError when the signal stopped it; what was embedded is in the cache
 */
export async function embedItems(
  model: OpenModel,
  items: readonly ImageToEmbed[],
  options: EmbedItemsOptions,
): Promise<EmbeddedItems> {
  const { signal, label, say, onUnreadable } = options
  const store = options.cache === false ? undefined : embeddingStore(options.cache, spaceOf(model), { say })
  const rows = rowsOf(items.length)
  try {
    const { keys, reasons } = await lookAt(items, { signal, label, withKeys: store !== undefined })
    if (reasons.size > 0) onUnreadable?.(missingOf(items, reasons))
    if (store) await findKept(store, keys, rows, { items, say })
    await embedRest(model, items, { ...options, store, rows, reasons })
    const { feature, mirrored, missing } = rows.finish()
    if (!feature) {
      const [first] = reasons.values()
      throw new DataError(
        `${model.description.name}: none of ${items.length} images can be read${first ? `, the first: ${first}` : ''}`,
      )
    }
    const missingItems = missingOf(items, reasons)
    return { feature, ...(mirrored && { mirrored }), missing, missingItems }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error
    throw new StoppedError(
      `${label}: stopped${store ? '; what was embedded is kept, and the same command goes on from there' : ''}`,
    )
  }
}

/** Whatever decides the numbers besides the image: equal for equal embeddings, wherever the model lies and whatever it is called. */
function spaceOf(model: OpenModel): Record<string, unknown> {
  const { file: _, flip, isFused, notes, metadata, dimensions, ...facts } = modelFacts(model)
  return { version, libraries, ...facts, mirrored: !isFused && flip !== 'none' }
}

/** The rows of the result, made when the first embedding says how long they are. */
function rowsOf(count: number) {
  const all: { -readonly [K in keyof Kept]?: Matrix } = {}
  const missing = new Uint8Array(count).fill(1)
  return {
    has: (index: number): boolean => missing[index] === 0,
    set(index: number, kept: Kept): void {
      for (const side of ['feature', 'mirrored'] as const) {
        const row = kept[side]
        if (row === undefined) continue
        const whole = (all[side] ??= {
          ...{ data: new Float32Array(count * row.length), rows: count, columns: row.length },
        })
        whole.data.set(row, index * whole.columns)
      }
      missing[index] = 0
    },
    finish: () => ({ ...all, missing }),
  }
}

/** Fills the rows that the cache holds. */
async function findKept(
  store: EmbeddingStore,
  keys: readonly (string | undefined)[],
  rows: ReturnType<typeof rowsOf>,
  { items, say }: { readonly items: readonly unknown[]; readonly say: (line: string) => void },
): Promise<void> {
  const wanted = new Map<string, number[]>()
  for (const [i, key] of keys.entries()) {
    if (key === undefined) continue
    const same = wanted.get(key)
    if (same) same.push(i)
    else wanted.set(key, [i])
  }
  let found = 0
  await store.find(wanted, (key, kept) => {
    for (const i of wanted.get(key)!) {
      if (!rows.has(i)) found++
      rows.set(i, kept)
    }
  })
  if (found > 0) say(`${found} of ${items.length} embeddings are in ${store.folder}`)
}

/** Embeds the images that have no row yet and can be read; adds the reasons of those that cannot be decoded. */
async function embedRest(
  model: OpenModel,
  items: readonly ImageToEmbed[],
  {
    batch,
    signal,
    label,
    store,
    rows,
    reasons,
  }: EmbedItemsOptions & {
    readonly store: EmbeddingStore | undefined
    readonly rows: ReturnType<typeof rowsOf>
    readonly reasons: Map<number, string>
  },
): Promise<void> {
  const { height, width, alignment } = model.description
  const rest = [...items.keys()].filter((i) => !rows.has(i) && !reasons.has(i))
  if (rest.length === 0) return
  const keys = new Map<number, string>()
  const source = {
    ...{ count: rest.length, height, width, names: rest.map((i) => items[i]!.name) },
    read: async (index: number, out: Uint8Array, offset: number) => {
      const key = await readItem(items[rest[index]!]!, { height, width, template: alignment }, out, offset)
      if (key !== undefined) keys.set(index, key)
    },
  }
  const start = performance.now()
  let shown: ReturnType<typeof progress> | undefined
  let done = items.length - rest.length
  try {
    for await (const { indices, embeddings, failures } of embedBatches(model, source, { batch, signal })) {
      for (const [row, index] of indices.entries()) {
        const kept = keptRow(embeddings!, row)
        rows.set(rest[index]!, kept)
        const key = keys.get(index)
        keys.delete(index)
        if (key !== undefined) await store?.add(key, kept)
      }
      for (const { index, reason } of failures) {
        const item = items[rest[index]!]!
        reasons.set(rest[index]!, 'path' in item ? reasonOf(reason, item.path) : reason)
      }
      shown ??= progress({ total: items.length, from: done, label, unit: 'images', start })
      done += indices.length + failures.length
      shown.update(done)
    }
  } finally {
    shown?.finish()
    await store?.flush()
  }
}

function keptRow({ feature, mirrored }: { feature: Matrix; mirrored?: Matrix }, row: number): Kept {
  const of = ({ data, columns }: Matrix): Float32Array =>
    Float32Array.from(data.subarray(row * columns, (row + 1) * columns))
  return { feature: of(feature), ...(mirrored && { mirrored: of(mirrored) }) }
}

const missingOf = (items: readonly ImageToEmbed[], reasons: ReadonlyMap<number, string>): MissingImage[] =>
  [...reasons].sort(([a], [b]) => a - b).map(([index, reason]) => ({ name: items[index]!.name, reason }))
