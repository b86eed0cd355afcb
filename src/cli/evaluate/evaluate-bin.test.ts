import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeBin } from '../../../test/data/write-bin.ts'
import { halvesModel } from '../../../test/embed/models.ts'
import { pairsText, writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { encodeNpy } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import { parseLfwPairs } from '../../evaluate/index.ts'
import { rng } from '../../math/rng.ts'
import { registerEvaluate } from '../evaluate.ts'
import { version } from '../version.ts'

let base: string
let images: Uint8Array[]
const at = (name: string): string => join(base, name)
/** Genuine and impostor pairs in turn, so that each of ten contiguous folds has one of either kind. */
const same = Array.from({ length: 20 }, (_, p) => p % 2 === 0)

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'evaluate-bin-'))
  await writePeople(at('people'))
  const pairs = parseLfwPairs(pairsText())
  images = []
  for (let p = 0; p < 10; p++)
    for (const q of [p, p + 10])
      for (const image of [pairs.left[q]!, pairs.right[q]!])
        images.push(await readFile(at(`people/${pairs.images[image]}`)))
  await writeFile(at('pairs.bin'), writeBin(images, same))
  await writeFile(at('halves.onnx'), halvesModel())
})
afterAll(() => rm(base, { recursive: true }))

const evaluate = (...words: string[]) => runCommand(registerEvaluate, 'evaluate', 'bin', ...words)
const withModel = (...words: string[]) =>
  evaluate(at('pairs.bin'), ...['--model', at('halves.onnx'), '--threads', '1', '--no-cache', ...words])

