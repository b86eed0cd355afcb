import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, UsageError } from '../../errors.ts'
import { losses } from '../../losses/index.ts'
import { evaluationWords } from './sweep-evaluations.ts'
import { expandSweep } from './sweep-expand.ts'
import { readSweep, type SweepGrid } from './sweep-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sweep-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

const expanded = (
  axes: SweepGrid | readonly SweepGrid[],
  recipe: Readonly<Record<string, unknown>> = { images: 'faces' },
) => expandSweep({ recipe, grids: [axes].flat(), evaluate: {}, faces: {} })
const names = (...words: Parameters<typeof expanded>) => expanded(...words).map(({ name }) => name)

describe('expandSweep(sweep)', () => {
  it('gives every combination, the first axis the slowest', () => {
    const runs = expanded({ seed: [0, 1], loss: ['nsl', 'lmcl'], batch: [8, 16] })
    expect(runs.map(({ name }) => name)).toEqual(
      ['seed0', 'seed1'].flatMap((seed) =>
        ['nsl', 'lmcl'].flatMap((loss) => ['batch8', 'batch16'].map((batch) => `${seed}-${loss}-${batch}`)),
      ),
    )
    expect(runs[3]!.recipe).toMatchObject({ seed: 0, loss: 'lmcl', batch: 16, images: 'faces' })
    expect(runs[3]!.group).toBe('lmcl batch16')
    expect(names({})).toEqual(['run'])
  })

  it("leaves a loss's option out for a loss that has none, and makes equal runs one", () => {
    const runs = expanded({ loss: ['softmax', 'lmcl'], margin: [0.1, 0.35], seed: [0] })
    expect(runs.map(({ name }) => name)).toEqual([
      'softmax-seed0',
      'lmcl-margin0.1-seed0',
      'lmcl-margin0.35-seed0',
    ])
    expect(runs[0]!.recipe.lossOptions).not.toHaveProperty('margin')
    expect(runs[2]!.recipe.lossOptions).toMatchObject({ margin: 0.35 })
  })

  it('takes settings that go together as one value, by its name or by all of them', () => {
    const loss = [
      { loss: 'a-softmax', margin: 4 },
      { name: 'LMCL, small', loss: 'lmcl', margin: 0.1, rate: 0.2 },
    ]
    const runs = expanded({ loss, seed: [3] })
    expect(runs.map(({ name, group }) => [name, group])).toEqual([
      ['a-softmax-margin4-seed3', 'a-softmax-margin4'],
      ['LMCL_small-seed3', 'LMCL_small'],
    ])
    expect(runs[1]!.recipe).toMatchObject({ loss: 'lmcl', rate: 0.2, lossOptions: { margin: 0.1 } })
  })

  it('lets an axis override what the recipe says of a loss', () => {
    const recipe = { images: 'faces', perLoss: { lmcl: { rate: 0.7, scale: 16 } } }
    const [first, second] = expanded({ rate: [0.1, 0.2], loss: ['lmcl'] }, recipe)
    expect([first!.recipe.rate, second!.recipe.rate]).toEqual([0.1, 0.2])
    expect(first!.recipe.lossOptions).toMatchObject({ scale: 16 })
  })

  it('runs one grid after another, a run that two of them hold once', () => {
    const grids = [
      { seed: [0, 1], loss: ['lmcl'] },
      { seed: [0], loss: ['nsl', 'lmcl'] },
    ]
    expect(names(grids)).toEqual(['seed0-lmcl', 'seed1-lmcl', 'seed0-nsl'])
  })

  it('refuses runs of one row that differ in more than their seed', () => {
    const grids = [
      { seed: [0], way: [{ name: 'x', rate: 0.1 }] },
      { seed: [1], way: [{ name: 'x', rate: 0.2 }] },
    ]
    expect(() => expanded(grids)).toThrow(
      new UsageError(
        'sweep: two runs of one row differ in more than their seed (give their values a name), got x',
      ),
    )
  })

  it('refuses unknown settings, values outside their domain, and one name for two runs', () => {
    expect(() => expanded({ sede: [1] })).toThrow(
      new UsageError('sweep: unknown option (did you mean seed?), got sede'),
    )
    expect(() => expanded({ batch: [0] })).toThrow(/^sweep: batch: .*, got 0$/)
    const same = [
      { name: 'x', rate: 0.1 },
      { name: 'x', rate: 0.2 },
    ]
    expect(() => expanded({ way: same })).toThrow(
      new UsageError('sweep: two runs that differ have one name (give their values a name), got x'),
    )
  })
})

