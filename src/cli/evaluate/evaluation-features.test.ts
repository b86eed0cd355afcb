import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { halvesModel, weightsBeside } from '../../../test/embed/models.ts'
import { personName, writePeople } from '../../../test/embed/people.ts'
import { LANDMARK_COLUMNS } from '../../data/index.ts'
import { encodeNpy } from '../../embed/index.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import {
  addFeatureOptions,
  type EvaluationItem,
  type FeatureFlags,
  itemFeatures,
} from './evaluation-features.ts'

let base: string
const at = (name: string): string => join(base, name)
const items: readonly EvaluationItem[] = Array.from({ length: 10 }, (_, person) =>
  [1, 2].map((image) => ({ name: `${personName(person)}/${personName(person)}_000${image}.jpg` })),
).flat()

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'features-'))
  await writePeople(at('faces'))
  await writeFile(at('halves.onnx'), halvesModel())
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await rm(base, { recursive: true })
})
afterEach(() => rm(at('cache'), { recursive: true, force: true }))

/** What the options say, as the program reads them. */
const flagsOf = (...words: string[]): FeatureFlags =>
  addFeatureOptions(new Command('x').exitOverride()).parse(words, { from: 'user' }).opts<FeatureFlags>()

/** The features of items, what was said, and how many images the model was run on. */
async function features(words: readonly string[] = [], wanted = items, signal?: AbortSignal) {
  const said: string[] = []
  const flags = flagsOf(
    ...['--model', at('halves.onnx'), '--images', at('faces'), '--cache', at('cache'), '--threads', '1'],
    ...words,
  )
  const result = await itemFeatures(flags, wanted, {
    say: (line) => said.push(line),
    ...(signal && { signal }),
  })
  const line = said.find((text) => text.includes(' embeddings are in '))
  return { result, said, found: line === undefined ? 0 : Number(line.split(' ')[0]) }
}

