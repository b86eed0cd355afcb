/** The thread that holds one session: it answers requests in order, and blocks while the runtime works. */
import { parentPort, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import type { Request, WorkerStart } from './node.ts'
import { passGate } from './node-gate.ts'
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

/** The runtime's messages may run over several lines. */
const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')

async function main(): Promise<void> {
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
  if (!session) return

  // Two sets of state tensors swap roles each step: writing over what is still read would corrupt it.
  let current = Object.fromEntries(Object.entries(state ?? {}).map(([name, value]) => [name, toOrt(value)]))
  let next = Object.fromEntries(
    Object.entries(state ?? {}).map(([name, { type, shape, data }]) => [
      name,
      toOrt({ type, shape, data: new (data.constructor as Float32ArrayConstructor)(data.length) }),
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
    for (const [name, value] of Object.entries(next)) fetches[nextName(name)] = value
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

  let queue = Promise.resolve()
  parentPort!.on('message', (request: Request) => {
    queue = queue.then(async () => {
      if (request.kind === 'close') {
        await session.release()
        process.exit()
      }
      try {
        if (request.kind === 'read') {
          const value = read(request.names ?? Object.keys(current))
          parentPort!.postMessage(
            { value },
            Object.values(value).map(({ data }) => data.buffer as ArrayBuffer),
          )
        } else parentPort!.postMessage({ value: await passGate(gate, () => run(request.feeds)) })
      } catch (error) {
        parentPort!.postMessage({ error: oneLine(error) })
      }
    })
  })
  parentPort!.postMessage({
    value: {
      inputs: session.inputMetadata.map(portInfo),
      outputs: session.outputMetadata.map(portInfo),
      version: `onnxruntime-node ${ort.env.versions.node}`,
    },
  })
}

main().catch((error: unknown) => {
  parentPort!.postMessage({ error: oneLine(error) })
})
