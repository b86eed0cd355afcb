import type { Random } from '../../math/rng.ts'
import { nextName, type TensorData } from '../../runtime/session.ts'
import { sampleClasses } from './class-sample.ts'
import type { HeadPlan, HeadRun, Run } from './head-run.ts'
import type { GatheredRows } from './rows.ts'
import type { Model } from './thread-model.ts'

/** A step on a sample of the classes: their rows are gathered, the whole step is run on them, and they are written back. */
export async function sampledRun(
  { step: bytes, classes, count }: Extract<HeadPlan, { readonly kind: 'sampled' }>,
  {
    run,
    rows,
    openModel,
    randomAt,
  }: {
    readonly run: Run
    readonly rows: ReadonlyMap<string, GatheredRows>
    readonly openModel: (bytes: Uint8Array) => Promise<Model>
    /** The stream of step `at`. */
    readonly randomAt: (at: number) => Random
  },
): Promise<HeadRun> {
  const model = await openModel(bytes)
  // As the model has them: the same numbers as rows of one more axis.
  const taken = new Map<string, TensorData>()
  for (const name of rows.keys()) {
    const { type, shape, data } = model.outputs[nextName(name)]!
    taken.set(name, { type, shape, data: new Float32Array(data.length) })
  }
  const reported = Object.keys(model.outputs).filter((name) => !name.startsWith(nextName('')))
  return {
    models: [model],
    step: async (feeds, at) => {
      const { data, ...labels } = feeds.labels!
      const sample = sampleClasses(data as Int32Array, { all: classes, count, random: randomAt(at) })
      for (const [name, tensor] of taken) rows.get(name)!.gather(sample.classes, tensor.data as Float32Array)
      const given: Record<string, TensorData> = { ...feeds, labels: { ...labels, data: sample.labels } }
      await model.run((name) => given[name] ?? taken.get(name) ?? run.state(name), run.next(model.outputs))
      for (const name of taken.keys())
        rows.get(name)!.scatter(sample.classes, model.outputs[nextName(name)]!.data as Float32Array)
      return Object.fromEntries(reported.map((name) => [name, model.outputs[name]!]))
    },
  }
}
