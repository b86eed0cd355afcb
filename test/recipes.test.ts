import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Recipe, resolveRecipe } from '../src/cli/train/recipe.ts'
import { trainOptions } from '../src/cli/train/training-run.ts'
import { registerTrain } from '../src/cli/train.ts'
import { memorySource, syntheticFaces, trainingData } from '../src/data/index.ts'
import { runCommand } from './embed/run-command.ts'

const folder = fileURLToPath(new URL('../recipes/', import.meta.url))
const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, name), 'utf8'))

/** The settings that a run under a recipe has, by the functions that the trainer takes. */
function settingsOf(name: string, given: Record<string, unknown> = {}) {
  const recipe: Recipe = resolveRecipe(read(name), given, { where: name })
  // A few pictures will do: nothing is built of them, and published steps are counts.
  const data = trainingData(
    memorySource(syntheticFaces({ people: 2, imagesPerPerson: 1, height: 4, width: 4 })),
  )
  const { rate, scales, steps } = trainOptions({ ...recipe, batch: 1 }, data)
  const rateAt = (step: number): number =>
    Number((rate as (step: number, steps: number) => number)(step, steps).toPrecision(6))
  return { recipe, steps, rateAt, scales: scales! }
}

describe('every recipe', () => {
  const names = globSync('*.json', { cwd: folder }).sort()

  it('is explained in the README beside it', () => {
    const text = readFileSync(join(folder, 'README.md'), 'utf8')
    expect(names).toEqual([
      ...['cosface-casia.json', 'few-images.json', 'fine-tune.json', 'ir50-arcface.json'],
      ...['mobilefacenet-arcface.json', 'sphereface-casia.json', 'yardstick.json'],
    ])
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it.each(names)('%s has only options that exist, for every loss it names', (name) => {
    const { perLoss = {}, loss = Object.keys(perLoss as object)[0] } = read(name)
    for (const each of [loss, ...Object.keys(perLoss as object)])
      expect(resolveRecipe(read(name), { loss: each }, { where: name }).loss).toBe(each)
  })
})

describe('the published settings', () => {
  it('sphereface-casia: SFNet-64, A-Softmax m = 4 with its λ, ×0.1 after 16,000 and 24,000 of 28,000 steps', () => {
    const { recipe, steps, rateAt, scales } = settingsOf('sphereface-casia.json')
    expect(recipe).toMatchObject({
      ...{ loss: 'a-softmax', architecture: 'sfnet64', width: 1, dimensions: 512, input: '112x96' },
      ...{
        batch: 256,
        momentum: 0.9,
        weightDecay: 5e-4,
        mirror: true,
        flip: 'concat',
        alignment: 'sphereface',
      },
      lossOptions: {
        ...{ margin: 4, form: 'renormalised', normaliseFeatures: false },
        ...{ lambdaBase: 1000, lambdaGamma: 0.12, lambdaPower: 1, lambdaMin: 5, lambdaRun: 0 },
      },
    })
    expect(steps).toBe(28000)
    expect([1, 16000, 16001, 24000, 24001, 28000].map(rateAt)).toEqual([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])
    expect(scales('stage1.down.bias')).toEqual({ rate: 2, decay: 0 })
    expect(scales('stage1.down.weight')).toEqual({})
  })

  it('cosface-casia: SFNet-20, LMCL s = 64 and m = 0.35, ÷10 after 16,000, 24,000 and 28,000 of 30,000 steps', () => {
    const { recipe, steps, rateAt } = settingsOf('cosface-casia.json')
    expect(recipe).toMatchObject({
      ...{ loss: 'lmcl', architecture: 'sfnet20', width: 1, dimensions: 512, input: '112x96' },
      ...{
        batch: 512,
        momentum: 0.9,
        weightDecay: 5e-4,
        mirror: true,
        flip: 'concat',
        alignment: 'sphereface',
      },
      lossOptions: { scale: 64, margin: 0.35, marginRamp: 0, normaliseFeatures: true },
    })
    expect(steps).toBe(30000)
    expect([1, 16000, 16001, 24001, 28000, 28001, 30000].map(rateAt)).toEqual([
      0.1, 0.1, 0.01, 0.001, 0.001, 0.0001, 0.0001,
    ])
  })
})

describe('as reproductions train with ArcFace', () => {
  // 512,000 pictures are 1,000 steps of 512 a pass.
  const rates = (name: string, epochs: number, at: readonly number[]) => {
    const { recipe } = settingsOf(name)
    const faces = syntheticFaces({ people: 2, imagesPerPerson: 1, height: 4, width: 4 })
    const { rate, steps } = trainOptions(recipe, { ...trainingData(memorySource(faces)), count: 512_000 })
    expect(steps).toBe(epochs * 1000)
    return at.map((step) =>
      Number((rate as (step: number, steps: number) => number)(step, steps).toPrecision(6)),
    )
  }
  const common = {
    ...{ loss: 'arcface', width: 1, input: '112x112', alignment: 'arcface', batch: 512, momentum: 0.9 },
    ...{ mirror: true, flip: 'sum', lossOptions: { scale: 64, margin: 0.5, marginRamp: 0 } },
  }

  it('ir50: 25 passes, ÷10 after 10, 16 and 22, warm-up; the last scale stays at 1', () => {
    const { recipe, scales } = settingsOf('ir50-arcface.json')
    expect(recipe).toMatchObject({ ...common, architecture: 'ir50', dimensions: 512, weightDecay: 5e-4 })
    expect(recipe.freeze).toBe('embedding.norm.weight')
    expect(scales('embedding.bias')).toEqual({ rate: 1, decay: 1 })
    expect(rates('ir50-arcface.json', 25, [500, 1000, 10_000, 10_001, 16_001, 22_000, 22_001])).toEqual([
      0.05, 0.1, 0.1, 0.01, 0.001, 0.001, 0.0001,
    ])
  })

  it('mobilefacenet: 30 passes, ÷10 after 10, 20 and 25, warm-up; D 128', () => {
    const { recipe } = settingsOf('mobilefacenet-arcface.json')
    expect(recipe).toMatchObject({
      ...common,
      architecture: 'mobilefacenet',
      dimensions: 128,
      weightDecay: 2e-4,
    })
    expect(
      rates('mobilefacenet-arcface.json', 30, [500, 1000, 9_999, 10_000, 20_002, 24_999, 25_000]),
    ).toEqual([0.05, 0.1, 0.1, 0.01, 0.001, 0.001, 0.0001])
  })
})

it.each(['softmax', 'nsl', 'a-softmax', 'lmcl'])(
  'yardstick: a model of %s joins image and mirror, as it is evaluated',
  (loss) => {
    expect(settingsOf('yardstick.json', { loss }).recipe.flip).toBe('concat')
  },
)

describe("on a folder of CASIA-WebFace's layout, <7-digit person>/<image>.jpg", () => {
  const people = ['0000001', '0000020', '0000300', '0004000']
  let root = ''
  const at = (...parts: string[]): string => join(root, ...parts)

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'steradian-casia-'))
    const size = { height: 112, width: 96 }
    const { pixels, labels } = syntheticFaces({ people: people.length, imagesPerPerson: 3, ...size })
    for (const [i, label] of labels.entries()) {
      const person = at('images', people[label]!)
      await mkdir(person, { recursive: true })
      const picture = pixels.subarray(i * 112 * 96 * 3, (i + 1) * 112 * 96 * 3)
      await sharp(picture, { raw: { ...size, channels: 3 } })
        .jpeg()
        .toFile(join(person, `00${(i % 3) + 1}.jpg`))
    }
    await writeFile(at('in-lfw.txt'), '# people who are in LFW\n0000300\n')
  })
  afterAll(() => rm(root, { recursive: true }))

  const small = ['--width', '0.125', '--batch', '4']
  const train = (recipe: string, ...words: string[]) =>
    runCommand(
      registerTrain,
      ...['train', '--recipe', join(folder, recipe), '--images', at('images'), '--exclude', at('in-lfw.txt')],
      ...small,
      ...words,
    )

  it.each([
    ['sphereface-casia.json', 'a-softmax', 28000],
    ['cosface-casia.json', 'lmcl', 30000],
    // Passes through 9 images: two batches of 4.
    ['ir50-arcface.json', 'arcface', 25 * 2],
    ['mobilefacenet-arcface.json', 'arcface', 30 * 2],
  ])('%s tells what the whole run would take, and trains', async (name, loss, steps) => {
    const dry = await train(name, '--dry-run', '--json')
    expect(dry.error).toBeUndefined()
    const facts = JSON.parse(dry.stdout)
    expect(facts).toMatchObject({ people: 3, images: 9, steps, recipe: { loss, batch: 4, width: 0.125 } })
    expect(facts.hours).toBeGreaterThan(0)
    expect(dry.stderr).toContain('9 images of 3 people')
    expect(dry.stderr).toContain('3 images excluded')

    expect(dry.stderr).not.toContain('alignment')

    const out = at(name)
    const run = await train(name, '--steps', '3', '--out', out, '--json')
    expect(run.error).toBeUndefined()
    expect(JSON.parse(run.stdout)).toMatchObject({ steps: 3, people: 3, images: 9 })
    const metrics = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n')
    expect(metrics.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3])
    expect(metrics.every((line) => Number.isFinite(JSON.parse(line).loss))).toBe(true)
    expect(JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))).toMatchObject({ loss, steps: 3 })
  })
})
