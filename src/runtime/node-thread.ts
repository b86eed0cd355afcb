import { type Transferable, Worker } from 'node:worker_threads'
import { closeGate, type Gate, guardExit, openGate } from './node-gate.ts'
import { closedMessage, lineTo } from './node-messages.ts'

/** A thread that holds sessions, as the thread that opened it sees it. */
export interface SessionThread<Opened> {
  /** What it said when it was up. */
  readonly opened: Opened
  /** Sends a request and gives its answer. @throws Error with the runtime's message */
  ask(request: unknown): Promise<unknown>
  /** Rejects when it ends, with the reason where it ended by itself. */
  readonly failed: Promise<never>
  /** Ends it once it is idle. */
  close(): Promise<void>
}

/**
 * Starts the worker `file` with `data` and a gate of its own (`passGate`), which every run must pass: it may not be ended in
 * the midst of one. Its messages are `Answer`s; `{ kind: 'close' }` asks it to free its sessions and end. The buffers
 * and ports in `transfer` move to it. @throws Error with the runtime's message when it does not come up
 */
export async function openThread<Opened>(
  file: URL,
  data: object,
  transfer: readonly Transferable[],
): Promise<SessionThread<Opened>> {
  const gate = openGate()
  const release = guardExit(gate)
  const worker = new Worker(file, {
    workerData: { ...data, gate } satisfies { readonly gate: Gate },
    transferList: [...transfer],
    // Flags of the process are not for its threads: an --input-type would stop them.
    execArgv: [],
  })
  // First it says that it is up, then it answers each request in its turn.
  const line = lineTo(worker)
  worker.on('error', line.cut)
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      line.cut(new Error(closedMessage))
      release()
      resolve()
    })
  })
  const close = (): Promise<void> => {
    closeGate(gate)
    line.cut(new Error(closedMessage))
    worker.postMessage({ kind: 'close' })
    return exited
  }
  let opened: Opened
  try {
    opened = (await line.next()) as Opened
  } catch (error) {
    await close()
    throw error
  }
  return { opened, ask: line.ask, failed: line.failed, close }
}
