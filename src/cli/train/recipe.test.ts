import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { noAugmentation } from '../../image/index.ts'
import { losses } from '../../losses/index.ts'
import { pictureWarnings } from './network-settings.ts'
import { readRecipe, resolveRecipe } from './recipe.ts'
import { recipeOptions } from './recipe-settings.ts'

const refusal = (recipe: Record<string, unknown>, given: Record<string, unknown> = {}): string => {
  try {
    resolveRecipe(recipe, given, { where: 'r.json' })
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error('not refused')
}

describe('resolveRecipe(recipe, given)', () => {
  it('decides everything where nothing is said', () => {
    expect(resolveRecipe({}, {})).toEqual({
      ...{ loss: 'lmcl', architecture: 'sfnet20', width: 1, dimensions: 512, dropout: 0, input: '112x96' },
      ...{ alignment: 'sphereface', minImages: 1, epochs: 16, batch: 64, rate: 0.05, schedule: 'multi-step' },
      ...{
        milestones: [0.6, 0.85],
        rateFactor: 0.1,
        ratePower: 2,
        warmUp: 0,
        momentum: 0.9,
        weightDecay: 5e-4,
      },
      ...{ biasRate: 1, biasDecay: 1, mirror: true, seed: 0, flip: 'none', cache: 'none', threads: 0 },
      ...{ lowering: 'cpu', checkpointEvery: 500, sampler: 'shuffle', imagesPerPerson: 4 },
      ...{ head: 'dense', sampleRatio: 0.1, headStorage: 'memory' },
      ...noAugmentation,
      lossOptions: { margin: 0.35, marginRamp: 0, scale: 64, normaliseFeatures: true },
    })
  })

  it('gives a network the length of embedding that it is published with', () => {
    expect(resolveRecipe({ architecture: 'mobilefacenet' }, {}).dimensions).toBe(128)
    expect(resolveRecipe({ architecture: 'ir50' }, {}).dimensions).toBe(512)
    expect(resolveRecipe({ architecture: 'mobilefacenet' }, { dimensions: 512 }).dimensions).toBe(512)
  })

  it('lets the recipe override defaults, what it says of the loss override that, and what is given override all', () => {
    const recipe = {
      rate: 1,
      batch: 2,
      seed: 3,
      perLoss: { softmax: { rate: 4, seed: 5, bias: false }, lmcl: { rate: 6 } },
    }
    expect(resolveRecipe(recipe, { loss: 'softmax', seed: 7 })).toMatchObject({
      ...{ rate: 4, batch: 2, seed: 7, momentum: 0.9 },
      lossOptions: { bias: false },
    })
    expect(resolveRecipe(recipe, {})).toMatchObject({ loss: 'lmcl', rate: 6, seed: 3 })
  })

  it('takes aliases and capitals of a loss, also where the recipe speaks of it', () => {
    const recipe = { loss: 'CosFace', perLoss: { 'am-softmax': { margin: 0.1 }, sphereface: { margin: 2 } } }
    expect(resolveRecipe(recipe, {})).toMatchObject({ loss: 'lmcl', lossOptions: { margin: 0.1 } })
    expect(resolveRecipe(recipe, { loss: 'A-Softmax' })).toMatchObject({ lossOptions: { margin: 2 } })
  })

  it('takes steps or epochs, a folder or a list: the later of the two takes the place of the other', () => {
    const inSteps = resolveRecipe({ steps: 5 }, {})
    expect(inSteps).toMatchObject({ steps: 5 })
    expect(inSteps).not.toHaveProperty('epochs')
    expect(resolveRecipe({ epochs: 5 }, {})).toMatchObject({ epochs: 5 })
    const again = resolveRecipe({ steps: 5, images: 'a' }, { epochs: 2, list: 'b' })
    expect(again).toMatchObject({ epochs: 2, list: 'b' })
    expect(again).not.toHaveProperty('steps')
    expect(again).not.toHaveProperty('images')
    expect(resolveRecipe({ epochs: 5, perLoss: { lmcl: { steps: 9 } } }, {})).not.toHaveProperty('epochs')
    expect(refusal({ steps: 5, epochs: 1 })).toBe('r.json: expected steps or epochs, got both')
    expect(refusal({}, { images: 'a', list: 'b' })).toBe('r.json: expected images or list, got both')
  })

  it('gives the same when it is given what it gave', () => {
    for (const { name } of losses) {
      const resolved = resolveRecipe({ steps: 9, input: '20x30' }, { loss: name })
      expect(resolveRecipe(JSON.parse(JSON.stringify(resolved)), {})).toEqual(resolved)
      expect(resolveRecipe({}, {}, { base: { ...resolved } })).toEqual(resolved)
    }
  })

  it('lays a recipe and what is given over a base', () => {
    const base = { ...resolveRecipe({ rate: 1, batch: 2, seed: 3 }, { scale: 5 }) }
    expect(resolveRecipe({ batch: 4 }, { seed: 6 }, { base })).toMatchObject({
      ...{ rate: 1, batch: 4, seed: 6 },
      lossOptions: { scale: 5 },
    })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown name', { momentun: 1 }, 'r.json: unknown option (did you mean momentum?), got momentun'],
    ['a name like no other', { xyzzy: 1 }, 'r.json: unknown option, got xyzzy'],
    [
      'an option of other losses',
      { loss: 'lmcl', bias: true },
      'r.json: bias is an option of softmax, got it for lmcl',
    ],
    [
      'an option of many',
      { loss: 'softmax', scale: 3 },
      'r.json: scale is an option of nsl, a-softmax, lmcl and 12 other losses, got it for softmax',
    ],
    [
      'the same in what it says of a loss',
      { perLoss: { softmax: { lambdaMin: 3 } } },
      'r.json: perLoss.softmax: lambdaMin is an option of a-softmax, l-softmax, got it for softmax',
    ],
    [
      'an unknown loss among those it speaks of',
      { perLoss: { sofmax: {} } },
      'loss: unknown name, did you mean softmax? got sofmax',
    ],
    ['what it says of losses as a list', { perLoss: [] }, 'r.json: perLoss must be an object, got []'],
    ['resolved options that are none', { lossOptions: 3 }, 'r.json: lossOptions must be an object, got 3'],
    [
      'an unknown choice',
      { flip: 'concatenate' },
      'r.json: flip must be one of none, concat, sum (did you mean concat?), got concatenate',
    ],
    [
      'a value out of a loss option’s domain',
      { margin: 3 },
      'lmcl: margin must be a number from 0 to 2, got 3',
    ],
    [
      'A-Softmax with m = 5',
      { loss: 'a-softmax', margin: 5 },
      'a-softmax: margin must be 1, 2, 3 or 4, got 5',
    ],
  ])('refuses %s', (_, recipe, message) => {
    expect(refusal(recipe)).toBe(message)
  })

  it.each([
    ...[{ width: 0 }, { width: 9 }, { dimensions: 0 }, { dimensions: 65537 }, { epochs: -1 }, { steps: 0 }],
    ...[
      { steps: 2.5 },
      { batch: '8' },
      { rate: 0 },
      { rate: Number.NaN },
      { momentum: 1 },
      { weightDecay: -1 },
    ],
    ...[
      { milestones: 3 },
      { milestones: [0] },
      { rateFactor: 2 },
      { ratePower: 0 },
      { warmUp: -1 },
      { mirror: 'yes' },
      { seed: 1e300 },
    ],
    ...[
      { input: '0x8' },
      { input: '8x4097' },
      { input: '8 x 8' },
      { threads: -1 },
      { checkpointEvery: 0 },
      { images: 1 },
    ],
  ])('refuses %j in one line that names it', (recipe) => {
    const [[key]] = Object.entries(recipe) as [[string, unknown]]
    expect(refusal(recipe)).toMatch(new RegExp(`^r\\.json: ${key}: [^\n]+, got [^\n]+$`))
  })

  it('takes the largest input', () => {
    for (const input of ['1x1', '999x1000', '4096x4096', '4095x4009'])
      expect(resolveRecipe({ input }, {}).input).toBe(input)
  })
})

describe('every recipe that comes with the package', () => {
  const folder = fileURLToPath(new URL('../../../recipes/', import.meta.url))
  it.each(globSync('*.json', { cwd: folder }))('%s resolves for each of the losses', async (name) => {
    const recipe = await readRecipe(join(folder, name))
    for (const { name: loss, options } of losses) {
      const resolved = resolveRecipe(recipe, { loss }, { where: name })
      expect(resolved.loss).toBe(loss)
      for (const key of Object.keys(resolved.lossOptions))
        expect(options.map((option) => option.name)).toContain(key)
    }
  })
})

describe('recipeOptions()', () => {
  it('has every option of every loss, each name once', () => {
    const names = recipeOptions().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { options } of losses)
      expect(names).toEqual(expect.arrayContaining(options.map(({ name }) => name)))
  })

  it('says what kind of value the command line reads', () => {
    const kinds = Object.fromEntries(recipeOptions().map(({ name, kind }) => [name, kind]))
    expect(kinds).toMatchObject({
      ...{ images: 'string', rate: 'number', milestones: 'numbers', mirror: 'boolean', schedule: 'string' },
      ...{ margin: 'number', form: 'string', bias: 'boolean', architecture: 'string' },
    })
  })
})

