import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start, steradian, until } from '../../test/cli/steradian.ts'

let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sweep-'))
})
afterAll(() => rm(base, { recursive: true }))

/** Two losses and two seeds of runs that take a second each, on faces of 16×16. */
const tiny = {
  faces: {
    training: { people: 8, imagesPerPerson: 4, height: 16, width: 16 },
    testing: { people: 20, imagesPerPerson: 4, firstPerson: 8, pairsPerFold: 4, height: 16, width: 16 },
  },
  settings: {
    ...{ images: '$training', architecture: 'sfnet4', width: 0.0625, dimensions: 8, input: '16x16' },
    ...{ steps: 6, batch: 4, rate: 0.01, perLoss: { lmcl: { scale: 4 } } },
  },
  axes: { loss: ['softmax', 'lmcl'], seed: [0, 1] },
  evaluate: {
    own: {
      protocol: 'pairs',
      options: { images: '$testing', pairs: '$testingPairs', resamples: 0 },
      measures: ['accuracy', 'auc', 'tarAtFar.0.1'],
    },
  },
}

async function sweepFile(name: string, changes: object = {}): Promise<string> {
  const path = join(base, name)
  await writeFile(path, JSON.stringify({ ...tiny, ...changes }))
  return path
}

/** Whether there is a process of this number. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

describe('steradian sweep', () => {
  it('trains and evaluates every run, tables them, and goes on where it was stopped', async () => {
    const out = join(base, 'whole')
    // Long enough to be stopped in its midst.
    const words = ['sweep', await sweepFile('long.json', { settings: { ...tiny.settings, steps: 600 } })]
    words.push('--out', out, '--jobs', '2', '--threads', '1')
    const first = start(words)
    const metrics = join(out, 'runs', 'softmax-seed0', 'metrics.jsonl')
    await until(async () => existsSync(metrics) && (await readFile(metrics)).length > 0, 'the first steps')
    first.child.kill('SIGINT')
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toMatch(/stopped with 4 of 4 runs unfinished; the same command goes on\n$/)
    expect(existsSync(join(out, 'runs', 'softmax-seed0', 'checkpoint.bin'))).toBe(true)

    const short = await steradian(...words, '--hours', '0.0008')
    expect(short.code).toBe(130)
    expect(short.stderr).toMatch(/the hours are over: saving\n(.*\n)*stopped with \d of 4 runs unfinished;/)
    expect((await steradian(...words, '--hours', '0')).stderr).toBe(
      'steradian: --hours: expected a number above 0, at most 500, got 0\n',
    )

    const { code, stdout, stderr } = await steradian(...words, '--json')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('softmax-seed0: goes on, 1 thread\n')
    expect(stderr).toContain('(4 of 4)\n')
    const results = JSON.parse(stdout)
    expect(results).toEqual(await json(join(out, 'results.json')))
    expect(
      results.settings.map(({ setting, seeds, runs }: Record<string, unknown>) => [setting, seeds, runs]),
    ).toEqual([
      ['softmax', [0, 1], ['softmax-seed0', 'softmax-seed1']],
      ['lmcl', [0, 1], ['lmcl-seed0', 'lmcl-seed1']],
    ])
    const accuracies = await Promise.all(
      [0, 1].map(async (seed) => json(join(out, 'runs', `lmcl-seed${seed}`, 'own', 'result.json'))),
    )
    const [a, b] = accuracies.map(({ accuracy }) => accuracy)
    const { values, mean, spread } = results.settings[1].measures['own accuracy']
    expect(values).toEqual([a, b])
    expect(mean).toBeCloseTo((a + b) / 2, 12)
    expect(spread).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12)
    expect(results.settings[0].measures).toHaveProperty(['own tarAtFar.0.1'])
    expect(results.comparisons).toEqual([
      expect.objectContaining({ evaluation: 'own', first: 'softmax', second: 'lmcl', seeds: [0, 1] }),
    ])
    expect(results.comparisons[0].folds.count).toBe(10)

    // A run of the sweep is a run of `train`, to the byte.
    const recipe = join(out, 'runs', 'lmcl-seed1', 'recipe.json')
    const alone = join(base, 'alone')
    await steradian('train', '--recipe', recipe, '--out', alone)
    expect(await readFile(join(alone, 'model.onnx'))).toEqual(
      await readFile(join(out, 'runs', 'lmcl-seed1', 'model.onnx')),
    )

    // Done: nothing is run again, the table is the same. A seed more: only its runs.
    const again = await steradian(...words)
    expect(again.code).toBe(0)
    expect(again.stderr).toBe('4 of 4 runs are done\n')
    expect(again.stdout).toBe(await readFile(join(out, 'table.txt'), 'utf8'))
    expect(again.stdout).toMatch(/^softmax +2 +\d\.\d{3} ± /m)
    expect(again.stdout).toContain('own: lmcl less softmax')
  }, 120_000)

  it('takes its runs with it when it is killed: they save, and the next start goes on', async () => {
    const out = join(base, 'killed')
    const settings = { ...tiny.settings, steps: 3000 }
    const path = await sweepFile('killed.json', { settings, axes: { seed: [0] }, evaluate: {} })
    const words = ['sweep', path, '--out', out, '--jobs', '1', '--threads', '1']
    const first = start(words)
    const run = join(out, 'runs', 'seed0')
    const metrics = join(run, 'metrics.jsonl')
    await until(async () => existsSync(metrics) && (await readFile(metrics)).length > 0, 'the first steps')
    const { pid } = await json(join(run, 'run.lock'))
    first.child.kill('SIGKILL')
    await first.ended
    // At once: it waits for the run of before to save.
    const second = start(words)
    await until(() => !isAlive(pid), 'the run to notice')
    expect(existsSync(join(run, 'checkpoint.bin'))).toBe(true)
    const { code, stderr } = await second.ended
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('seed0: goes on, 1 thread\n')
  }, 120_000)

  it('refuses a run that was begun with other settings, and results made by other options', async () => {
    const out = join(base, 'other')
    const axes = { seed: [0] }
    const words = (path: string) => ['sweep', path, '--out', out]
    const first = await steradian(...words(await sweepFile('first.json', { axes })))
    expect(first.code).toBe(0)
    expect((await readdir(join(out, 'runs'))).sort()).toEqual(['seed0'])
    // As a version left it that knew fewer settings: what is not said is as it is by default.
    const saved = join(out, 'runs', 'seed0', 'recipe.json')
    const { rateFactor: _, ...older } = await json(saved)
    await writeFile(saved, JSON.stringify(older))
    expect((await steradian(...words(await sweepFile('first.json', { axes })))).stderr).toBe(
      '1 of 1 runs are done\n',
    )
    const settings = { ...tiny.settings, rate: 0.02 }
    const second = await steradian(...words(await sweepFile('second.json', { axes, settings })))
    expect(second).toMatchObject({
      code: 2,
      stderr: `steradian: --out: seed0 was begun with rate 0.01, the sweep asks for 0.02 (use another folder), got ${out}\n`,
    })
    const evaluate = {
      own: { ...tiny.evaluate.own, options: { ...tiny.evaluate.own.options, resamples: 5 } },
    }
    const third = await steradian(...words(await sweepFile('third.json', { axes, evaluate })))
    expect(third.code).toBe(2)
    expect(third.stderr).toMatch(
      /^steradian: evaluate\.own: results were made with .*"resamples":0.*got .*5\}\n$/,
    )
  }, 60_000)

  it('goes past a run that diverges, says so, and tries it again only when told to', async () => {
    const out = join(base, 'diverged')
    const axes = { rate: [0.01, 1e30], seed: [0] }
    const path = await sweepFile('diverged.json', { axes, evaluate: {} })
    // Memory for one at a time: that one has all cores.
    const memory = ['--memory', '64MiB', '--jobs', '9']
    const { code, stdout, stderr } = await steradian('sweep', path, '--out', out, ...memory)
    const cores = availableParallelism()
    expect(stderr).toContain(`rate0.01-seed0: starts, ${cores} ${cores === 1 ? 'thread' : 'threads'}\n`)
    expect(stderr.indexOf('rate0.01-seed0: done')).toBeLessThan(stderr.indexOf('rate1e+30-seed0: starts'))
    expect(code).toBe(1)
    expect(stdout).toMatch(/^rate0\.01 +1 /m)
    expect(stdout).toMatch(/^failed: rate1e\+30-seed0: train: step \d+: /m)
    expect(stderr).toContain('rate1e+30-seed0: failed after')
    const again = await steradian('sweep', path, '--out', out)
    expect(again.code).toBe(1)
    expect(again.stderr).not.toContain('starts')
    const retried = await steradian('sweep', path, '--out', out, '--retry', '--jobs', '1')
    expect(retried.stderr).toContain('rate1e+30-seed0: starts')
  }, 60_000)

  it('stops at a data error with its line and the place of the log, and names the runs of a dry run', async () => {
    const out = join(base, 'broken')
    const settings = { ...tiny.settings, images: '$mine' }
    const path = await sweepFile('broken.json', { settings, axes: { seed: [0] } })
    const words = ['sweep', path, '--out', out, '--data', `mine=${join(base, 'none')}`]
    const dry = await steradian(...words, '--dry-run')
    expect(dry).toMatchObject({ code: 0, stdout: 'seed0\n', stderr: '' })
    expect(existsSync(out)).toBe(false)
    const { code, stderr } = await steradian(...words)
    expect(code).toBe(2)
    expect(stderr).toContain(
      `steradian: seed0: ${join(base, 'none')}: no such file or folder (see ${join(out, 'logs', 'seed0.txt')})\n`,
    )
    await appendFile(path, ' ')
    expect((await steradian('sweep', path, '--out', out)).stderr).toContain('give --data mine=PATH')
    expect((await steradian('sweep', path, '--out', out, '--data', 'mine')).stderr).toBe(
      'steradian: --data: expected NAME=PATH, got mine\n',
    )
  }, 60_000)
})
