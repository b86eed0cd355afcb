/** The thread that holds one session: it answers requests in order, and blocks while the runtime works. */
import { workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import type { Request, WorkerStart } from './node.ts'
import { passGate } from './node-gate.ts'
import { serveThread } from './node-serve.ts'
import { nextName, type PortInfo, type TensorData } from './session.ts'

const { model, threads, state, gate } = workerData as WorkerStart

const toOrt = ({ type, data, shape }: TensorData): ort.Tensor =>
  new ort.Tensor(type, data as Float32Array, shape as number[])
const fromOrt = (t: ort.Tensor): TensorData => ({
  type: t.type as TensorData['type'],
  shape: t.dims,
  data: t.data as TensorData['data'],
})
const portInfo = (m: ort.InferenceSession.ValueMetadata): PortInfo =>
  m.isTensor ? { name: m.name, type: m.type, shape: m.shape } : { name: m.name, type: 'other', shape: [] }

serveThread<Request>(async () => {
  const options: ort.InferenceSession.SessionOptions = {
    graphOptimizationLevel: 'all',
    // Memory patterns hold everything at once: off, a step takes a little over half the memory.
    enableMemPattern: false,
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  }
  const session = await passGate(gate, () =>
    typeof model === 'string'
      ? ort.InferenceSession.create(model, options)
      : ort.InferenceSession.create(model, options),
  )
  if (!session) return null

  const outputNames = new Set(session.outputNames)
  const changes = (name: string): boolean => outputNames.has(nextName(name))
  // Two sets of state tensors swap roles each step: writing over what is still read would corrupt it.
  let current = Object.fromEntries(Object.entries(state ?? {}).map(([name, value]) => [name, toOrt(value)]))
  let next = Object.fromEntries(
    Object.entries(state ?? {}).map(([name, { type, shape, data }]) => [
      name,
      changes(name)
        ? toOrt({ type, shape, data: new (data.constructor as Float32ArrayConstructor)(data.length) })
        : current[name]!,
    ]),
  )
  const stateOutputs = new Set(Object.keys(current).map(nextName))
  const plainOutputs = session.outputNames.filter((name) => !stateOutputs.has(name))

  const run = async (feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> => {
    const inputs: Record<string, ort.Tensor> = { ...current }
    for (const [name, value] of Object.entries(feeds)) inputs[name] = toOrt(value)
    if (!state) {
      const results = await session.run(inputs)
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]))
    }
    const fetches: Record<string, ort.Tensor | null> = {}
    for (const [name, value] of Object.entries(next)) if (changes(name)) fetches[nextName(name)] = value
    for (const name of plainOutputs) fetches[name] = null
    const results = await session.run(inputs, fetches)
    ;[current, next] = [next, current]
    return Object.fromEntries(plainOutputs.map((name) => [name, fromOrt(results[name]!)]))
  }
  /** Copies of the state, made here and handed over: a message would copy them twice. */
  const read = (names: readonly string[]): Record<string, TensorData> =>
    Object.fromEntries(
      names.map((name) => {
        const tensor = fromOrt(current[name]!)
        return [name, { ...tensor, data: tensor.data.slice() as TensorData['data'] }]
      }),
    )

  return {
    opened: {
      inputs: session.inputMetadata.map(portInfo),
      outputs: session.outputMetadata.map(portInfo),
      version: `onnxruntime-node ${ort.env.versions.node}`,
    },
    answer: async (request) => {
      if (request.kind === 'run') return { value: await passGate(gate, () => run(request.feeds)) }
      const value = read((request.kind === 'read' ? request.names : undefined) ?? Object.keys(current))
      return { value, transfer: Object.values(value).map(({ data }) => data.buffer as ArrayBuffer) }
    },
    release: () => session.release(),
  }
})