describe('readRecipe(path)', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recipe-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['no JSON', '{"rate":\n}', /^\$\/r\.json: recipe is no JSON, [^\n]+$/],
    ['a number', '3', /^\$\/r\.json: recipe must be an object, got 3$/],
    ['null', 'null', /^\$\/r\.json: recipe must be an object, got null$/],
    ['nothing', '', /^\$\/r\.json: recipe is no JSON, [^\n]+$/],
  ])('refuses a file that holds %s, in one line', async (_, text, line) => {
    await writeFile(join(folder, 'r.json'), text)
    const error = await readRecipe(join(folder, 'r.json')).catch((thrown: Error) => thrown)
    expect((error as Error).message.replaceAll(folder, '$')).toMatch(line)
  })

  it('refuses a folder', async () => {
    await expect(readRecipe(folder)).rejects.toThrow(
      `${folder}: recipe cannot be read, expected a file, got a folder`,
    )
  })
})

describe('input and alignment', () => {
  it.each([
    ['sfnet20', '112x96', 'sphereface'],
    ['ir18', '112x112', 'arcface'],
    ['ir100', '112x112', 'arcface'],
    ['mobilefacenet', '112x112', 'arcface'],
  ])('of %s are those it is published with, where nobody says them', (architecture, input, alignment) => {
    expect(resolveRecipe({ architecture }, {})).toMatchObject({ input, alignment })
    expect(resolveRecipe({}, { architecture })).toMatchObject({ input, alignment })
    expect(resolveRecipe({ architecture: 'sfnet4' }, { architecture })).toMatchObject({ input, alignment })
  })

  it('given values win, each alone', () => {
    const architecture = 'ir50'
    expect(resolveRecipe({ input: '56x48' }, { architecture })).toMatchObject({
      ...{ input: '56x48', alignment: 'arcface' },
    })
    expect(resolveRecipe({}, { architecture, alignment: 'sphereface' })).toMatchObject({
      ...{ input: '112x112', alignment: 'sphereface' },
    })
  })

  it('that do not belong together are warned of, with what does', () => {
    const warn = (given: Record<string, unknown>) => pictureWarnings(resolveRecipe({}, given))
    expect(warn({ architecture: 'ir50', input: '56x48' })).toEqual([
      'alignment arcface is made for square pictures, got input 56x48: width is added or cut at the sides (--alignment sphereface fits it)',
    ])
    expect(warn({ input: '112x112' })).toEqual([
      'alignment sphereface is made for pictures of 112x96, got input 112x112: width is added or cut at the sides (--alignment arcface fits it)',
    ])
    for (const architecture of ['sfnet4', 'ir18', 'mobilefacenet', 'mlp'])
      expect(warn({ architecture })).toEqual([])
    expect(warn({ architecture: 'ir50', input: '56x48', alignment: 'sphereface' })).toEqual([])
  })
})
