import * as ort from 'onnxruntime-node'
import type { PortInfo, SessionOptions, TensorData } from './session.ts'

/** A compiled model in the calling thread, which each run blocks. */
export interface InlineSession {
  readonly inputs: readonly PortInfo[]
  readonly outputs: readonly PortInfo[]
  /** Name and version of the runtime. */
  readonly version: string
  /** Runs the model and writes its outputs into the arrays of `outputs`. */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    outputs: Readonly<Record<string, TensorData>>,
  ): Promise<void>
  /** Frees the model; before the thread ends. */
  release(): Promise<void>
}

const portInfo = (m: ort.InferenceSession.ValueMetadata): PortInfo =>
  m.isTensor ? { name: m.name, type: m.type, shape: m.shape } : { name: m.name, type: 'other', shape: [] }

/**
 * Compiles an ONNX model for worker threads that use its results where they lie: nothing is copied. One thread computes where
 * nothing else is said. `pattern: false` reserves no memory ahead, of which large steps take twice as much else; `spin: false`
 * lets threads sleep as soon as they are done, for many short runs on few cores: a thread that spins takes from the one that works.
 * The thread must not be ended in the midst of a run: see `passGate`.
 */
export async function createInlineSession(
  model: Uint8Array,
  {
    threads = 1,
    pattern = true,
    spin = true,
  }: SessionOptions & { readonly pattern?: boolean; readonly spin?: boolean } = {},
): Promise<InlineSession> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'all',
    enableMemPattern: pattern,
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    ...(!spin && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
  })
  const tensors = (all: Readonly<Record<string, TensorData>>): Record<string, ort.Tensor> =>
    Object.fromEntries(
      Object.entries(all).map(([name, { type, data, shape }]) => [
        name,
        new ort.Tensor(type, data as Float32Array, shape as number[]),
      ]),
    )
  return {
    inputs: session.inputMetadata.map(portInfo),
    outputs: session.outputMetadata.map(portInfo),
    version: `onnxruntime-node ${ort.env.versions.node}`,
    run: async (feeds, outputs) => {
      await session.run(tensors(feeds), tensors(outputs))
    },
    release: () => session.release(),
  }
}
