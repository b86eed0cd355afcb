import { Worker } from 'node:worker_threads'
import { closeGate, type Gate, guardExit, openGate } from './node-gate.ts'

/** What a thread answers: first that it is up, then each request in its turn. */
export type Answer = { readonly value: unknown } | { readonly error: string }

/** A thread that holds sessions, as the thread that opened it sees it. */
export interface SessionThread<Opened> {
  /** What it said when it was up. */
  readonly opened: Opened
  /** Sends a request and gives its answer. @throws Error with the runtime's message */
  ask(request: unknown): Promise<unknown>
  /** Ends it once it is idle. */
  close(): Promise<void>
}

/**
 * Starts the worker `file` with `data` and a gate of its own (`passGate`), which every run must pass: it may not be ended in
 * the midst of one. Its messages are `Answer`s; `{ kind: 'close' }` asks it to free its sessions and end. The buffers in
 * `transfer` move to it. @throws Error with the runtime's message when it does not come up
 */
export async function openThread<Opened>(
  file: URL,
  data: object,
  transfer: readonly ArrayBuffer[],
): Promise<SessionThread<Opened>> {
  const gate = openGate()
  const release = guardExit(gate)
  const worker = new Worker(file, {
    workerData: { ...data, gate } satisfies { readonly gate: Gate },
    transferList: [...transfer],
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
    worker.postMessage({ kind: 'close' })
    return exited
  }
  let opened: Opened
  try {
    opened = (await answer()) as Opened
  } catch (error) {
    await close()
    throw error
  }
  const ask = (request: unknown): Promise<unknown> => {
    const promise = answer()
    worker.postMessage(request)
    return promise
  }
  return { opened, ask, close }
}
