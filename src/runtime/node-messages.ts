import type { MessagePort, Worker } from 'node:worker_threads'

/** What a thread answers, in the order of the requests. */
export type Answer = { readonly value: unknown } | { readonly error: string }

/** What is said to whoever asks a thread that is gone. */
export const closedMessage = 'the session is closed'

/** One end of a line to a thread. */
export interface Line {
  /** Sends a request and gives its answer. @throws Error with the thread's message, or the one `cut` was given */
  ask(request: unknown): Promise<unknown>
  /** An answer without a request: what the thread says by itself. */
  next(): Promise<unknown>
  /** No answer comes any more. */
  cut(error: Error): void
  /** Rejects with why no answer comes any more. */
  readonly failed: Promise<never>
}

/** The line to a worker, or over a port. */
export function lineTo(end: Worker | MessagePort): Line {
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  let failure: Error | null = null
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  // Who does not ask for it need not handle it.
  failed.catch(() => {})
  end.on('message', (answer: Answer) => {
    const call = waiting.shift()
    if ('error' in answer) call?.reject(new Error(answer.error))
    else call?.resolve(answer.value)
  })
  const next = (): Promise<unknown> =>
    failure
      ? Promise.reject(failure)
      : new Promise((resolve, reject) => {
          waiting.push({ resolve, reject })
        })
  return {
    next,
    ask: (request) => {
      const answer = next()
      end.postMessage(request)
      return answer
    },
    cut: (error) => {
      failure ??= error
      fail(failure)
      for (const { reject } of waiting.splice(0)) reject(failure)
    },
    failed,
  }
}

/** The line over a port, cut when the thread at its other end is gone. */
export function lineOver(port: MessagePort): Line {
  const line = lineTo(port)
  port.on('close', () => line.cut(new Error(closedMessage)))
  return line
}
