import type { TensorData } from '../../runtime/session.ts'
import { restName } from './backbone-step.ts'
import { combineChunks } from './combine-chunks.ts'
import type { HeadPlan, HeadRun, Run } from './head-run.ts'
import type { Shard } from './shard.ts'
import type { Model } from './thread-model.ts'

const vector = (data: Float32Array): TensorData => ({ type: 'float32', shape: [data.length], data })
const scalar = (value: number): TensorData => ({ type: 'float32', shape: [], data: Float32Array.of(value) })

/**
 * A step on all classes, which lie in shards that work beside one another: the backbone forward, a look at each chunk of
 * classes, then each chunk learns from what all say together, then the backbone backward.
 */
export async function chunkedRun(
  {
    forward: forwardBytes,
    backward: backwardBytes,
    crossing,
    fed,
    gradients,
  }: Extract<HeadPlan, { readonly kind: 'chunked' }>,
  {
    run,
    shards,
    openModel,
  }: {
    readonly run: Run
    readonly shards: readonly Shard[]
    readonly openModel: (bytes: Uint8Array) => Promise<Model>
  },
): Promise<HeadRun> {
  const [forward, backward] = [await openModel(forwardBytes), await openModel(backwardBytes)]
  const step: HeadRun['step'] = async (feeds) => {
    await forward.run((name) => feeds[name] ?? run.state(name))
    const read: Record<string, TensorData> = {}
    for (const name of fed) {
      const value = forward.outputs[name] ?? feeds[name]
      if (value) read[name] = value
    }
    const looks = await Promise.all(shards.map((shard) => shard.look(read)))
    const { loss, accuracy, cosine, shares, own, other } = combineChunks(looks.flat())
    const sums = await Promise.all(
      shards.map((shard, k) => {
        const before = looks.slice(0, k).flat().length
        return shard.learn(shares.slice(before, before + looks[k]!.length))
      }),
    )
    const crossed: Record<string, TensorData> = {}
    for (const { name, shape } of gradients)
      crossed[name] = { type: 'float32', shape, data: added(sums.map((sum) => sum[name]!)) }
    for (const name of crossing) crossed[name] = forward.outputs[name]!
    await backward.run((name) => crossed[name] ?? feeds[name] ?? run.state(name), run.next(backward.outputs))
    const rest = Number(backward.outputs[restName]?.data[0] ?? 0)
    return {
      ...{ loss: scalar(loss + rest), accuracy: scalar(accuracy), cosine: scalar(cosine) },
      ...{ own: vector(own), other: vector(other) },
    }
  }
  return { step, models: [forward, backward] }
}

/** The sum of each number over the shards, in float64, rounded once. */
const added = (parts: readonly Float64Array[]): Float32Array =>
  Float32Array.from(parts[0]!, (_, i) => parts.reduce((sum, part) => sum + part[i]!, 0))