describe('readSweep(path)', () => {
  const read = async (content: unknown, data: Record<string, string> = {}) => {
    const path = join(folder, 'sweep.json')
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    return readSweep(path, { data, folder: '/out/faces' }).catch((error: Error) => {
      error.message = error.message.replaceAll(folder, '$')
      throw error
    })
  }

  it('reads the recipe beside it, lays its own settings over it, and fills in the places', async () => {
    await writeFile(join(folder, 'recipe.json'), JSON.stringify({ epochs: 3, rate: 0.1, list: 'a.txt' }))
    const sweep = await read(
      {
        recipe: 'recipe.json',
        settings: { images: '$train', steps: 5 },
        axes: { seed: [1] },
        evaluate: {
          own: { protocol: 'pairs', options: { pairs: '$testPairs', images: '$test', resamples: 0 } },
        },
        faces: { test: { people: 3, imagesPerPerson: 2 } },
      },
      { train: 'my/faces' },
    )
    expect(sweep.recipe).toEqual({ rate: 0.1, images: 'my/faces', steps: 5 })
    expect(sweep.grids).toEqual([{ seed: [1] }])
    expect(sweep.evaluate.own!.options).toEqual({
      pairs: '/out/faces/test.pairs.txt',
      images: '/out/faces/test',
      resamples: 0,
    })
    expect(sweep.faces.test).toMatchObject({ people: 3, seed: 0, height: 56, width: 48 })
  })

  it.each([
    ['{', /^\$\/sweep\.json: sweep is no JSON, /],
    [{ axes: { seed: [] } }, /^\$\/sweep\.json: axes\.seed: .*, got \[\]$/],
    [{ axes: [{ seed: [1] }, { loss: [] }] }, /^\$\/sweep\.json: axes\.1\.loss: .*, got \[\]$/],
    [{ axes: [] }, /^\$\/sweep\.json: axes: .*, got \[\]$/],
    [{ axes: {}, axis: 1 }, /^\$\/sweep\.json: unrecognized key: "axis", got /],
    [{ axes: { 'a/b': [1] } }, /^\$\/sweep\.json: axes\./],
    [{ axes: {}, evaluate: { lfw: {} } }, /^\$\/sweep\.json: evaluate\.lfw\.protocol: .*, got none$/],
  ])('refuses %j in a line', async (content, message) => {
    const error = await read(content).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DataError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('\n')
  })

  it('names a place that nobody gave, and one that the file does not have', async () => {
    const sweep = { settings: { images: '$faces' }, axes: {} }
    await expect(read(sweep)).rejects.toThrow(
      '$/sweep.json: settings.images: no place of this name, give --data faces=PATH, got $faces',
    )
    await expect(read(sweep, { faces: 'a', face: 'b' })).rejects.toThrow(
      '--data: $/sweep.json has no place $face (did you mean faces?), got face',
    )
  })
})

describe('evaluationWords(evaluation)', () => {
  const words = (protocol: string, options: Record<string, string | number | boolean>) =>
    evaluationWords({ protocol, options }, { where: 'here', made: ['made/later'], cache: 'kept' })

  it('are those that a user would give', () => {
    const options = { pairs: 'made/later', images: folder, allowMissing: true, resamples: 0, variant: 'all' }
    expect(words('lfw', options)).toEqual([
      ...['evaluate', 'lfw', '--pairs', 'made/later', '--images', folder, '--allow-missing'],
      ...['--resamples', '0', '--variant', 'all', '--cache', 'kept'],
    ])
    expect(words('lfw', { pairs: folder, cache: false, allowMissing: false })).toEqual([
      'evaluate',
      'lfw',
      '--pairs',
      folder,
      '--no-cache',
    ])
  })

  it('are refused before anything is trained', () => {
    const refused = (protocol: string, options: Record<string, string | number | boolean>): string => {
      try {
        return words(protocol, options).join(' ')
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        return (error as Error).message
      }
    }
    expect(refused('megafase', {})).toBe(
      'here: no protocol of this name (did you mean megaface?), got megafase',
    )
    expect(refused('lfw', {})).toBe('here: lfw needs the option pairs, got none')
    expect(refused('lfw', { pairs: folder, image: 'x' })).toBe(
      'here: lfw has no such option (did you mean images?), got image',
    )
    expect(refused('lfw', { pairs: `${folder}/none` })).toBe(
      `here: pairs: no such file or folder, got ${folder}/none`,
    )
    expect(refused('lfw', { pairs: true })).toBe('here: pairs takes a value, got true')
    expect(refused('lfw', { allowMissing: 'yes' })).toBe('here: allowMissing is true or false, got "yes"')
    expect(refused('lfw', { pairs: folder, model: 'x' })).toBe(
      'here: the sweep gives model itself, got it in the file',
    )
  })
})

