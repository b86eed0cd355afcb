import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { UsageError } from '../errors.ts'
import { type DemoPlan, demo } from './demo.ts'

const tiny: DemoPlan = {
  groups: { training: 8, testing: 20, distractors: 4 },
  imagesPerPerson: 4,
  pairsPerFold: 3,
  recipe: {
    architecture: 'sfnet4',
    width: 0.0625,
    dimensions: 8,
    input: '56x48',
    epochs: 2,
    batch: 8,
    perLoss: { 'a-softmax': { lambdaRun: 28000 } },
  },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steradian-demo-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the main job and gives what it prints; `onSaid` hears each piece that goes to standard error. */
async function run(
  flags: Parameters<typeof demo>[0],
  plan: DemoPlan,
  onSaid: (piece: string) => void = () => {},
): Promise<{ stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' }
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    text.stdout += String(piece)
    return true
  })
  const said = vi.spyOn(process.stderr, 'write').mockImplementation((piece) => {
    text.stderr += String(piece)
    onSaid(String(piece))
    return true
  })
  try {
    await demo(flags, plan)
  } finally {
    out.mockRestore()
    said.mockRestore()
  }
  return text
}

/** What the main job prints on standard output. */
const printed = async (...words: Parameters<typeof run>): Promise<string> => (await run(...words)).stdout

describe('the main job', () => {
  it('trains the four losses, proves them on other people and writes one page, the same for the same seed', async () => {
    const out = join(folder, 'report.html')
    const facts = JSON.parse(await printed({ out, seed: '3', json: true }, tiny))
    expect(facts.losses.map(({ name }: { name: string }) => name)).toEqual([
      'Softmax',
      'NSL',
      'A-Softmax',
      'LMCL',
    ])
    for (const { accuracy, folds, pairs, rank1, amongDistractors } of facts.losses) {
      expect(folds).toHaveLength(10)
      expect(pairs).toBe(60)
      for (const share of [accuracy, rank1, amongDistractors.tarAtFar['0.1']]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
      // 20 people with 4 images each: 6 genuine pairs a person; every probe against every stranger's image.
      expect(amongDistractors).toMatchObject({ genuinePairs: 120, impostorPairs: 80 * 16 })
    }
    expect(facts.losses[2].settings['λ reached']).toBeGreaterThanOrEqual(5)
    const page = await readFile(out, 'utf8')
    for (const name of ['Softmax', 'NSL', 'A-Softmax', 'LMCL', 'λ reached']) expect(page).toContain(name)
    expect(await readdir(folder)).toEqual(['report.html'])

    const again = JSON.parse(await printed({ out, seed: '3', json: true }, tiny))
    const numbers = (run: typeof facts) =>
      run.losses.map(({ seconds: _, ...rest }: { seconds: number }) => rest)
    expect(numbers(again)).toEqual(numbers(facts))
  })

  describe('stops at Ctrl-C, writes nothing and exits with 130', () => {
    const exitCode = process.exitCode
    afterEach(() => {
      process.exitCode = exitCode
    })
    const stopped = async (plan: DemoPlan, onSaid?: (piece: string) => void): Promise<string> => {
      const { stdout, stderr } = await run({ out: join(folder, 'stopped.html'), seed: '0' }, plan, onSaid)
      expect({ stdout, exitCode: process.exitCode }).toEqual({ stdout: '', exitCode: 130 })
      expect(stderr).toMatch(/\nstopping \(again to leave at once\)\n(.*\n)*stopped; nothing was written\n$/)
      expect(await readdir(folder)).not.toContain('stopped.html')
      return stderr
    }

    it('while it renders', async () => {
      const listeners = process.listenerCount('SIGINT')
      const look = setInterval(() => {
        if (process.listenerCount('SIGINT') === listeners) return
        clearInterval(look)
        process.emit('SIGINT')
      }, 1)
      const stderr = await stopped({ ...tiny, groups: { ...tiny.groups, training: 200 } })
      expect(stderr).toMatch(/^rendering faces \d+\/896 in/m)
      expect(stderr).not.toContain('Softmax')
    })

    it('while it embeds', async () => {
      const stderr = await stopped(tiny, (piece) => {
        // Training has ended with this line.
        if (piece.startsWith('Softmax')) process.emit('SIGINT')
      })
      expect(stderr).toMatch(/^Softmax +64 in/m)
      expect(stderr).not.toContain('NSL')
    })
  })

  it('refuses a seed that is none, and a report that cannot be written, before it begins', async () => {
    await expect(demo({ out: join(folder, 'r.html'), seed: '-1' }, tiny)).rejects.toThrow(
      new UsageError('--seed: must be a whole number of at least 0, got -1'),
    )
    const out = join(folder, 'absent', 'r.html')
    await expect(demo({ out, seed: '0' }, tiny)).rejects.toThrow(
      new UsageError(`--out: the report cannot be written there, no such file or folder, got ${out}`),
    )
  })
})
