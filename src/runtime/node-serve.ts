import { parentPort } from 'node:worker_threads'

/** In a thread that holds sessions: the values of answers, and the buffers that move with them. */
export interface Served {
  readonly value: unknown
  readonly transfer?: readonly ArrayBuffer[]
}

/** The runtime's messages may run over several lines. */
const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')

/**
 * In a thread that `openThread` started: brings it up, says what came of that, answers requests in order, and ends when it is
 * asked to. `open` gives what to say, what answers a request, and what frees the sessions; null where it was closed meanwhile.
 */
export function serveThread<Request extends { readonly kind: string }>(
  open: () => Promise<{
    readonly opened: unknown
    readonly answer: (request: Request) => Promise<Served>
    readonly release: () => Promise<void>
  } | null>,
): void {
  const port = parentPort!
  const up = open()
  let queue: Promise<void> = up.then(
    (thread) => {
      if (thread) port.postMessage({ value: thread.opened })
    },
    (error: unknown) => port.postMessage({ error: oneLine(error) }),
  )
  port.on('message', (request: Request) => {
    queue = queue.then(async () => {
      const thread = await up.catch(() => null)
      if (request.kind === 'close') {
        await thread?.release()
        process.exit()
      }
      try {
        const { value, transfer = [] } = await thread!.answer(request)
        port.postMessage({ value }, [...transfer])
      } catch (error) {
        port.postMessage({ error: oneLine(error) })
      }
    })
  })
}
