import type { MessagePort, Worker } from 'node:worker_threads'

/** What a thread answers, in the order of the requests. */
export type Answer = { readonly value: unknown } | { readonly error: string }

/** One end of a line to a thread. */
export interface Line {
  /** Sends a request and gives its answer. @throws Error with the thread's message, or the one `cut` was given */
  ask(request: unknown): Promise<unknown>
  /** An answer without a request: what the thread says by itself. */
  next(): Promise<unknown>
  /** No answer comes any more. */
  cut(error: Error): void
}

/** The line to a worker, or over a port. */
export function lineTo(end: Worker | MessagePort): Line {
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  let failure: Error | null = null
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
      for (const { reject } of waiting.splice(0)) reject(failure)
    },
  }
}

/** The line over a port, cut when the thread at its other end is gone. */
export function lineOver(port: MessagePort): Line {
  const line = lineTo(port)
  port.on('close', () => line.cut(new Error('the session is closed')))
  return line
}