describe('embeddings of a model', () => {
  test('are the same from the cache, and a second run embeds nothing', async () => {
    const first = await features()
    const second = await features()
    const without = await features(['--no-cache'])
    expect([first.found, second.found, without.found]).toEqual([0, 20, 0])
    for (const { result } of [second, without]) {
      expect(result.feature).toEqual(first.result.feature)
      expect(result.mirrored).toEqual(first.result.mirrored)
      expect(result.fused).toEqual(first.result.fused)
      expect(result.source).toEqual(first.result.source)
    }
    expect(first.result.fused.columns).toBe(12)
  })

  test('are found by the content of the images, wherever these lie and whatever they and the model are called', async () => {
    await features()
    await cp(at('faces'), at('moved'), { recursive: true })
    await cp(at('halves.onnx'), at('other-name.onnx'))
    await rename(at(`moved/${items[0]!.name}`), at('moved/first.jpg'))
    const moved = [{ name: 'anything', path: at('moved/first.jpg') }, ...items.slice(1)]
    const { found } = await features(['--images', at('moved'), '--model', at('other-name.onnx')], moved)
    expect(found).toBe(20)
  })

  test('are made again where the content, the points, the model or its description is another', async () => {
    await features()
    await cp(at('faces'), at('changed'), { recursive: true })
    await cp(at(`faces/${items[5]!.name}`), at(`changed/${items[4]!.name}`))
    expect((await features(['--images', at('changed')])).found).toBe(20)
    await writePeople(at('changed'), { people: 1, height: 16, width: 12 })
    expect((await features(['--images', at('changed')])).found).toBe(18)
    expect((await features(['--channels', 'bgr'])).found).toBe(0)
    expect((await features(['--mean', '1'])).found).toBe(0)
    expect((await features(['--flip', 'none'])).found).toBe(0)
    // A sum is made of the same two features as a join.
    expect((await features(['--flip', 'sum'])).found).toBe(20)
    await writeFile(at('centred.onnx'), halvesModel({ centred: true }))
    expect((await features(['--model', at('centred.onnx'), '--mean', '127.5', '--scale', '128'])).found).toBe(
      0,
    )
    const row =
      (x: number) =>
      ({ name }: EvaluationItem) =>
        `faces/${name},2,2,${x},2,3,4,2,6,4,6.5`
    const csv = (x: number) => [LANDMARK_COLUMNS.join(','), ...items.map(row(x))].join('\n')
    await writeFile(at('a.csv'), csv(4))
    await writeFile(at('b.csv'), csv(4.5))
    expect((await features(['--landmarks', at('a.csv')])).found).toBe(0)
    expect((await features(['--landmarks', at('b.csv')])).found).toBe(0)
    const { found, result } = await features(['--landmarks', at('a.csv')])
    expect(found).toBe(20)
    expect(result.source.landmarks).toEqual({
      file: at('a.csv'),
      sha256: createHash('sha256').update(csv(4)).digest('hex'),
    })
  })

  test('are made again where only the weights in a file beside the model are others', async () => {
    const { model, weights } = weightsBeside(halvesModel({ centred: true }), 'beside.bin')
    const words = ['--model', at('beside.onnx')]
    await writeFile(at('beside.onnx'), model)
    await writeFile(at('beside.bin'), weights)
    const { result } = await features(words)
    expect((await features(words)).found).toBe(20)
    const hash = createHash('sha256').update(weights).digest('hex')
    expect(result.source).toMatchObject({ model: { weights: [{ file: 'beside.bin', sha256: hash }] } })
    // What is taken away: 100 becomes 50.
    const at100 = Buffer.from(weights).indexOf(Buffer.from(Float32Array.of(100).buffer))
    const other = Buffer.from(weights)
    other.writeFloatLE(50, at100)
    await writeFile(at('beside.bin'), other)
    const again = await features(words)
    expect(again.found).toBe(0)
    expect(again.result.feature.data[0]).toBeCloseTo(result.feature.data[0]! + 50)
  })

  test('that were made before it was stopped are kept, and the next run makes the others only', async () => {
    const stop = new AbortController()
    let read = 0
    const stopping = items.map((item, i) => ({
      name: item.name,
      contentKey: () => `image ${i}`,
      read: async ({ height, width }: { height: number; width: number }, out: Uint8Array, offset: number) => {
        read++
        // While the third batch of four is read the first runs.
        if (read === 9) stop.abort()
        out.fill(i, offset, offset + height * width * 3)
      },
    }))
    const error = await features(['--batch', '4'], stopping, stop.signal).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoppedError)
    expect((error as Error).message).toBe(
      'embedding: stopped; what was embedded is kept, and the same command goes on from there',
    )
    read = 0
    const { result, found } = await features(['--batch', '4'], stopping)
    expect(found).toBeGreaterThanOrEqual(4)
    expect(found).toBeLessThan(20)
    expect(read).toBe(20 - found)
    const plain = await features(['--no-cache'], stopping)
    expect(plain.result.feature).toEqual(result.feature)
  })

  test('stop at Ctrl-C', async () => {
    const before = process.listenerCount('SIGINT')
    const running = features().catch((thrown: unknown) => thrown)
    while (process.listenerCount('SIGINT') === before) await new Promise((resolve) => setImmediate(resolve))
    process.emit('SIGINT')
    expect(await running).toBeInstanceOf(StoppedError)
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  test('of images that no key names are made each time', async () => {
    const unnamed = items.slice(0, 3).map(({ name }) => ({
      name,
      read: async (_: unknown, out: Uint8Array, offset: number) => void out.fill(7, offset, offset + 144),
    }))
    await features([], unnamed)
    expect((await features([], unnamed)).found).toBe(0)
  })

  test('survive a broken piece of the cache: it is named, and only its images are embedded again', async () => {
    await features([], items.slice(0, 8))
    const [space] = await readdir(at('cache'))
    const [piece] = (await readdir(at(`cache/${space}`))).filter((name) => name.endsWith('.bin'))
    await features()
    await truncate(at(`cache/${space}/${piece}`), 100)
    const { found, said } = await features()
    expect(found).toBe(12)
    expect(said.filter((line) => line.includes('left out, '))).toHaveLength(1)
    expect((await features()).found).toBe(20)
  })

  test('made by two runs at once are the same as by one', async () => {
    const [a, b] = await Promise.all([features(), features()])
    expect(a.result.feature).toEqual(b.result.feature)
    expect((await features()).found).toBe(20)
  })
})

describe('items that cannot be used', () => {
  const some = [...items.slice(0, 3), { name: 'nobody/1.jpg' }, ...items.slice(3)]

  test('stop it before anything is embedded, where that is seen by then', async () => {
    await expect(features([], some)).rejects.toThrow(
      new DataError(
        'images: expected all 21, got 20; --allow-missing goes on and marks the result as incomplete',
      ),
    )
    expect(await readdir(at('cache')).catch(() => [])).toEqual([])
  })

  test('with --allow-missing are named, and have rows of zeros', async () => {
    const { result, said } = await features(['--allow-missing'], some)
    expect(result.missingItems).toEqual([{ name: 'nobody/1.jpg', reason: 'no such file' }])
    expect([...result.missing].indexOf(1)).toBe(3)
    expect([...result.feature.data.subarray(18, 24)]).toEqual([0, 0, 0, 0, 0, 0])
    expect(said).toContain('missing: nobody/1.jpg: no such file')
    expect((await features(['--allow-missing'], some)).result.feature).toEqual(result.feature)
  })

  test('of a file of features are named too', async () => {
    await writeFile(at('few.npy'), encodeNpy({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }))
    await writeFile(at('few.names.txt'), 'b\na\n')
    const wanted = [{ name: 'a' }, { name: 'c' }, { name: 'b' }]
    const run = (...words: string[]) =>
      itemFeatures(flagsOf('--features', at('few.npy'), ...words), wanted, { say: () => {} })
    await expect(run()).rejects.toThrow(/^images: expected all 3, got 2; --allow-missing/)
    const { feature, fused, missing, missingItems } = await run('--allow-missing')
    expect([...feature.data]).toEqual([3, 4, 0, 0, 1, 2])
    expect(fused).toBe(feature)
    expect([...missing]).toEqual([0, 1, 0])
    expect(missingItems).toEqual([{ name: 'c', reason: `no row in ${at('few.names.txt')}` }])
  })
})

test.each([
  [[], 'features: expected either --model or --features, got none'],
  [['--model', 'm', '--features', 'f'], 'features: expected either --model or --features, got both'],
  [['--model', 'm'], '--images: expected the folder of the images, got none'],
  [['--features', 'f', '--images', 'i'], '--features: takes no --images, got i'],
  [['--features', 'f', '--landmarks', 'l'], '--features: takes no --landmarks, got l'],
  [['--features', 'f', '--mean', '1'], '--features: takes no --mean, got 1'],
  [['--features', 'f', '--channels', 'bgr'], '--features: takes no --channels, got bgr'],
  [['--model', 'm', '--names', 'n'], '--names: goes with --features, got n with --model'],
  [['--features', 'f', '--flip', 'sum'], '--features: expected --flip concat or none, got sum'],
])('%j is refused in one line', async (words, message) => {
  await expect(itemFeatures(flagsOf(...words), items, { say: () => {} })).rejects.toThrow(
    new UsageError(message),
  )
})

test('without --images paths of the items are enough', async () => {
  const [first] = items
  const flags = flagsOf('--model', at('halves.onnx'), '--no-cache', '--threads', '1')
  const wanted = [{ name: 'x', path: at(`faces/${first!.name}`) }]
  const { missingItems, feature } = await itemFeatures(flags, wanted, { say: () => {} })
  expect([missingItems.length, feature.rows]).toEqual([0, 1])
})

test('the facts of the cache name versions, and no path', async () => {
  await features()
  const [space] = await readdir(at('cache'))
  const about = await readFile(at(`cache/${space}/about.json`), 'utf8')
  expect(about).not.toContain(base)
  expect(JSON.parse(about)).toMatchObject({
    version: expect.any(String),
    libraries: { 'onnxruntime-node': expect.any(String), sharp: expect.any(String) },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    mirrored: true,
  })
})
