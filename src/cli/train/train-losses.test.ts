import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny } from '../../../test/cli/pictures.ts'
import { images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'
import { readCheckpoint } from '../../train/index.ts'

placesForRuns()

const usual = (): string[] => [
  ...tiny.slice(0, tiny.indexOf('--loss')),
  ...['--images', images, '--out', out, '--schedule', 'constant'],
]
const pk = ['--sampler', 'pk', '--images-per-person', '2']
const files = () => Promise.all(['model.onnx', 'checkpoint.bin'].map((name) => readFile(join(out, name))))
const checkpoint = () => readCheckpoint(join(out, 'checkpoint.bin'))

/** Losses with the state that they keep, or with numbers that are drawn anew each step. */
const stateful: readonly [words: string, kept: readonly string[]][] = [
  ['adacos', ['head.scale']],
  ['curricularface', ['head.t']],
  ['adaface', ['head.normMean', 'head.normStd']],
  ['softmax --center 0.1', ['head.centres']],
  ['center', ['head.centres']],
  ['lmcl --scale 16 --center 0.1 --mhe 0.1 --contrastive 0.1 --triplet 0.1', ['head.centres']],
  ['elasticface-arc --scale 16', []],
  ['elasticface-cos --scale 16 --plus true', []],
  ['uniface --scale 16', []],
  ['uniface --scale 16 --negative-ratio 0.5', []],
  ['sphereface2 --variant A', []],
  ['sub-center-arcface --scale 16', []],
]

describe('a run that was stopped and goes on has the bytes of one that was not, state of the loss included:', () => {
  it.each(stateful)('--loss %s', async (loss, kept) => {
    const words = () => [...usual(), '--loss', ...loss.split(' '), ...pk, '--steps']
    expect((await train(...words(), '6')).error).toBeUndefined()
    const whole = await files()
    nextRun()
    await train(...words(), '3')
    const stopped = await checkpoint()
    for (const name of kept) {
      expect([...stopped.shapes.keys()]).toContain(name)
      expect([...stopped.shapes.keys()]).not.toContain(`${name}#velocity`)
    }
    const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...recipe, steps: 6 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await files()).toEqual(whole)
  })

  it('and the state matters: with another one the bytes are others', async () => {
    const words = () => [...usual(), '--loss', 'adaface', '--scale', '16', '--steps', '3', '--norm-rate']
    await train(...words(), '0.01')
    const [model] = await files()
    nextRun()
    await train(...words(), '0.9')
    expect((await files())[0]).not.toEqual(model)
  })
})

describe('contrastive and triplet loss', () => {
  it.each(['contrastive', 'triplet'])('%s alone has no prototypes', async (loss) => {
    const { error, stdout } = await train(...usual(), '--loss', loss, ...pk, '--steps', '3', '--json')
    expect(error).toBeUndefined()
    expect((await checkpoint()).shapes.has('head.weight')).toBe(false)
    expect(JSON.parse(stdout).prototypes).toBe(0)
  })

  it.each([
    ['contrastive', []],
    ['triplet', ['--mining', 'hard']],
    ['circle', ['--form', 'pair']],
    ['softmax', ['--triplet', '0.1']],
    ['softmax', ['--contrastive', '0.1']],
  ])('%s %s want batches with several images a person, and say so', async (loss, words) => {
    const { error, stderr } = await train(...usual(), '--loss', loss, ...words, '--steps', '1')
    expect(error).toBeUndefined()
    expect(stderr).toContain(
      `warning: ${loss}: compares images of one person within a batch, of which those of sampler shuffle hold few or none; --sampler pk has several of each\n`,
    )
    nextRun()
    const { stderr: quiet } = await train(...usual(), '--loss', loss, ...words, ...pk, '--steps', '1')
    expect(quiet).not.toContain('within a batch')
  })
})

// Four people, features of 8 numbers.
it.each([
  ['sub-center-arcface', 'head.weight', [12, 8]],
  ['uniface', 'head.bias', [1]],
  ['sphereface2', 'head.bias', [1]],
])('--loss %s learns %s of the shape [%s]', async (loss, name, shape) => {
  await train(...usual(), '--loss', loss, '--steps', '1')
  const { shapes } = await checkpoint()
  expect([shapes.get(name), shapes.get(`${name}#velocity`)]).toEqual([shape, shape])
})

it('center loss alone is warned of', async () => {
  const { stderr } = await train(...usual(), '--loss', 'center', '--steps', '1')
  expect(stderr).toContain('warning: center: alone it draws all features to one point')
})

it.each([
  [['softmax', '--center-rate', '0.3'], 'softmax: centerRate needs center above 0, got centerRate 0.3'],
  [
    ['contrastive', '--center', '0.1'],
    /^train: center is an option of softmax, nsl, a-softmax and \d+ other losses, got it for contrastive$/,
  ],
  [['magface', '--lower-norm', '200'], 'magface: upperNorm must be above lowerNorm 200, got 110'],
  [['arcface', '--margin', '3'], 'arcface: margin must be a number from 0 to 2, got 3'],
  [['l-softmax', '--margin', '5'], 'l-softmax: margin must be 1, 2, 3 or 4, got 5'],
  [['combined-margin', '--m1', '0'], 'combined-margin: m1 must be a number above 0 to 4, got 0'],
  [['sphereface-r', '--norm', 'medium'], 'sphereface-r: norm must be hard, soft or none, got medium'],
  [['sphereface2', '--variant', 'M'], 'sphereface2: margin of variant M must be at least 1, got 0.4'],
  [
    ['sub-center-arcface', '--sub-centres', '0'],
    'sub-center-arcface: subCentres must be a whole number from 1 to 100, got 0',
  ],
  [['triplet', '--mining', 'easy'], 'triplet: mining must be semi-hard or hard, got easy'],
])('--loss %s is refused in one line', async (words, message) => {
  const { error } = await train(...usual(), '--loss', ...words)
  expect(error?.message).toMatch(message)
})
