import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcome, runWithKills } from '../../../test/cli/killed-runs.ts'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { start, steradian, until } from '../../../test/cli/steradian.ts'
import { readCheckpoint } from '../../train/index.ts'

let base = ''
let images = ''
let expected: Record<string, Buffer>
/** Many epochs, a loss with a parameter of its own, a rate that falls. */
const usual = (): string[] => [
  'train',
  ...tiny,
  '--images',
  images,
  '--steps',
  '24',
  '--checkpoint-every',
  '3',
]
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'interrupted-'))
  images = join(base, 'people')
  await writePeople(images)
  const out = join(base, 'whole')
  await steradian(...usual(), '--out', out)
  expected = await outcome(out)
}, 120_000)
afterAll(() => rm(base, { recursive: true }))

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s saves, says how to go on, and ends with exit code 130',
  async (signal) => {
    const out = join(base, signal)
    const words = ['train', ...tiny, '--images', images, '--steps', '2000', '--checkpoint-every', '100000']
    const { child, ended } = start([...words, '--out', out])
    await until(() => existsSync(join(out, 'metrics.jsonl')), 'the first step')
    await until(async () => (await readFile(join(out, 'metrics.jsonl'))).length > 0, 'the first metrics')
    child.kill(signal)
    const { code, stdout, stderr } = await ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(stderr).toContain('\nstopping: saving after this step (again to leave at once)\n')
    const [, step] = /\nstopped at step (\d+) of 2000; the same command with --resume goes on\n$/.exec(
      stderr,
    )!
    expect(Number(step)).toBeGreaterThanOrEqual(20)
    expect((await readdir(out)).sort()).toEqual(['checkpoint.bin', 'metrics.jsonl', 'recipe.json'])
    expect((await readCheckpoint(join(out, 'checkpoint.bin'))).step).toBe(Number(step))
    const kept = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(kept).toHaveLength(Number(step))
  },
  120_000,
)

it('Ctrl-C, then the same command with --resume, again and again, gives the files of an uninterrupted run', async () => {
  const out = join(base, 'ctrl-c')
  const checkpoint = join(out, 'checkpoint.bin')
  const lastSaved = async (): Promise<number> => (await stat(checkpoint).catch(() => null))?.mtimeMs ?? 0
  const codes: (number | null)[] = []
  for (const sign of ['images are known', 'saved', 'saved', 'saved']) {
    const before = await lastSaved()
    const words = [...usual(), '--out', out, ...(codes.length === 0 ? [] : ['--resume'])]
    const { child, ended, stderr } = start(words)
    // Told before its first step, or as soon as it has saved.
    await until(
      async () =>
        child.exitCode !== null ||
        (sign === 'saved' ? (await lastSaved()) > before : stderr().includes(' people\n')),
      sign,
    )
    child.kill('SIGINT')
    const { code } = await ended
    codes.push(code)
    // Stopped before it looked at the first picture, it left nothing.
    if (!existsSync(out)) codes.length = 0
  }
  for (const code of codes) expect([0, 130]).toContain(code)
  expect(codes).toContain(130)
  expect((await start([...usual(), '--out', out, '--resume']).ended).code).toBe(0)
  expect(await outcome(out)).toEqual(expected)
}, 120_000)

it('kill -9 at any moment, then --resume, gives the files of an uninterrupted run', async () => {
  const out = join(base, 'killed')
  const killed = await runWithKills(usual(), { out, kills: 3, seed: 1 })
  expect(killed).toBeGreaterThan(0)
  expect(await outcome(out)).toEqual(expected)
  // What the last killed run was writing is gone too.
  expect((await readdir(out)).sort()).toEqual([
    'checkpoint.bin',
    'metrics.jsonl',
    'model.onnx',
    'recipe.json',
  ])
}, 180_000)

it('A run under way is refused to whoever else starts or resumes it, and free once it was killed', async () => {
  const out = join(base, 'busy')
  const words = ['train', ...tiny, '--images', images, '--steps', '100000', '--checkpoint-every', '5']
  const first = start([...words, '--out', out])
  await until(() => existsSync(join(out, 'checkpoint.bin')), 'the first checkpoint')
  const others = await Promise.all([
    steradian(...words, '--out', out),
    steradian(...words, '--out', out, '--resume'),
    steradian('train', '--out', out, '--resume'),
  ])
  for (const { code, stdout, stderr } of others) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replace(/since [\dTZ:.-]+ /, 'since TIME ')).toBe(
      `steradian: --out: process ${first.child.pid} on ${hostname()} works on this run since TIME (if it is no more, delete run.lock there), got ${out}\n`,
    )
  }
  expect(first.child.exitCode).toBe(null)
  first.child.kill('SIGKILL')
  expect((await first.ended).stderr).not.toContain('steradian: ')
  expect(await readdir(out)).toContain('run.lock')

  const second = start([...words, '--out', out, '--resume'])
  // As text: a lock that is just being made may be read half.
  const lock = () => readFile(join(out, 'run.lock'), 'utf8').catch(() => '')
  await until(
    async () => (await lock()).startsWith(`{"pid":${second.child.pid},`),
    'the lock to change hands',
  )
  second.child.kill('SIGINT')
  expect((await second.ended).code).toBe(130)
  expect((await readdir(out)).sort()).toEqual(['checkpoint.bin', 'metrics.jsonl', 'recipe.json'])
}, 120_000)

it('Ctrl-C twice leaves at once: exit code 130, nothing saved, and the run can be resumed', async () => {
  const out = join(base, 'twice')
  // Large enough that it takes seconds to begin.
  const large = ['--architecture', 'sfnet20', '--input', '112x96', '--batch', '16', '--loss', 'softmax']
  const {
    child,
    ended,
    stderr: said,
  } = start(['train', ...large, '--images', images, '--steps', '3', '--out', out])
  await until(() => existsSync(join(out, 'metrics.jsonl')), 'the start of the run')
  child.kill('SIGINT')
  await until(() => said().includes('stopping'), 'an answer')
  await new Promise((done) => setTimeout(done, 700))
  child.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(130)
  expect(stderr.match(/stopping/g)).toHaveLength(1)
  expect(stderr).not.toContain('stopped at step')
  expect((await readdir(out)).sort()).toEqual(['metrics.jsonl', 'recipe.json'])
}, 60_000)
