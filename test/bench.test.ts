import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Result } from '../bench/cases.ts'
import { type Cases, runBench } from '../bench/run.ts'
import { UsageError } from '../src/errors.ts'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

const result = (name: string): Result => ({ name, ours: 2, rival: 1, unit: 'images/s', ratio: 2 })
const cases: Cases = {
  forward: async (name) => result(name),
  pipeline: async (name) => ({ ...result(name), rival: null, ratio: null }),
  'train-from-files': async (name) => result(name),
}

/** Runs the bench on cases that take no time. */
async function bench(words: readonly string[], { given = cases, modules = ['torch', 'cv2'] } = {}) {
  const lines: string[] = []
  const options = { cases: given, hasModule: (name: string) => modules.includes(name) }
  const printed = await runBench(words, { ...options, say: (line) => lines.push(line) })
  return { lines, printed }
}

describe('the bench', () => {
  it('measures the cases that are named, all without a name, and shows them', async () => {
    const { lines, printed } = await bench(['forward'])
    expect(lines).toEqual(['forward: 2 images/s, rival 1'])
    expect(printed.trimEnd().split('\n').slice(2)).toEqual(['forward     2      1  images/s   2.00'])
    expect((await bench([])).lines).toEqual([
      'forward: 2 images/s, rival 1',
      'pipeline: 2 images/s, rival –',
      'train-from-files: 2 images/s, rival 1',
    ])
  })

  it('keeps in the JSON what was measured before a case that fails, and no other file', async () => {
    const failing = {
      ...cases,
      pipeline: async () => {
        throw new Error('out of memory')
      },
    }
    await expect(bench(['forward', 'pipeline', '--json', at('b.json')], { given: failing })).rejects.toThrow(
      'out of memory',
    )
    expect(JSON.parse(await readFile(at('b.json'), 'utf8'))).toEqual([result('forward')])
    await bench(['--json', at('b.json'), 'forward', 'train-from-files'])
    const whole = JSON.parse(await readFile(at('b.json'), 'utf8'))
    expect(whole).toEqual([result('forward'), result('train-from-files')])
    expect(await readdir(folder)).toEqual(['b.json'])
  })

  it('says which rivals are absent, and for which of the cases that are asked for', async () => {
    const absent = async (...words: Parameters<typeof bench>) =>
      (await bench(...words)).lines.filter((line) => line.includes('absent'))
    const python = process.env.PYTHON ?? 'python3'
    const torch = `the rival of forward is absent: no torch in ${python} (PYTHON names another interpreter)`
    const cv2 = `the rival of pipeline is absent: no cv2 in ${python} (PYTHON names another interpreter)`
    expect(await absent([])).toEqual([])
    expect(await absent([], { modules: [] })).toEqual([torch, cv2])
    expect(await absent([], { modules: ['torch'] })).toEqual([cv2])
    expect(await absent(['forward'], { modules: ['torch'] })).toEqual([])
    expect(await absent(['train-from-files'], { modules: [] })).toEqual([])
    const given = { ...cases, 'live-cost': async (name: string) => result(name) }
    expect(await absent(['live-cost'], { given, modules: [] })).toEqual([])
  })

  it('refuses in one line, before it measures, what it does not know or cannot write', async () => {
    await mkdir(at('made'))
    await writeFile(at('file'), '')
    const refused: [string[], string][] = [
      [['foward'], 'unknown case (did you mean forward?), got foward'],
      [['toString'], 'unknown case (there is forward, pipeline, train-from-files), got toString'],
      [['forward', '--jsn', 'a'], 'unknown option (did you mean --json?), got --jsn'],
      [['forward', '--json'], '--json: expected the name of a file, got nothing'],
      [['--json', '--json'], '--json: expected the name of a file, got --json'],
      [
        ['--json', at('none/b.json')],
        `--json: ${at('none')}: no such file or folder, got ${at('none/b.json')}`,
      ],
      [
        ['--json', at('file/b.json')],
        `--json: ${at('file')}: expected a folder, got a file, got ${at('file/b.json')}`,
      ],
      [['--json', at('made')], `--json: expected the name of a file, got the folder ${at('made')}`],
    ]
    const never = async () => {
      throw new Error('measured')
    }
    const given = Object.fromEntries(Object.keys(cases).map((name) => [name, never]))
    for (const [words, message] of refused)
      await expect(bench(words, { given })).rejects.toThrow(new UsageError(message))
  })

  it('exits with code 2 and one line at a wrong word', () => {
    const main = fileURLToPath(new URL('../bench/main.ts', import.meta.url))
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, 'toString'],
      { encoding: 'utf8' },
    )
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^bench: unknown case \(there is train-step, [^\n]+\), got toString\n$/)
  })
})
