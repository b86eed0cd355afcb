import type { Gate } from './node-gate.ts'
import { openThread } from './node-thread.ts'
import type {
  PortInfo,
  Session,
  SessionOptions,
  StepSession,
  StepSessionOptions,
  TensorData,
} from './session.ts'

export type {
  PortInfo,
  Session,
  SessionOptions,
  StepSession,
  StepSessionOptions,
  TensorData,
} from './session.ts'
export { nextName } from './session.ts'

/** What the main thread asks of the thread that holds a session. */
export type Request =
  | { readonly kind: 'run'; readonly feeds: Readonly<Record<string, TensorData>> }
  | { readonly kind: 'read'; readonly names?: readonly string[] | undefined }
  | { readonly kind: 'close' }

/** What the thread is started with. */
export interface WorkerStart {
  readonly model: string | Uint8Array
  readonly threads: number
  /** First state by input name; null for a session without state. */
  readonly state: Readonly<Record<string, TensorData>> | null
  readonly gate: Gate
}

interface Ports {
  readonly inputs: readonly PortInfo[]
  readonly outputs: readonly PortInfo[]
  readonly version: string
}

/**
 * Compiles an ONNX model (a path or the file's bytes) on ONNX Runtime's CPU provider, in a worker thread of its own, so that
 * the calling thread stays free while it runs.
 * @throws Error with the runtime's message when it is no ONNX model
 */
export async function createSession(
  model: string | Uint8Array,
  { threads = 0 }: SessionOptions = {},
): Promise<Session> {
  const {
    opened: { inputs, outputs },
    ask,
    close,
  } = await start({ model, threads, state: null })
  return {
    inputs,
    outputs,
    run: (feeds) => ask({ kind: 'run', feeds }) as Promise<Record<string, TensorData>>,
    close,
  }
}

/**
 * Compiles a step model (see `StepSession`) in a worker thread of its own, which takes the buffers of the first state over:
 * they are empty afterwards. @throws Error with the runtime's message
 */
export async function createStepSession(
  model: string | Uint8Array,
  { threads = 0, state }: StepSessionOptions,
): Promise<StepSession> {
  const { opened, ask, close } = await start({ model, threads, state })
  return {
    version: opened.version,
    step: (feeds) => ask({ kind: 'run', feeds }) as Promise<Record<string, TensorData>>,
    read: (names) => ask({ kind: 'read', names }) as Promise<Record<string, TensorData>>,
    close,
  }
}

const start = (options: Omit<WorkerStart, 'gate'>) =>
  // The worker is TypeScript in a clone and JavaScript in the package, as this file is.
  openThread<Ports>(
    new URL(import.meta.url.endsWith('.ts') ? './node-worker.ts' : './node-worker.js', import.meta.url),
    options,
    // The first state moves to the thread: it can be most of the memory.
    Object.values(options.state ?? {}).map(({ data }) => data.buffer as ArrayBuffer),
  )
