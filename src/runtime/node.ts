import { Worker } from 'node:worker_threads'
import { closeGate, type Gate, guardExit, openGate } from './node-gate.ts'
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

type Answer = { readonly value: unknown } | { readonly error: string }

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
    ports: { inputs, outputs },
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
  const { ports, ask, close } = await start({ model, threads, state })
  return {
    version: ports.version,
    step: (feeds) => ask({ kind: 'run', feeds }) as Promise<Record<string, TensorData>>,
    read: (names) => ask({ kind: 'read', names }) as Promise<Record<string, TensorData>>,
    close,
  }
}

async function start(options: Omit<WorkerStart, 'gate'>) {
  const gate = openGate()
  const release = guardExit(gate)
  // The worker is TypeScript in a clone and JavaScript in the package, as this file is.
  const file = import.meta.url.endsWith('.ts') ? './node-worker.ts' : './node-worker.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { ...options, gate } satisfies WorkerStart,
    // The first state moves to the thread: it can be most of the memory.
    transferList: Object.values(options.state ?? {}).map(({ data }) => data.buffer as ArrayBuffer),
    // Flags of the process are not for its threads: an --input-type would stop them.
    execArgv: [],
  })
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  let failure: Error | null = null
  const fail = (error: Error): void => {
    failure ??= error
    for (const { reject } of waiting.splice(0)) reject(failure)
  }
  // Answers come in the order of the requests.
  worker.on('message', (answer: Answer) => {
    const call = waiting.shift()
    if ('error' in answer) call?.reject(new Error(answer.error))
    else call?.resolve(answer.value)
  })
  worker.on('error', fail)
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error('the session is closed'))
      release()
      resolve()
    })
  })
  const answer = (): Promise<unknown> =>
    failure
      ? Promise.reject(failure)
      : new Promise((resolve, reject) => {
          waiting.push({ resolve, reject })
        })
  const close = (): Promise<void> => {
    closeGate(gate)
    fail(new Error('the session is closed'))
    worker.postMessage({ kind: 'close' } satisfies Request)
    return exited
  }
  let ports: Ports
  try {
    ports = (await answer()) as Ports
  } catch (error) {
    await close()
    throw error
  }
  const ask = (request: Request): Promise<unknown> => {
    const promise = answer()
    worker.postMessage(request)
    return promise
  }
  return { ports, ask, close }
}