describe('the sweeps of the project', () => {
  const own = (name: string, data: Record<string, string>) =>
    readSweep(fileURLToPath(new URL(`../../../recipes/sweeps/${name}.json`, import.meta.url)), {
      data,
      folder: '/out/faces',
    })

  it('story: the four losses, three seeds, under the yardstick, verified on LFW', async () => {
    const places = Object.fromEntries(
      ['faces', 'landmarks', 'lfw', 'lfwLandmarks', 'pairs'].map((place) => [place, folder]),
    )
    const sweep = await own('story', places)
    const runs = expandSweep(sweep)
    expect(runs).toHaveLength(12)
    // One seed of every loss comes before the next seed.
    expect(runs.slice(0, 5).map(({ name }) => name)).toEqual([
      'seed0-softmax',
      'seed0-nsl',
      'seed0-a-softmax',
      'seed0-lmcl',
      'seed1-softmax',
    ])
    expect(runs[3]!.recipe).toMatchObject({
      epochs: 16,
      rate: 0.05,
      lossOptions: { scale: 30, marginRamp: 400 },
    })
    expect(runs[2]!.recipe).toMatchObject({ rate: 0.1, images: folder, landmarks: folder })
    expect(evaluationWords(sweep.evaluate.lfw!, { where: 'story' })).toContain('--pairs')
  })

  it('partial-fc: LMCL with all people a step and with a tenth of them, alike in all else', async () => {
    const places = Object.fromEntries(
      ['faces', 'landmarks', 'lfw', 'lfwLandmarks', 'pairs'].map((place) => [place, folder]),
    )
    const sweep = await own('partial-fc', places)
    const runs = expandSweep(sweep)
    expect(runs.map(({ name }) => name)).toEqual(
      [0, 1, 2].flatMap((seed) => [`seed${seed}-lmcl`, `seed${seed}-lmcl-sampled`]),
    )
    const [all, tenth] = runs.map(({ recipe }) => recipe)
    expect(all).toMatchObject({ loss: 'lmcl', epochs: 16, head: 'dense' })
    expect(tenth).toEqual({ ...all, head: 'sampled', sampleRatio: 0.1 })
    expect(evaluationWords(sweep.evaluate.lfw!, { where: 'partial-fc' })).toContain('--pairs')
  })

  it('losses: every loss for 5 epochs, eight of them and the sampled head with three seeds', async () => {
    const places = Object.fromEntries(
      ['faces', 'landmarks', 'lfw', 'lfwLandmarks', 'pairs'].map((place) => [place, folder]),
    )
    const sweep = await own('losses', places)
    const runs = expandSweep(sweep)
    expect(new Set(runs.map(({ recipe }) => recipe.loss))).toEqual(new Set(losses.map(({ name }) => name)))
    expect(runs.every(({ recipe }) => recipe.epochs === 5)).toBe(true)
    const seeds = Map.groupBy(runs, ({ group }) => group)
    const often = [...seeds].filter(([, own]) => own.length === 3).map(([group]) => group)
    expect(often).toHaveLength(9)
    expect(often).toContain('lmcl-sampled')
    expect([...seeds.values()].every((own) => own.length === 3 || own.length === 1)).toBe(true)
    // 400 of the yardstick's 3,366 steps are 125 of these 1,052, and λ is mapped likewise.
    const options = (name: string) => runs.find((run) => run.name === `seed0-${name}`)!.recipe.lossOptions
    expect(options('lmcl')).toMatchObject({ scale: 30, marginRamp: 125 })
    expect(options('a-softmax')).toMatchObject({ lambdaRun: 3366 })
    for (const [name, evaluation] of Object.entries(sweep.evaluate))
      expect(evaluationWords(evaluation, { where: name })).toContain('--landmarks')
  })

  it('small: the four losses, two seeds, on faces that it renders itself', async () => {
    const sweep = await own('small', {})
    expect(expandSweep(sweep)).toHaveLength(8)
    const made = ['/out/faces/testing', '/out/faces/testing.pairs.txt']
    expect(evaluationWords(sweep.evaluate.pairs!, { where: 'small', made })).toContain(made[1])
  })
})