test('evaluate bin --json prints one object with every number of the protocol', async () => {
  const { stdout, stderr, error } = await withModel('--json')
  expect(error).toBeUndefined()
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({
    protocol: 'bin',
    version,
    list: { file: at('pairs.bin'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    model: { file: at('halves.onnx'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    variant: 'exact',
    accuracy: 1,
    standardError: 0,
    folds: new Array(10).fill(1),
    auc: 1,
    eer: 0,
    tarAtFar: { '0.1': 1, '0.01': 1, '0.001': 1 },
    pairs: 20,
    listedPairs: 20,
    genuinePairs: 10,
    impostorPairs: 10,
    images: 40,
    missing: 0,
    missingImages: [],
    incomplete: false,
    // Nothing in a .bin says who the people are.
    intervals: { over: 'pairs', accuracy: { low: 1, high: 1 } },
  })
  expect(stderr).toContain('images are taken as already aligned, and brought to the size of the model\n')
})

test('evaluate bin gives what evaluate pairs gives for the same images, pairs and folds', async () => {
  const pairs = parseLfwPairs(pairsText())
  const line = (q: number, fold: number) =>
    `${pairs.images[pairs.left[q]!]} ${pairs.images[pairs.right[q]!]} ${pairs.same[q]} ${fold}`
  const lines = Array.from({ length: 10 }, (_, p) => [line(p, p), line(p + 10, p)]).flat()
  await writeFile(at('same.txt'), lines.join('\n'))
  const numbers = ({ stdout }: { stdout: string }) => {
    const { accuracy, folds, thresholds, auc, eer, tarAtFar } = JSON.parse(stdout).variants.sphereface
    return { accuracy, folds, thresholds, auc, eer, tarAtFar }
  }
  const model = ['--model', at('halves.onnx'), '--threads', '1', '--no-cache']
  const listed = await runCommand(
    registerEvaluate,
    ...['evaluate', 'pairs', '--pairs', at('same.txt'), '--images', at('people'), ...model],
    ...['--variant', 'all', '--json'],
  )
  expect(numbers(await withModel('--variant', 'all', '--json'))).toEqual(numbers(listed))
})

test('--variant all prints the variants side by side, as evaluate lfw does', async () => {
  const lines = (await withModel('--variant', 'all', '--resamples', '0')).stdout.split('\n')
  expect(lines[0]).toBe(`${at('pairs.bin')}: 20 of 20 pairs, 10 folds`)
  expect(lines[1]).toMatch(/^ +exact +sphereface +insightface$/)
  expect(lines[2]).toMatch(/^accuracy( +100\.00 ± 0\.00 %){3}$/)
  expect(lines).toContainEqual(expect.stringMatching(/^TAR at FAR 0\.1( +100\.00 %){3}$/))
  expect(lines).toContainEqual(
    expect.stringMatching(/^TAR at FAR 0\.01( +100\.00 %){3} +\(none of 10 impostor pairs accepted\)$/),
  )
  expect(lines.filter((line) => /^fold \d+( +100\.00 at -?\d\.\d{4}){3}$/.test(line))).toHaveLength(10)
})

test('--folds cuts the pairs into contiguous folds', async () => {
  const result = JSON.parse((await withModel('--folds', '4', '--json')).stdout)
  expect(result.folds).toHaveLength(4)
  expect((await withModel('--folds', '21')).error).toEqual(
    new DataError(`${at('pairs.bin')}: expected a pair for each of 21 folds or more, got 20`),
  )
  expect((await withModel('--folds', '1')).error).toEqual(
    new UsageError('--folds: expected a whole number from 2 to 255, got 1'),
  )
})

test('--features takes rows in the order of the images', async () => {
  const random = rng(1)
  const data = new Float32Array(40 * 5)
  for (let p = 0; p < 20; p++)
    for (let k = 0; k < 5; k++) {
      data[2 * p * 5 + k] = random.normal()
      data[(2 * p + 1) * 5 + k] = (same[p] ? 1 : -1) * data[2 * p * 5 + k]!
    }
  await writeFile(at('features.npy'), encodeNpy({ shape: [40, 5], data }))
  const { stdout, error } = await evaluate(at('pairs.bin'), '--features', at('features.npy'), '--json')
  expect(error).toBeUndefined()
  expect(JSON.parse(stdout)).toMatchObject({ accuracy: 1, features: { file: at('features.npy') } })
})

test('a .bin of one kind of pairs has an accuracy but no ROC', async () => {
  await writeFile(at('genuine.bin'), writeBin(images, new Array(20).fill(true)))
  const words = [at('genuine.bin'), '--model', at('halves.onnx'), '--no-cache', '--out', at('genuine')]
  const { stdout, error } = await evaluate(...words)
  expect(error).toBeUndefined()
  expect(stdout).toMatch(/\nAUC +-\nEER +-\nTAR at FAR 0\.1 +-\n/)
  expect(await readdir(at('genuine'))).toEqual(['pairs.csv', 'result.json'])
})

test('--out gets the same bytes twice, and the cache serves the second run', async () => {
  const words = ['--cache', at('cache'), '--variant', 'all']
  const run = (out: string) =>
    evaluate(at('pairs.bin'), '--model', at('halves.onnx'), '--threads', '1', ...words, '--out', at(out))
  await run('first')
  expect((await run('second')).stderr).toContain('40 of 40 embeddings are in')
  const names = await readdir(at('first'))
  expect(names).toEqual(expect.arrayContaining(['result.json', 'roc.csv', 'roc.svg', 'det.csv']))
  for (const name of names)
    expect((await readFile(at(`second/${name}`))).equals(await readFile(at(`first/${name}`))), name).toBe(
      true,
    )
})

describe('images that cannot be used', () => {
  beforeAll(async () => {
    const damaged = images.with(7, images[7]!.subarray(0, 40)).with(12, Buffer.from('a text'))
    await writeFile(at('damaged.bin'), writeBin(damaged, same))
  })
  const run = (...words: string[]) =>
    evaluate(at('damaged.bin'), '--model', at('halves.onnx'), '--no-cache', ...words)

  test('stop the run with a list', async () => {
    const { stdout, stderr, error } = await run()
    expect(error).toEqual(
      new DataError(
        'images: expected all 40, got 38; --allow-missing goes on and marks the result as incomplete',
      ),
    )
    expect(stderr).toMatch(
      /\nmissing: image 7: [^\n]+\nmissing: image 12: not a JPEG, PNG, WebP, TIFF or GIF picture\n/,
    )
    expect(stdout).toBe('')
  })

  test('leave out their pairs with --allow-missing, and mark the result', async () => {
    const result = JSON.parse((await run('--allow-missing', '--json')).stdout)
    expect(result).toMatchObject({ pairs: 18, listedPairs: 20, missing: 2, incomplete: true })
    expect(result.missingImages.map(({ name }: { name: string }) => name)).toEqual(['image 7', 'image 12'])
    expect((await run('--allow-missing')).stdout).toMatch(/^incomplete: 2 missing\n/)
  })
})

describe('bad input is one line', () => {
  test.each([
    ['a file that is missing', 'none.bin', undefined, /none\.bin: no such file or folder$/],
    [
      'a text',
      'text.bin',
      Buffer.from('hello'),
      /text\.bin: byte 0: expected a pickle of protocol 2 to 5, got no PROTO at its start$/,
    ],
    [
      'a pickle that would call',
      'call.bin',
      Buffer.from('\x80\x03cos\nsystem\nX\x04\x00\x00\x00true\x85R.', 'latin1'),
      /call\.bin: byte 2: expected a global of a numpy array .*, got os\.system$/,
    ],
    [
      'a pickle cut short',
      'short.bin',
      Buffer.from('\x80\x03](B\x00\x10\x00\x00abc', 'latin1'),
      /short\.bin: byte 4: expected 4096 bytes more of BINBYTES, got 3$/,
    ],
  ])('%s', async (_, name, content, message) => {
    if (content) await writeFile(at(name), content)
    const { error, stdout } = await evaluate(at(name), '--model', at('halves.onnx'))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toMatch(message)
    expect(stdout).toBe('')
  })

  test('an image without bytes', async () => {
    await writeFile(at('empty.bin'), writeBin(images.with(3, new Uint8Array()), same))
    for (const words of [
      ['--model', at('halves.onnx'), '--allow-missing'],
      ['--features', at('features.npy')],
    ])
      expect((await evaluate(at('empty.bin'), ...words)).error).toEqual(
        new DataError(`${at('empty.bin')}: image 3: expected a picture, got 0 bytes`),
      )
  })

  test('neither a model nor features', async () => {
    expect((await evaluate(at('pairs.bin'))).error).toEqual(
      new UsageError('features: expected either --model or --features, got none'),
    )
  })
})

const real = fileURLToPath(new URL('../../../../shared/protocols/lfw/small_lfw.bin', import.meta.url))

describe.skipIf(!existsSync(real))('with ../shared/protocols/lfw/small_lfw.bin', () => {
  test('evaluate bin embeds its 20 images and judges its 10 pairs', async () => {
    const { stdout, error } = await evaluate(real, '--model', at('halves.onnx'), '--no-cache', '--json')
    expect(error).toBeUndefined()
    expect(JSON.parse(stdout)).toMatchObject({
      images: 20,
      pairs: 10,
      genuinePairs: 10,
      auc: null,
      missing: 0,
    })
  })
})
