import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { start, steradian, until } from '../../../test/cli/steradian.ts'
import { openLiveLog } from './live-log.ts'
import { start as beginning, idOf, newsSince, positionsOf } from './live-news.ts'
import { distinctNames, type LiveServer, serveLive } from './live-server.ts'

let base = ''
let count = 0
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'live-'))
  await writePeople(join(base, 'people'))
})
afterAll(() => rm(base, { recursive: true }))

/** A run's folder as a training makes it, with so many steps done. */
async function run(steps = 3): Promise<string> {
  const folder = join(base, `run${count++}`)
  await mkdir(folder)
  await writeFile(join(folder, 'recipe.json'), '{"loss":"lmcl","batch":4}')
  await writeFile(
    join(folder, 'metrics.jsonl'),
    Array.from({ length: steps }, (_, i) => stepLine(i + 1)).join(''),
  )
  return folder
}
const stepLine = (step: number): string =>
  `{"step":${step},"loss":${1 / step},"rate":0.1,"accuracy":0.5,"cosine":0.2}\n`

/** Listens to a server's events as a browser does, from an id on. */
function listen(url: string, { lastId = '' } = {}) {
  const heard: {
    readonly event: string
    readonly data: { readonly lines?: readonly string[] }
    readonly id: string | undefined
  }[] = []
  let text = ''
  const request = get(`${url}events`, { headers: lastId ? { 'last-event-id': lastId } : {} }, (response) => {
    response.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        )
        text = text.slice(end + 2)
        if (fields.has('event'))
          heard.push({
            event: fields.get('event')!,
            data: JSON.parse(fields.get('data')!),
            id: fields.get('id'),
          })
      }
    })
  })
  request.on('error', () => {})
  return {
    heard,
    lines: (): number[] =>
      heard.flatMap(({ data }) => (data.lines ?? []).map((line: string) => JSON.parse(line).step)),
    close: () => request.destroy(),
  }
}

async function serving(
  folders: readonly string[],
  use: (server: LiveServer) => Promise<void>,
): Promise<void> {
  const server = await serveLive(folders, { pollMs: 10 })
  try {
    await use(server)
  } finally {
    await server.close()
  }
}

