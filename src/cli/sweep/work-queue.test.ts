import { describe, expect, it } from 'vitest'
import { threadsEach, workQueue } from './work-queue.ts'

const GiB = 2 ** 30
const piece = (name: string, more: { threads?: number; memoryBytes?: number; shared?: string } = {}) => ({
  name,
  threads: 1,
  memoryBytes: GiB,
  ...more,
})
type Piece = ReturnType<typeof piece>

/** Runs pieces that each take a few turns; gives who ran beside whom as each began. */
async function trace(
  pieces: readonly Piece[],
  supply: { jobs?: number; threads?: number; memoryBytes?: number } = {},
  { files = new Set<string>(), turns = 3 } = {},
): Promise<string[]> {
  const running = new Set<string>()
  const begun: string[] = []
  await workQueue(pieces, {
    supply: { jobs: 8, threads: 8, memoryBytes: 8 * GiB, ...supply },
    signal: new AbortController().signal,
    exists: (file) => files.has(file),
    pollMs: 1,
    run: async ({ name, shared }) => {
      running.add(name)
      begun.push([...running].join('+'))
      for (let i = 0; i < turns; i++) await new Promise((done) => setTimeout(done, 4))
      if (shared) files.add(shared)
      running.delete(name)
    },
  })
  return begun
}

describe('workQueue(pieces)', () => {
  it('runs as many at once as there are jobs, threads and memory for, in their order', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => piece(name))
    expect(await trace([a!, b!, c!])).toEqual(['a', 'a+b', 'a+b+c'])
    expect((await trace([a!, b!, c!], { jobs: 2 })).map((names) => names.split('+').length)).not.toContain(3)
    expect(await trace([a!, b!], { threads: 1 })).toEqual(['a', 'b'])
    expect(await trace([a!, b!], { memoryBytes: 1.9 * GiB })).toEqual(['a', 'b'])
    expect(await trace([a!, b!], { memoryBytes: 2 * GiB })).toEqual(['a', 'a+b'])
  })

  it('runs what is larger than everything alone', async () => {
    const large = piece('large', { threads: 99, memoryBytes: 99 * GiB })
    expect(await trace([large, piece('small')])).toEqual(['large', 'small'])
  })

  it('lets a later piece that fits go before one that does not', async () => {
    const words = await trace([piece('a'), piece('wide', { threads: 8 }), piece('b')], { threads: 2 })
    expect(words).toEqual(['a', 'a+b', 'wide'])
  })

  it('lets one make a shared file, and the others wait for it', async () => {
    const sharing = ['a', 'b', 'c'].map((name) => piece(name, { shared: 'cache' }))
    const words = await trace([...sharing, piece('d')])
    expect(words.slice(0, 2)).toEqual(['a', 'a+d'])
    expect(words[2]).not.toContain('a')
    expect(words[3]).toContain('b+c')
    const there = await trace(sharing, {}, { files: new Set(['cache']) })
    expect(there).toEqual(['a', 'a+b', 'a+b+c'])
  })

  it('starts nothing after it was stopped or a piece failed, waits for the others, and throws the failure', async () => {
    const run = async (names: string[], stopAt?: string): Promise<[string[], unknown]> => {
      const controller = new AbortController()
      const ended: string[] = []
      const error = await workQueue(
        names.map((name) => piece(name)),
        {
          supply: { jobs: 2, threads: 2, memoryBytes: 8 * GiB },
          signal: controller.signal,
          exists: () => true,
          run: async ({ name }) => {
            if (name === stopAt) controller.abort()
            if (name === 'bad') throw new Error('bad')
            await new Promise((done) => setTimeout(done, 10))
            ended.push(name)
          },
        },
      ).catch((thrown: unknown) => thrown)
      return [ended, error]
    }
    expect(await run(['a', 'b', 'c'], 'b')).toEqual([['a', 'b'], undefined])
    expect(await run(['a', 'bad', 'c'])).toEqual([['a'], new Error('bad')])
    expect(await run([])).toEqual([[], undefined])
  })
})

it('threadsEach gives each of many one core, and shares the cores out among few', () => {
  expect(threadsEach(12, { cores: 2, jobs: 9 })).toBe(1)
  expect(threadsEach(1, { cores: 8, jobs: 9 })).toBe(8)
  expect(threadsEach(3, { cores: 8, jobs: 9 })).toBe(2)
  expect(threadsEach(12, { cores: 8, jobs: 2 })).toBe(4)
  expect(threadsEach(0, { cores: 2, jobs: 1 })).toBe(2)
})
