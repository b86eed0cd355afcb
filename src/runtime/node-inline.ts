import * as ort from 'onnxruntime-node'
import type { TensorData } from './session.ts'

/** A compiled model in the calling thread, which each run blocks. */
export interface InlineSession {
  /** Runs the model and writes its outputs into the arrays of `outputs`. */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    outputs: Readonly<Record<string, TensorData>>,
  ): Promise<void>
  /** Frees the model; before the thread ends. */
  release(): Promise<void>
}

/**
 * Compiles an ONNX model for worker threads that use its results where they lie: nothing is copied, one thread computes.
 * The thread must not be ended in the midst of a run: see `passGate`.
 */
export async function createInlineSession(model: Uint8Array): Promise<InlineSession> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  const tensors = (all: Readonly<Record<string, TensorData>>): Record<string, ort.Tensor> =>
    Object.fromEntries(
      Object.entries(all).map(([name, { type, data, shape }]) => [
        name,
        new ort.Tensor(type, data as Float32Array, shape as number[]),
      ]),
    )
  return {
    run: async (feeds, outputs) => {
      await session.run(tensors(feeds), tensors(outputs))
    },
    release: () => session.release(),
  }
}
