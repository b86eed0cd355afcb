import { nextName, type TensorData } from '../../runtime/session.ts'
import { chunkInputs, isGradientName } from './chunk-step.ts'
import type { ChunkLook } from './combine-chunks.ts'
import type { PieceRows } from './rows.ts'
import type { Model } from './thread-model.ts'

/** Classes that follow one another, in chunks. */
export interface ShardPlan {
  /** The first class, and how many each chunk has in turn. */
  readonly first: number
  readonly sizes: readonly number[]
  /** Models of a chunk by how many classes it holds. */
  readonly chunks: readonly {
    readonly classes: number
    readonly look: Uint8Array
    readonly learn: Uint8Array
    /** Names of what `learn` is fed of what `look` gave. */
    readonly carried: readonly string[]
  }[]
}

/** A part of a chunked head, wherever it computes. */
export interface Shard {
  /** What each of its chunks says of a batch: `feeds` has its labels and what the loss reads of its features. */
  look(feeds: Readonly<Record<string, TensorData>>): Promise<readonly ChunkLook[]>
  /**
   * Each chunk learns from the batch it saw last, with the `shares` [N] that are the chunks' own; gives the gradients in what was
   * read by name, added up over the chunks.
   */
  learn(shares: readonly Float32Array[]): Promise<Readonly<Record<string, Float64Array>>>
}

const column = (data: Float32Array): TensorData => ({ type: 'float32', shape: [data.length, 1], data })

/** In a function of its own: within one that waits in the midst, the same loop takes twenty times as long. */
function addTo(total: Float64Array, part: Float32Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!
}

/** Opens a shard in the calling thread. `rows` holds what has numbers for each of its classes, by name. */
export async function openShard(
  { first: firstClass, sizes, chunks }: ShardPlan,
  {
    rows,
    openModel,
  }: {
    readonly rows: ReadonlyMap<string, PieceRows>
    readonly openModel: (bytes: Uint8Array) => Promise<Model>
  },
): Promise<Shard & { readonly models: readonly Model[] }> {
  const bySize = new Map<
    number,
    { readonly look: Model; readonly learn: Model; readonly carried: readonly string[] }
  >()
  for (const { classes, look, learn, carried } of chunks)
    if (sizes.includes(classes))
      bySize.set(classes, { look: await openModel(look), learn: await openModel(learn), carried })
  const largest = Math.max(...sizes)
  const buffers = new Map([...rows].map(([name, { width }]) => [name, new Float32Array(largest * width)]))
  const placed = sizes.map((classes, i) => ({
    classes,
    first: sizes.slice(0, i).reduce((n, size) => n + size, 0),
    ...bySize.get(classes)!,
    // What a look leaves for when the chunk learns, in arrays of its own.
    kept: Object.fromEntries(
      bySize.get(classes)!.carried.map((name) => {
        const tensor = bySize.get(classes)!.look.outputs[name]!
        return [name, { ...tensor, data: tensor.data.slice() as TensorData['data'] }]
      }),
    ),
  }))
  type Chunk = (typeof placed)[number]
  /** A chunk's own rows of a state tensor, in the shape in which the model gives their next values. */
  const rowsOf = (name: string, { first, classes, learn }: Chunk): TensorData | undefined => {
    const all = rows.get(name)
    return (
      all && {
        type: 'float32',
        shape: learn.outputs[nextName(name)]!.shape,
        data: all.read(first, classes, buffers.get(name)!),
      }
    )
  }
  const { outputs } = placed[0]!.learn
  const gradients = Object.keys(outputs).filter(isGradientName)

  let seen: Readonly<Record<string, TensorData>> = {}
  let looks: readonly ChunkLook[] = []
  const given = (chunk: Chunk, more: Readonly<Record<string, TensorData>>) => {
    const labels = seen.labels!
    const own: TensorData = {
      ...labels,
      data: (labels.data as Int32Array).map((label) => label - firstClass - chunk.first),
    }
    return (name: string): TensorData | undefined =>
      name === chunkInputs.labels ? own : (more[name] ?? seen[name] ?? rowsOf(name, chunk))
  }
  return {
    models: [...bySize.values()].flatMap(({ look, learn }) => [look, learn]),
    look: async (feeds) => {
      seen = feeds
      const all: ChunkLook[] = []
      for (const chunk of placed) {
        const { look, kept } = chunk
        await look.run(given(chunk, {}), { ...look.outputs, ...kept })
        const of = (name: keyof ChunkLook): Float32Array => (look.outputs[name]!.data as Float32Array).slice()
        all.push({ top: of('top'), sum: of('sum'), target: of('target'), own: of('own'), other: of('other') })
      }
      looks = all
      return all
    },
    learn: async (shares) => {
      // Added up in float64, so that many chunks lose nothing.
      const totals = Object.fromEntries(
        gradients.map((name) => [name, new Float64Array(outputs[name]!.data.length)]),
      )
      for (const [k, chunk] of placed.entries()) {
        const { learn, first, kept } = chunk
        const known = { [chunkInputs.top]: column(looks[k]!.top), [chunkInputs.share]: column(shares[k]!) }
        await learn.run(given(chunk, { ...known, ...kept }))
        for (const [name, total] of Object.entries(totals))
          addTo(total, learn.outputs[name]!.data as Float32Array)
        // The rows take the array in which they were made, and the model the one in which they were: nothing is copied.
        for (const [name, all] of rows) {
          const made = learn.outputs[nextName(name)]!
          learn.outputs[nextName(name)] = { ...made, data: all.take(first, made.data as Float32Array) }
        }
      }
      return totals
    },
  }
}
