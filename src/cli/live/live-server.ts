import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import { readRecipe } from '../train/recipe.ts'
import { runFolder } from '../train/run-folder.ts'
import { idOf, newsSince, type Position, positionsOf } from './live-news.ts'
import { livePage } from './live-page.ts'

/** A page about runs, served to this machine alone. */
export interface LiveServer {
  readonly url: string
  /** Tells the pages that nothing more comes, unless it is not the end, and closes. */
  close(options?: { readonly isEnd?: boolean }): Promise<void>
}

/**
 * Serves a page about runs on 127.0.0.1: `/` is the page, `/events` what was and is written to the runs' metrics.jsonl and
 * live.jsonl, as server-sent events. The id of an event says how far each file was read, so that a page that lost the
 * connection goes on where it was; the server keeps nothing. Files are looked at only while a page is open.
 * @throws UsageError when the port is taken
 */
export async function serveLive(
  folders: readonly string[],
  { port = 0, pollMs = 250 }: { readonly port?: number; readonly pollMs?: number } = {},
): Promise<LiveServer> {
  const names = distinctNames(folders)
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const { port: own } = server.address() as AddressInfo
    if (!isOfThisMachine(request, own)) return refuse(response, 403, 'only for this machine')
    if (request.method !== 'GET') return refuse(response, 405, 'only GET')
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/') {
      response.writeHead(200, headers('text/html; charset=utf-8'))
      response.end(livePage())
    } else if (pathname === '/events') {
      open.add(response)
      response.on('close', () => open.delete(response))
      tell(folders, names, request, response, { pollMs }).catch(() => response.end())
    } else refuse(response, 404, 'not here')
  })
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken by another program' : error.message
      failed(new UsageError(`--port: ${why}, got ${port}`))
    })
    server.listen(port, '127.0.0.1', done)
  })
  // A page that is open keeps no finished training alive.
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async ({ isEnd = true } = {}) => {
      if (isEnd) for (const response of open) response.end('event: end\ndata: {}\n\n')
      await new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
    },
  }
}

const headers = (type: string): Record<string, string> => ({
  'Content-Type': type,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; frame-ancestors 'none'",
})

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, headers('text/plain; charset=utf-8'))
  response.end(`${text}\n`)
}

/** A page elsewhere may make its name point here, or ask in the reader's name: only this address, and no other page's request. */
function isOfThisMachine({ headers: { host, origin } }: IncomingMessage, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  return own.includes(host ?? '') && (origin === undefined || own.some((each) => origin === `http://${each}`))
}

/** Sends what there is, and then what comes, until the page goes. */
async function tell(
  folders: readonly string[],
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
  { pollMs }: { readonly pollMs: number },
): Promise<void> {
  response.writeHead(200, headers('text/event-stream'))
  const files = folders.flatMap((folder, run) => {
    const { metrics, live } = runFolder(folder)
    return [
      { run, kind: 'metrics', path: metrics },
      { run, kind: 'live', path: live },
    ]
  })
  const positions: Position[] = positionsOf(String(request.headers['last-event-id'] ?? ''), files.length)
  const send = (event: string, data: unknown, id?: string): Promise<void> => {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    if (response.destroyed || response.writableEnded) return Promise.resolve()
    // Slower readers are waited for, so that a long past does not pile up here.
    return response.write(text)
      ? Promise.resolve()
      : new Promise((done) => {
          response.once('drain', done)
          response.once('close', done)
        })
  }
  const isOpen = (): boolean => !response.destroyed && !response.writableEnded
  response.write('retry: 1000\n\n')
  await send('runs', await Promise.all(folders.map((folder, i) => aboutRun(folder, names[i]!))))
  for (let quiet = 0; isOpen(); ) {
    let sent = false
    for (const [i, { run, kind, path }] of files.entries()) {
      const news = await newsSince(path, positions[i]!)
      if (!news) continue
      positions[i] = news.position
      sent = true
      await send('lines', { run, kind, isNew: news.isNew, lines: news.lines }, idOf(positions))
    }
    if (sent) {
      quiet = 0
      continue
    }
    // A comment now and then shows both sides that the other is there.
    if (++quiet % Math.ceil(15_000 / pollMs) === 0) response.write(': still here\n\n')
    await new Promise<void>((done) => {
      const timer = setTimeout(woken, pollMs)
      function woken(): void {
        clearTimeout(timer)
        response.off('close', woken)
        done()
      }
      response.once('close', woken)
    })
  }
}

async function aboutRun(folder: string, name: string): Promise<Record<string, unknown>> {
  const recipe = await readRecipe(runFolder(folder).recipe).catch(() => ({}) as Record<string, unknown>)
  const { loss, architecture, dimensions, batch, seed, lossOptions } = recipe
  return { name, loss, architecture, dimensions, batch, seed, lossOptions }
}

/** The folders' own names, with so much of the path before them as tells them apart. */
export function distinctNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder).split(/[\\/]/))
  const short = (parts: string[], length: number): string => parts.slice(-length).join('/')
  return paths.map((parts) => {
    let length = 1
    while (
      length < parts.length &&
      paths.some((other) => other !== parts && short(other, length) === short(parts, length))
    )
      length++
    return short(parts, length) || basename(parts.join('/'))
  })
}
