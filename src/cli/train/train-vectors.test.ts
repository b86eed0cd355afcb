import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../test/embed/run-command.ts'
import { evaluate, relativeError } from '../../../test/evaluator/index.ts'
import { mlp } from '../../backbones/index.ts'
import { encodeNpy } from '../../embed/index.ts'
import { input } from '../../graph/index.ts'
import { rng } from '../../math/rng.ts'
import { decodeModel } from '../../onnx/index.ts'
import { createSession } from '../../runtime/node.ts'
import { readCheckpoint, tensorsOf } from '../../train/index.ts'
import { registerTrain } from '../train.ts'

const [people, each, columns] = [3, 4, 6]
/** Vectors near a corner of their person's own. */
const rows = Float32Array.from({ length: people * each * columns }, (_, i) => {
  const person = Math.floor(i / columns) % people
  return (i % columns === person ? 1 : 0) + 0.05 * rng(1, i).normal()
})
const labels = Array.from({ length: people * each }, (_, row) => ['joe', 'ann', 'Eve B.'][row % people])

let base = ''
let out = ''
let count = 0
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'vectors-'))
  await writeFile(at('v.npy'), encodeNpy({ data: rows, shape: [people * each, columns] }))
  await writeFile(at('labels.txt'), labels.join('\n'))
})
afterAll(() => rm(base, { recursive: true }))
const next = (): void => {
  out = at(`run${count++}`)
}
beforeEach(next)

const train = (...words: string[]) => runCommand(registerTrain, 'train', ...words)
const usual = (...words: string[]) => [
  ...['--architecture', 'mlp', '--hidden', '8,5', '--dimensions', '4', '--batch', '4', '--threads', '1'],
  ...['--vectors', at('v.npy'), '--labels', at('labels.txt'), '--out', out, '--loss', 'nsl', '--rate', '0.1'],
  ...words,
]
const model = () => readFile(join(out, 'model.onnx'))

describe('steradian train on vectors', () => {
  it('learns people from vectors that come from elsewhere, and writes a model that takes such vectors', async () => {
    const { error, stderr, stdout } = await train(
      ...usual('--epochs', '100', '--batch', '12', '--batch-norm', 'true', '--json'),
    )
    expect(error).toBeUndefined()
    expect(stderr).toContain('12 vectors of 6 numbers, of 3 people\n')
    expect(JSON.parse(stdout)).toMatchObject({ people: 3, images: 12, steps: 100 })
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.8)
    const bytes = await model()
    const metadata = Object.fromEntries(
      decodeModel(bytes).metadataProps.map(({ key, value }) => [key, value]),
    )
    expect(metadata['steradian.input']).toBe('vectors of 6')
    expect(metadata['steradian.architecture']).toBe(
      '{"name":"mlp","width":1,"dimensions":4,"hidden":[8,5],"batchNorm":true}',
    )
    const session = await createSession(bytes, { threads: 1 })
    const { feature, embedding } = await session
      .run({ vector: { type: 'float32', shape: [12, 6], data: rows } })
      .finally(session.close)
    expect(Math.hypot(...(embedding!.data as Float32Array).subarray(0, 4))).toBeCloseTo(1, 5)
    const values = Object.fromEntries(await tensorsOf(await readCheckpoint(join(out, 'checkpoint.bin'))))
    const plain = mlp(input('vector', [12, 6]), { hidden: [8, 5], dimensions: 4, batchNorm: true })
    const expected = evaluate({ plain }, { ...values, vector: rows }).plain
    expect(relativeError(Float64Array.from(feature!.data, Number), expected)).toBeLessThan(1e-5)
  })

  it('goes on as an uninterrupted run', async () => {
    const words = ['--schedule', 'constant', '--dropout', '0.2', '--sampler', 'balanced']
    await train(...usual(...words, '--steps', '7'))
    const whole = await model()
    next()
    await train(...usual(...words, '--steps', '4'))
    const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8'))
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...recipe, steps: 7 }))
    expect((await train('--resume', '--out', out)).error).toBeUndefined()
    expect(await model()).toEqual(whole)
  })

  it('a dry run says the size of the network', async () => {
    const { stdout } = await train(...usual('--dry-run', '--json'))
    // 6·8 + 8·5 + 5·4 weights, as many biases as outputs, and slopes.
    expect(JSON.parse(stdout)).toMatchObject({ multiplyAdds: 108, parameters: 108 + 17 + 13 })
  })

  it.each([
    [['--architecture', 'sfnet4'], /^train: hidden is a setting of mlp, got it for sfnet4$/],
    [['--flip', 'concat'], /^train: flip: vectors have no mirror image, got concat$/],
    [['--cache', 'c.bin'], /^train: cache: vectors need none, got c.bin$/],
    [['--min-images', '2'], /^train: minImages is of pictures, got it with vectors$/],
    [['--images', 'people'], /^train: expected images or vectors, got both$/],
    [['--hidden', '0'], /^train: hidden: .*, got \[0\]$/],
  ])('refuses what does not go with vectors: %j', async (words, message) => {
    expect((await train(...usual(...words))).error?.message).toMatch(message)
    expect(existsSync(out)).toBe(false)
  })

  it('refuses vectors without labels, labels without vectors, and another network', async () => {
    const message = async (...words: string[]) =>
      (await train('--out', out, '--batch', '4', ...words)).error?.message
    const own = ['--vectors', at('v.npy')]
    expect(await message(...own, '--architecture', 'mlp')).toBe(
      'train: vectors need labels (a file with the person of each row), got none',
    )
    expect(await message(...own, '--labels', at('labels.txt'))).toBe(
      'train: vectors need the architecture mlp, got sfnet20',
    )
    expect(await message('--images', base, '--labels', 'x.txt')).toBe(
      'train: labels belong to vectors, got x.txt alone',
    )
  })

  it('refuses files that do not fit with file and line, and keeps nothing', async () => {
    const message = async (...words: string[]) => (await train(...usual(...words))).error?.message
    await writeFile(at('few.txt'), 'a\nb\n')
    expect(await message('--labels', at('few.txt'))).toBe(
      `${at('few.txt')}: expected a line for each of the 12 rows of ${at('v.npy')}, got 2`,
    )
    await writeFile(at('one.txt'), 'a\n'.repeat(12))
    expect(await message('--labels', at('one.txt'))).toBe(
      `${at('one.txt')}: expected at least 2 people, got 1`,
    )
    await writeFile(at('nan.npy'), encodeNpy({ data: rows.with(7, Number.NaN), shape: [12, 6] }))
    expect(await message('--vectors', at('nan.npy'))).toBe(
      `${at('nan.npy')}: expected finite numbers in row 2, got NaN in column 2`,
    )
    expect(await message('--vectors', at('none.npy'))).toBe(`${at('none.npy')}: no such file or folder`)
    await writeFile(at('cut.npy'), encodeNpy({ data: rows, shape: [12, 6] }).subarray(0, 200))
    expect(await message('--vectors', at('cut.npy'))).toMatch(/cut\.npy: expected 288 bytes of numbers/)
    expect(existsSync(out)).toBe(false)
  })
})
