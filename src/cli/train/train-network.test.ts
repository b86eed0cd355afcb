import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tiny } from '../../../test/cli/pictures.ts'
import { base, images, nextRun, out, placesForRuns, train } from '../../../test/cli/train-runs.ts'
import { evaluate, relativeError } from '../../../test/evaluator/index.ts'
import { type ArchitectureOptions, architectureNamed } from '../../backbones/index.ts'
import { input } from '../../graph/index.ts'
import { decodeModel } from '../../onnx/index.ts'
import { createSession } from '../../runtime/node.ts'
import { preprocess, readCheckpoint, tensorsOf } from '../../train/index.ts'

placesForRuns()

const usual = (...words: string[]) => [...tiny, '--images', images, '--out', out, ...words]
const model = () => readFile(join(out, 'model.onnx'))
const json = async (file: string) => JSON.parse(await readFile(join(out, file), 'utf8'))

/** The largest relative difference between what the run's model gives and its network with the checkpoint's numbers. */
async function modelError(name: string, options: ArchitectureOptions): Promise<number> {
  const bytes = await model()
  const data = Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => (i * i + 7 * i) % 251)
  const session = await createSession(bytes, { threads: 1 })
  const results = await session
    .run({ image: { type: 'uint8', shape: [2, 16, 16, 3], data } })
    .finally(session.close)
  const checkpoint = await readCheckpoint(join(out, 'checkpoint.bin'))
  const image = input('image', [2, 16, 16, 3], 'uint8')
  const feature = architectureNamed(name).build(preprocess(image), {
    ...{ width: 0.0625, dimensions: 8 },
    ...options,
  })
  const feeds = { ...Object.fromEntries(await tensorsOf(checkpoint)), image: data }
  return relativeError(Float64Array.from(results.feature!.data, Number), evaluate({ feature }, feeds).feature)
}

const mean = 'stage1.down.norm.mean'

describe('steradian train of a network with batch normalisation and dropout', () => {
  const options = { batchNorm: true, dropout: 0.4 }
  const recipe = { architecture: 'sfnet10', ...options }

  it('takes them from a recipe, keeps running statistics, and writes a model that gives the same features without them', async () => {
    const file = join(base, 'network.json')
    await writeFile(file, JSON.stringify(recipe))
    const { architecture: _, ...rest } = Object.fromEntries(
      Array.from({ length: tiny.length / 2 }, (_, i) => [tiny[2 * i]!.slice(2), tiny[2 * i + 1]!]),
    )
    const words = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, value])
    const run = await train(...words, '--images', images, '--out', out, '--recipe', file, '--steps', '4')
    expect(run.error).toBeUndefined()
    expect(await json('recipe.json')).toMatchObject(recipe)
    const { metadataProps, graph } = decodeModel(await model())
    expect(metadataProps.find(({ key }) => key === 'steradian.architecture')!.value).toBe(
      '{"name":"sfnet10","width":0.0625,"dimensions":8,"batchNorm":true,"dropout":0.4}',
    )
    const tensors = await tensorsOf(await readCheckpoint(join(out, 'checkpoint.bin')))
    expect(tensors.get(mean)!.some((v) => v !== 0)).toBe(true)
    expect(graph.initializer.filter(({ name }) => name.endsWith('.mean'))).toEqual([])
    expect(await modelError('sfnet10', options)).toBeLessThan(1e-4)
  })

  it('goes on as an uninterrupted run: statistics are kept, masks follow the step', async () => {
    const words = (steps: string) => [
      ...usual('--architecture', 'sfnet10', '--batch-norm', 'true', '--dropout', '0.4'),
      ...['--schedule', 'constant', '--steps', steps],
    ]
    expect((await train(...words('4'))).error).toBeUndefined()
    const whole = await model()
    nextRun()
    await train(...words('2'))
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...(await json('recipe.json')), steps: 4 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await model()).toEqual(whole)
    nextRun()
    await train(...words('4'), '--dropout', '0')
    expect(await model()).not.toEqual(whole)
  })

  it.each(['ir18', 'mobilefacenet'])('trains %s, and its model gives the same features', async (name) => {
    const words = ['--steps', '3', '--alignment', 'sphereface']
    const { error, stderr } = await train(...usual('--architecture', name, ...words))
    expect(error).toBeUndefined()
    expect(stderr).toMatch(/model\.onnx: loss \d/)
    // The pictures of this run are square, which that alignment is not made for.
    expect(stderr).toMatch(/^warning: alignment sphereface is made for pictures of 112x96, got input /m)
    expect(await modelError(name, {})).toBeLessThan(1e-4)
  })
})

describe('settings of a network', () => {
  it.each([
    [['--dropout', '1'], /^train: dropout: .*, got 1$/],
    [['--dropout', '-0.1'], /^train: dropout: .*, got -0.1$/],
    [['--hidden', '8'], /^train: hidden is a setting of mlp, got it for sfnet4$/],
    [
      ['--architecture', 'ir50', '--batch-norm', 'false'],
      /^train: batchNorm: ir50 has batch normalisation everywhere, got false$/,
    ],
    [['--architecture', 'ir51'], /^train: architecture must be one of .* \(did you mean ir50\?\), got ir51$/],
    [
      ['--architecture', 'mobilefacenet', '--width', '0.01'],
      /^mobilefacenet: width must leave at least one channel, got 0.01$/,
    ],
  ])('outside their domain are refused with the reason: %j', async (words, message) => {
    const { error } = await train(...usual(...words))
    expect((error as Error).message).toMatch(message)
    expect((error as Error).name).toBe('UsageError')
  })
})
