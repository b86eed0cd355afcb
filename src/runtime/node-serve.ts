import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Answer } from './node-messages.ts'

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
 * Other threads may ask too, over `ports`: all wait in one queue.
 */
export function serveThread<Request extends { readonly kind: string }>(
  open: () => Promise<{
    readonly opened: unknown
    readonly answer: (request: Request) => Promise<Served>
    readonly release: () => Promise<void>
  } | null>,
  ports: readonly MessagePort[] = [],
): void {
  const say = (port: MessagePort, answer: Answer, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(answer, transfer)
  const parent = parentPort!
  const up = open()
  let queue: Promise<void> = up.then(
    (thread) => {
      if (thread) say(parent, { value: thread.opened })
    },
    (error: unknown) => say(parent, { error: oneLine(error) }),
  )
  for (const port of [parent, ...ports])
    port.on('message', (request: Request) => {
      queue = queue.then(async () => {
        const thread = await up.catch(() => null)
        if (request.kind === 'close') {
          await thread?.release()
          process.exit()
        }
        try {
          const { value, transfer } = await thread!.answer(request)
          say(port, { value }, transfer)
        } catch (error) {
          say(port, { error: oneLine(error) })
        }
      })
    })
}