describe('newsSince(path, position)', () => {
  it('gives whole lines once, and a file that was written anew from its beginning', async () => {
    const path = join(base, 'news')
    expect(await newsSince(path, beginning)).toBe(null)
    await writeFile(path, 'a\nb\nhal')
    const first = await newsSince(path, beginning)
    expect(first).toMatchObject({ isNew: true, lines: ['a', 'b'], position: { offset: 4 } })
    expect(await newsSince(path, first!.position)).toBe(null)
    await appendFile(path, 'f\n')
    const second = await newsSince(path, first!.position)
    expect(second).toMatchObject({ isNew: false, lines: ['half'], position: { offset: 9 } })
    await writeFile(path, 'c\n')
    expect(await newsSince(path, second!.position)).toMatchObject({ isNew: true, lines: ['c'] })
  })

  it('reads a long past in pieces that lose nothing', async () => {
    const path = join(base, 'long')
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} …`)
    await writeFile(path, lines.map((line) => `${line}\n`).join(''))
    const read: string[] = []
    let position = beginning
    let pieces = 0
    for (let news = await newsSince(path, position); news; news = await newsSince(path, position), pieces++) {
      expect(news.isNew).toBe(pieces === 0)
      read.push(...news.lines)
      position = news.position
    }
    expect(pieces).toBeGreaterThan(1)
    expect(read).toEqual(lines)
  })

  it('says positions in an id and reads them again; others are the beginning', () => {
    const positions = [
      { inode: 12, offset: 0 },
      { inode: 3, offset: 456 },
    ]
    expect(positionsOf(idOf(positions), 2)).toEqual(positions)
    expect(positionsOf(idOf(positions), 4)).toEqual([beginning, beginning, beginning, beginning])
    expect(positionsOf('12:x,-1:3', 2)).toEqual([beginning, beginning])
  })
})

describe('serveLive(folders)', () => {
  it('sends what there is and what comes, and goes on from the last event that was heard', async () => {
    const [one, two] = [await run(3), await run(1)]
    await serving([one, two], async ({ url }) => {
      const first = listen(url)
      await until(() => first.lines().length === 4, 'the past')
      expect(first.heard[0]).toMatchObject({ event: 'runs', data: [{ loss: 'lmcl', batch: 4 }, {}] })
      expect(first.heard[1]).toMatchObject({ event: 'lines', data: { run: 0, kind: 'metrics', isNew: true } })
      await appendFile(join(one, 'metrics.jsonl'), stepLine(4))
      await until(() => first.lines().length === 5, 'a step')
      first.close()
      const lastId = first.heard.at(-1)!.id!

      // Meanwhile the run goes on.
      await appendFile(join(one, 'metrics.jsonl'), stepLine(5) + stepLine(6))
      await writeFile(join(two, 'live.jsonl'), '{"step":1}\n')
      const second = listen(url, { lastId })
      await until(() => second.lines().length === 3, 'what was missed')
      expect(second.heard.slice(1).map(({ data }) => data)).toEqual([
        {
          run: 0,
          kind: 'metrics',
          isNew: false,
          lines: [stepLine(5), stepLine(6)].map((line) => line.trim()),
        },
        { run: 1, kind: 'live', isNew: true, lines: ['{"step":1}'] },
      ])
      second.close()
    })
  })

  it('tells a page at the end that nothing more comes', async () => {
    let page: ReturnType<typeof listen> | undefined
    await serving([await run()], async ({ url }) => {
      page = listen(url)
      await until(() => page!.lines().length === 3, 'the past')
    })
    await until(() => page!.heard.at(-1)?.event === 'end', 'the end')
  })

  it('answers this machine alone: no other name, no other page, nothing but GET', async () => {
    await serving([await run()], async ({ url }) => {
      const status = (
        path: string,
        options: { method?: string; headers?: Record<string, string> } = {},
      ): Promise<number> =>
        new Promise((done, failed) => {
          get(`${url}${path}`, options, (response) => {
            response.resume()
            done(response.statusCode!)
          }).on('error', failed)
        })
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
      expect(await status('')).toBe(200)
      expect(await status('recipe.json')).toBe(404)
      expect(await status('', { headers: { host: 'evil.example' } })).toBe(403)
      expect(await status('events', { headers: { origin: 'https://evil.example' } })).toBe(403)
      expect(await status('', { method: 'POST' })).toBe(405)
      await expect(serveLive([], { port: Number(new URL(url).port) })).rejects.toThrow(
        /^--port: is taken by another program, got \d+$/,
      )
    })
  })

  it('calls runs by so much of their path as tells them apart', () => {
    expect(distinctNames(['/a/b/x', '/a/c/x', '/a/c/y'])).toEqual(['b/x', 'c/x', 'y'])
    expect(distinctNames(['/a/x', '/a/x'])).toEqual(['/a/x', '/a/x'])
  })
})

describe('openLiveLog(path)', () => {
  it('counts angles, keeps the last batch of points, and drops lines of steps that come again', async () => {
    const path = join(base, 'live.jsonl')
    await writeFile(path, '{"step":1}\n{"step":7}\nhal')
    const log = await openLiveLog(path, { step: 3, batch: 2, everyMs: Number.POSITIVE_INFINITY })
    const progress = { steps: 9, loss: 1, rate: 1, values: {}, stepMs: 1, waitedMs: 0 }
    const own = Float32Array.of(1, 0)
    log.take({ ...progress, step: 4, arrays: { own, other: Float32Array.of(-1, Number.NaN) } })
    const points = Float32Array.of(1, 0, 0, -1)
    const arrays = {
      own,
      other: own,
      points,
      pointLabels: Float32Array.of(3, 1),
      prototypes: Float32Array.of(0, 1),
    }
    log.take({ ...progress, step: 5, arrays })
    log.flush()
    log.flush()
    const lines = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toEqual({ step: 1 })
    expect(lines[1]).toMatchObject({
      step: 5,
      points: [
        [1, 0, 3],
        [0, -1, 1],
      ],
      prototypes: [[0, 1]],
    })
    const counts = (bins: number[]) => bins.flatMap((n, bin) => (n > 0 ? [[5 * bin, n]] : []))
    expect(counts(lines[1].own)).toEqual([
      [0, 2],
      [90, 2],
    ])
    expect(counts(lines[1].other)).toEqual([
      [0, 1],
      [90, 1],
      [175, 1],
    ])
  })
})

describe('steradian train --live', () => {
  it('learns the same to the byte, says where the page is, and shows angles and points', async () => {
    const words = ['train', ...tiny, '--images', join(base, 'people'), '--steps', '40', '--dimensions', '3']
    const [plain, live] = [join(base, 'plain'), join(base, 'live')]
    expect((await steradian(...words, '--out', plain)).code).toBe(0)
    const { code, stderr } = await steradian(...words, '--out', live, '--live')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^live: http:\/\/127\.0\.0\.1:\d+\/$/m)
    for (const name of ['model.onnx', 'metrics.jsonl', 'recipe.json'])
      expect(await readFile(join(live, name))).toEqual(await readFile(join(plain, name)))
    const line = JSON.parse((await readFile(join(live, 'live.jsonl'), 'utf8')).trim().split('\n').at(-1)!)
    expect(line.step).toBe(40)
    expect(line.points).toHaveLength(4)
    expect(line.prototypes).toHaveLength(4)
    for (const [x, y, z, label] of line.points) {
      expect(Math.hypot(x, y, z)).toBeCloseTo(1, 2)
      expect([0, 1, 2, 3]).toContain(label)
    }
  }, 60_000)
})

it('steradian watch serves runs until Ctrl-C, and refuses a folder that is none', async () => {
  const { child, ended } = start(['watch', await run(), await run()])
  let url = ''
  child.stdout!.on('data', (text: string) => {
    url += text
  })
  await until(() => url.endsWith('\n'), 'the address')
  const page = listen(url.trim())
  await until(() => page.lines().length === 6, 'both runs')
  child.kill('SIGINT')
  expect((await ended).code).toBe(0)
  expect(await steradian('watch', base)).toMatchObject({
    code: 2,
    stderr: `steradian: watch: no run there (${join(base, 'recipe.json')} is missing), got ${base}\n`,
  })
  expect((await steradian('watch', base, '--port', '99999')).stderr).toBe(
    'steradian: --port: expected a port from 0 to 65535, got 99999\n',
  )
}, 60_000)
