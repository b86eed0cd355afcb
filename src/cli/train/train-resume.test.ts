import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { base, images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'
import { DataError, UsageError } from '../../errors.ts'
import { decodeModel } from '../../onnx/index.ts'

placesForRuns()

const usual = (): string[] => [...tiny, '--images', images, '--out', out]
const lines = async (file: string): Promise<Record<string, number>[]> =>
  (await readFile(join(out, file), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const json = async (file: string) => JSON.parse(await readFile(join(out, file), 'utf8'))

describe('Ctrl-C before a step, while images are looked through or aligned,', () => {
  /** Runs the command and presses Ctrl-C as soon as it listens: before it has come to the images. */
  async function stopped(...words: string[]) {
    const press = (event: string | symbol): void => {
      if (event === 'SIGINT') setImmediate(() => process.emit('SIGINT'))
    }
    process.on('newListener', press)
    const { error, exitCode, stderr } = await train(...words).finally(() => process.off('newListener', press))
    expect({ error, exitCode }).toEqual({ error: undefined, exitCode: 130 })
    return stderr.split('\n').at(-2)
  }

  it.each(['none', 'a cache'])('says of a new run that nothing was kept: %s', async (cache) => {
    const words = cache === 'none' ? [] : ['--cache', join(base, 'stopped-cache.bin')]
    expect(await stopped(...usual(), ...words)).toBe('stopped before a step was done; nothing was kept')
    expect(existsSync(out)).toBe(false)
    expect((await readdir(base)).filter((name) => name.startsWith('stopped-cache'))).toEqual([])
  })

  it('says of a run that goes on what is kept of it, and keeps that', async () => {
    const cache = join(base, 'resumed-cache.bin')
    await train(...usual(), '--steps', '3', '--cache', cache)
    const model = await readFile(join(out, 'model.onnx'))
    await rm(join(out, 'model.onnx'))
    await rm(cache)
    const again = ['--resume', '--out', out]
    const before = await readdir(out)
    expect(await stopped(...again)).toBe(
      'stopped before a step was done; the run is kept as it was, at step 3; the same command goes on',
    )
    expect(await readdir(out)).toEqual(before)
    await rm(join(out, 'checkpoint.bin'))
    expect(await stopped(...again)).toBe(
      'stopped before a step was done; the run is kept as it was, before its first step; the same command goes on',
    )
    expect(await readdir(out)).toEqual(before.filter((name) => name !== 'checkpoint.bin'))
    expect((await train(...again)).error).toBeUndefined()
    expect(await readFile(join(out, 'model.onnx'))).toEqual(model)
  })
})

describe('--resume', () => {
  it('of a finished run does no step, and leaves its files as they are', async () => {
    await train(...usual(), '--steps', '3')
    const read = async () =>
      Promise.all((await readdir(out)).sort().map(async (name) => [name, await readFile(join(out, name))]))
    const before = await read()
    const first = await train('--resume', '--out', out, '--json')
    expect(first.error).toBeUndefined()
    expect(await read()).toEqual(before)
    expect(JSON.parse(first.stdout)).toMatchObject({ steps: 3, loss: expect.any(Number) })
  })

  it('makes the model where a run was killed just before that', async () => {
    await train(...usual(), '--steps', '3')
    const model = await readFile(join(out, 'model.onnx'))
    await rm(join(out, 'model.onnx'))
    await train('--resume', '--out', out)
    expect(await readFile(join(out, 'model.onnx'))).toEqual(model)
  })

  it('takes the options of the first command again, and refuses others', async () => {
    const file = join(base, 'resumed.json')
    await writeFile(file, JSON.stringify({ rate: 0.02, perLoss: { lmcl: { scale: 9 } } }))
    const words = [
      ...usual().filter((word, i, all) => word !== '--rate' && all[i - 1] !== '--rate'),
      '--recipe',
      file,
    ]
    await train(...words, '--steps', '2', '--seed', '5')
    const again = (...more: string[]) => train('--resume', '--out', out, ...more)
    expect((await again(...words, '--steps', '2')).error).toBeUndefined()
    const refusal = async (message: string, ...more: string[]): Promise<void> => {
      const before = await readFile(join(out, 'model.onnx'))
      expect((await again(...more)).error).toEqual(new UsageError(`--resume: the run was started ${message}`))
      expect(await readFile(join(out, 'model.onnx'))).toEqual(before)
    }
    await refusal('with rate 0.02, got it with rate 0.03', '--rate', '0.03')
    await refusal('with seed 5, got it with seed 6', '--seed', '6')
    await refusal('with loss "softmax", got it with loss "lmcl"', '--loss', 'lmcl')
    await refusal('with bias true, got it with bias false', '--bias', 'false')
    await refusal('without epochs, got it with epochs 4', '--epochs', '4')
    await refusal(
      `with images ${JSON.stringify(images)}, got it with images "elsewhere"`,
      '--images',
      'elsewhere',
    )
    await writeFile(file, JSON.stringify({ rate: 0.04 }))
    await refusal('with rate 0.02, got it with rate 0.04', '--recipe', file)
  })

  describe('where recipe.json was changed by hand', () => {
    const edited = async (changes: Record<string, unknown>) => {
      await writeFile(
        join(out, 'recipe.json'),
        JSON.stringify({ ...(await json('recipe.json')), ...changes }),
      )
      return train('--resume', '--out', out)
    }

    it.each<[string, unknown, string, string]>([
      ['rate', 0.02, '0.01', '0.02'],
      ['seed', 7, '0', '7'],
      ['momentum', 0.8, '0.9', '0.8'],
      ['mirror', false, 'true', 'false'],
      ['milestones', [0.7, 0.9], '[0.6,0.85]', '[0.7,0.9]'],
      ['lossOptions', { bias: false }, 'bias true', 'false'],
      ['width', 0.125, '0.0625', '0.125'],
    ])('refuses another %s, with both values, and changes nothing', async (name, value, was, got) => {
      await train(...usual(), '--steps', '2', '--images', images)
      const files = async () =>
        Promise.all(
          ['checkpoint.bin', 'model.onnx', 'metrics.jsonl'].map((file) => readFile(join(out, file))),
        )
      const before = await files()
      const { error } = await edited({ [name]: value })
      const [setting, old] = was.startsWith('bias') ? was.split(' ') : [name, was]
      expect(error).toEqual(
        new DataError(
          `${out}/recipe.json: ${setting} was ${old} when the checkpoint of step 2 was made, got ${got}`,
        ),
      )
      expect(await files()).toEqual(before)
    })

    it('takes what changes nothing of what is learnt', async () => {
      await train(...usual(), '--steps', '3')
      const changes = { checkpointEvery: 1, licence: 'MIT', cache: join(base, 'later-cache.bin') }
      expect((await edited(changes)).error).toBeUndefined()
      const { metadataProps } = decodeModel(await readFile(join(out, 'model.onnx')))
      expect(metadataProps).toContainEqual(
        expect.objectContaining({ key: 'steradian.licence', value: 'MIT' }),
      )
    })

    it('takes another number of steps where those that are done would have been the same, and refuses it elsewhere', async () => {
      const constant = ['--schedule', 'constant']
      await train(...usual(), '--steps', '3', ...constant)
      expect((await edited({ steps: 5 })).error).toBeUndefined()
      const longer = await readFile(join(out, 'model.onnx'))
      expect((await edited({ steps: 4 })).error?.message).toBe(
        `${out}/checkpoint.bin: the run ends after 4 steps, got step 5`,
      )
      nextRun()
      await train(...usual(), '--steps', '5', ...constant)
      expect(await readFile(join(out, 'model.onnx'))).toEqual(longer)

      nextRun()
      await train(...usual(), '--steps', '6', '--schedule', 'cosine')
      expect((await edited({ steps: 12 })).error?.message).toMatch(
        /\/checkpoint\.bin: step 6 had rate 0\.000\d+, these settings give 0\.00\d+$/,
      )
      // The last rate would be the same, that of the fourth step not.
      nextRun()
      await train(...usual(), '--steps', '6')
      expect((await edited({ steps: 7 })).error?.message).toMatch(
        /\/checkpoint\.bin: the steps before step 6 had other values of rate than these settings give, in a run of 6 steps, got 7$/,
      )
    })
  })

  it('refuses other images than those that the run began with', async () => {
    const mine = join(base, 'mine')
    await writePeople(mine)
    const words = [...tiny, '--images', mine, '--out', out]
    await train(...words, '--steps', '2')
    await rm(join(mine, 'bob', '0.png'))
    const { error } = await train('--resume', '--out', out)
    expect(error?.message).toMatch(
      new RegExp(
        `^${out}/checkpoint\\.bin: was made with other images or landmarks, their list's hash is [0-9a-f]{12} now, got [0-9a-f]{12}$`,
      ),
    )
  })

  it('needs a run, and starts over where it had no checkpoint yet', async () => {
    expect((await train('--resume', '--out', out)).error).toEqual(
      new UsageError(`--resume: no run to go on with (${out}/recipe.json is missing), got ${out}`),
    )
    await train(...usual(), '--steps', '2')
    const model = await readFile(join(out, 'model.onnx'))
    for (const name of ['checkpoint.bin', 'model.onnx']) await rm(join(out, name))
    const { stderr } = await train('--resume', '--out', out)
    expect(stderr).toContain('no checkpoint yet: starting at the first step\n')
    expect(await readFile(join(out, 'model.onnx'))).toEqual(model)
  })

  it('minds no file that a killed run was writing, and removes it', async () => {
    await train(...usual(), '--steps', '2')
    await writeFile(join(out, 'checkpoint.bin.tmp-4194303'), 'half')
    await writeFile(join(out, 'model.onnx.tmp-4194303'), 'half')
    await writeFile(
      join(out, 'metrics.jsonl'),
      `${await readFile(join(out, 'metrics.jsonl'), 'utf8')}{"step":3,"lo`,
    )
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect((await readdir(out)).filter((name) => name.includes('tmp'))).toEqual([])
    expect(await lines('metrics.jsonl')).toHaveLength(2)
  })

  it.each([
    ['with --resume', ['--resume']],
    ['or without', []],
  ])('begins anew where only such a file lies, %s', async (_, more) => {
    await mkdir(out)
    await writeFile(join(out, 'recipe.json.tmp-4194303'), '{')
    const { error, stderr } = await train(...usual(), '--steps', '1', ...more)
    expect(error).toBeUndefined()
    const said = 'the run was stopped before it began: starting with the options given\n'
    expect(stderr.includes(said)).toBe(more.length > 0)
    expect((await readdir(out)).filter((name) => name.includes('tmp'))).toEqual([])
  })
})
