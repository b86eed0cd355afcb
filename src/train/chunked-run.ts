import { nextName, type TensorData } from '../runtime/session.ts'
import { restName } from './backbone-step.ts'
import { chunkInputs, gradientName } from './chunk-step.ts'
import { type ChunkLook, combineChunks } from './combine-chunks.ts'
import type { HeadPlan, HeadRun, Model, Run } from './head-run.ts'
import type { PieceRows } from './rows.ts'

const column = (data: Float32Array): TensorData => ({ type: 'float32', shape: [data.length, 1], data })
const vector = (data: Float32Array): TensorData => ({ type: 'float32', shape: [data.length], data })
const scalar = (value: number): TensorData => ({ type: 'float32', shape: [], data: Float32Array.of(value) })

/** In a function of its own: within the step, which waits in the midst, the same loop takes twenty times as long. */
function addTo(total: Float64Array, part: Float32Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!
}

/**
 * A step on all classes, a chunk at a time: the backbone forward, a look at each chunk, then each chunk learns from what all
 * say together, then the backbone backward.
 */
export async function chunkedRun(
  {
    forward: forwardBytes,
    backward: backwardBytes,
    crossing,
    chunks,
    sizes,
  }: Extract<HeadPlan, { readonly kind: 'chunked' }>,
  {
    run,
    rows,
    openModel,
  }: {
    readonly run: Run
    readonly rows: ReadonlyMap<string, PieceRows>
    readonly openModel: (bytes: Uint8Array) => Promise<Model>
  },
): Promise<HeadRun> {
  const [forward, backward] = [await openModel(forwardBytes), await openModel(backwardBytes)]
  const bySize = new Map<
    number,
    { readonly look: Model; readonly learn: Model; readonly carried: readonly string[] }
  >()
  for (const { classes, look, learn, carried } of chunks)
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
  /** A chunk's own rows of a state tensor, in the shape in which the model gives their next values. */
  const rowsOf = (
    name: string,
    { first, classes, learn }: (typeof placed)[number],
  ): TensorData | undefined => {
    const all = rows.get(name)
    return (
      all && {
        type: 'float32',
        shape: learn.outputs[nextName(name)]!.shape,
        data: all.read(first, classes, buffers.get(name)!),
      }
    )
  }

  const gradients: string[] = []
  while (gradientName(gradients.length) in placed[0]!.learn.outputs)
    gradients.push(gradientName(gradients.length))

  const step: HeadRun['step'] = async (feeds) => {
    await forward.run((name) => feeds[name] ?? run.state(name))
    const labels = feeds.labels!
    const given = (chunk: (typeof placed)[number], more: Readonly<Record<string, TensorData>>) => {
      const own: TensorData = {
        ...labels,
        data: (labels.data as Int32Array).map((label) => label - chunk.first),
      }
      return (name: string): TensorData | undefined =>
        name === chunkInputs.labels
          ? own
          : (forward.outputs[name] ?? more[name] ?? feeds[name] ?? rowsOf(name, chunk))
    }

    const looks: ChunkLook[] = []
    for (const chunk of placed) {
      await chunk.look.run(given(chunk, {}), { ...chunk.look.outputs, ...chunk.kept })
      const of = (name: keyof ChunkLook): Float32Array =>
        (chunk.look.outputs[name]!.data as Float32Array).slice()
      looks.push({ top: of('top'), sum: of('sum'), target: of('target'), own: of('own'), other: of('other') })
    }
    const { loss, accuracy, cosine, shares, own, other } = combineChunks(looks)

    // Added up in float64, so that many chunks lose nothing.
    const totals = gradients.map((name) => new Float64Array(placed[0]!.learn.outputs[name]!.data.length))
    for (const [k, chunk] of placed.entries()) {
      const { learn, first } = chunk
      const known = { [chunkInputs.top]: column(looks[k]!.top), [chunkInputs.share]: column(shares[k]!) }
      await learn.run(given(chunk, { ...known, ...chunk.kept }))
      for (const [g, total] of totals.entries())
        addTo(total, learn.outputs[gradients[g]!]!.data as Float32Array)
      // The rows take the array in which they were made, and the model the one in which they were: nothing is copied.
      for (const [name, all] of rows) {
        const made = learn.outputs[nextName(name)]!
        learn.outputs[nextName(name)] = { ...made, data: all.take(first, made.data as Float32Array) }
      }
    }

    const crossed: Record<string, TensorData> = {}
    for (const [g, name] of gradients.entries()) {
      const { shape } = placed[0]!.learn.outputs[name]!
      crossed[name] = { type: 'float32', shape, data: Float32Array.from(totals[g]!) }
    }
    for (const name of crossing) crossed[name] = forward.outputs[name]!
    await backward.run((name) => crossed[name] ?? feeds[name] ?? run.state(name), run.next(backward.outputs))
    const rest = Number(backward.outputs[restName]?.data[0] ?? 0)
    return {
      ...{ loss: scalar(loss + rest), accuracy: scalar(accuracy), cosine: scalar(cosine) },
      ...{ own: vector(own), other: vector(other) },
    }
  }
  return {
    step,
    models: [forward, backward, ...[...bySize.values()].flatMap(({ look, learn }) => [look, learn])],
  }
}
