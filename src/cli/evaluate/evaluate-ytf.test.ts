import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ourModel } from '../../../test/embed/models.ts'
import { personName, writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { LANDMARK_COLUMNS, readAligned } from '../../data/index.ts'
import { encodeNpy, openModel } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import { kfoldAccuracy, parseYtfSplits } from '../../evaluate/index.ts'
import { registerEvaluate } from '../evaluate.ts'
import { version } from '../version.ts'

let base: string
const at = (name: string): string => join(base, name)
const people = 8
/** Each person with themselves and with the next, two people a split. */
const splits = Array.from({ length: people }, (_, p) => {
  const [own, next] = [personName(p), personName(p ^ 1)]
  return [`${1 + (p >> 1)}, 1, ${own}/0, ${own}/1, 1`, `${1 + (p >> 1)}, 2, ${own}/0, ${next}/1, 0`]
}).flat()
/** How many frames a video has. */
const frameCount = (person: number, video: number): number => 1 + ((person + 3 * video) % 4)

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'evaluate-ytf-'))
  await writePeople(at('people'), { people, images: 8, height: 56, width: 48 })
  for (let p = 0; p < people; p++)
    for (const video of [0, 1]) {
      const folder = at(`videos/${personName(p)}/${video}`)
      await mkdir(folder, { recursive: true })
      for (let frame = 1; frame <= frameCount(p, video); frame++) {
        const image = String(4 * video + frame).padStart(4, '0')
        await cp(at(`people/${personName(p)}/${personName(p)}_${image}.jpg`), join(folder, `0.${frame}.jpg`))
      }
    }
  await writeFile(at(`videos/${personName(0)}/0/Thumbs.db`), 'no frame')
  await writeFile(at('splits.txt'), splits.join('\r\n'))
  await writeFile(at('ours.onnx'), ourModel())
})
afterAll(() => rm(base, { recursive: true }))

const run = (...words: string[]) =>
  runCommand(registerEvaluate, 'evaluate', 'ytf', '--splits', at('splits.txt'), ...words)
const model = () => ['--model', at('ours.onnx'), '--threads', '1']
const evaluate = (...words: string[]) => run('--images', at('videos'), ...model(), '--no-cache', ...words)
const frames = Array.from({ length: people }, (_, p) => frameCount(p, 0) + frameCount(p, 1)).reduce(
  (a, b) => a + b,
)

/** The feature of each frame by its name, one model run a frame, and the unit vector along it. */
async function frameFeatures(): Promise<Map<string, Float64Array>> {
  const opened = await openModel(at('ours.onnx'), { threads: 1 })
  const features = new Map<string, Float64Array>()
  for (const video of parseYtfSplits(splits.join('\n')).images)
    for (const file of await readdir(at(`videos/${video}`))) {
      if (!file.endsWith('.jpg')) continue
      const pixels = new Uint8Array(56 * 48 * 3)
      await readAligned({ path: at(`videos/${video}/${file}`) }, { height: 56, width: 48 }, pixels, 0)
      features.set(`${video}/${file}`, Float64Array.from((await opened.embed(pixels)).feature.data))
    }
  await opened.close()
  return features
}

/** The mean cosine of all frames of one video with all of another. */
function meanCosine(features: ReadonlyMap<string, Float64Array>, a: string, b: string): number {
  const of = (video: string) =>
    [...features].filter(([name]) => name.startsWith(`${video}/`)).map(([, x]) => x)
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, k) => sum + value * y[k]!, 0)
  const all = of(a).flatMap((x) => of(b).map((y) => dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))))
  return all.reduce((sum, value) => sum + value, 0) / all.length
}

test('evaluate ytf --json prints one object with every number of the protocol', async () => {
  const { stdout, stderr, error } = await evaluate('--json')
  expect(error).toBeUndefined()
  expect(JSON.parse(stdout)).toMatchObject({
    protocol: 'ytf',
    version,
    list: { file: at('splits.txt'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    model: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    score: 'mean-score',
    variant: 'exact',
    videos: 16,
    videosMissing: 0,
    frames,
    pairs: 16,
    listedPairs: 16,
    missing: 0,
    incomplete: false,
    intervals: { over: 'people' },
  })
  expect(stderr).toContain('no landmarks: frames are taken as already aligned\n')
})

test('the scores are the mean cosines of all frames with all frames, whatever the batch', async () => {
  const features = await frameFeatures()
  const pairs = parseYtfSplits(splits.join('\n'))
  const scores = Float64Array.from(pairs.same, (_, p) =>
    meanCosine(features, pairs.images[pairs.left[p]!]!, pairs.images[pairs.right[p]!]!),
  )
  const { thresholds, folds } = kfoldAccuracy(scores, pairs.same, pairs)
  for (const batch of ['1', '3', '64']) {
    const result = JSON.parse((await evaluate('--batch', batch, '--json')).stdout)
    expect(result.folds).toEqual(folds)
    for (const [k, threshold] of thresholds.entries()) expect(result.thresholds[k]).toBeCloseTo(threshold, 5)
  }
})

test('a file of features gives what the model gives, and only the frames that are named count', async () => {
  const features = await frameFeatures()
  const names = [...features.keys(), 'Nobody/0/0.1.jpg'].toReversed()
  const data = Float32Array.from(names.flatMap((name) => [...(features.get(name) ?? new Float64Array(16))]))
  await writeFile(at('frames.npy'), encodeNpy({ shape: [names.length, 16], data }))
  await writeFile(at('frames.names.txt'), `${names.join('\n')}\n`)
  const { stdout, error } = await run('--features', at('frames.npy'), '--json')
  expect(error).toBeUndefined()
  const [file, own] = [JSON.parse(stdout), JSON.parse((await evaluate('--json')).stdout)]
  expect(file).toMatchObject({ frames, videos: 16, features: { file: at('frames.npy') } })
  const hash = createHash('sha256')
    .update(`${names.join('\n')}\n`)
    .digest('hex')
  expect(file.features.names).toEqual({ file: at('frames.names.txt'), sha256: hash })
  for (const [k, threshold] of own.thresholds.entries()) expect(file.thresholds[k]).toBeCloseTo(threshold, 5)
  const drawn = ['--score', 'sampled-1', '--seed', '3', '--json']
  const sampled = JSON.parse((await run('--features', at('frames.npy'), ...drawn)).stdout)
  for (const [k, threshold] of JSON.parse((await evaluate(...drawn)).stdout).thresholds.entries())
    expect(sampled.thresholds[k]).toBeCloseTo(threshold, 5)
})

test('the result names the landmarks with their hash', async () => {
  const points = [...(await frameFeatures()).keys()].map(
    (name) => `videos/${name},18,24,30,24,24,30,19,36,29,36`,
  )
  const csv = `${[LANDMARK_COLUMNS.join(','), ...points].join('\n')}\n`
  await writeFile(at('frames.csv'), csv)
  const { stdout, error } = await evaluate('--landmarks', at('frames.csv'), '--json')
  expect(error).toBeUndefined()
  const sha256 = createHash('sha256').update(csv).digest('hex')
  expect(JSON.parse(stdout).landmarks).toEqual({ file: at('frames.csv'), sha256 })
})

test('--score says how videos are compared; sampled-N draws by --seed', async () => {
  const result = async (...words: string[]) => JSON.parse((await evaluate('--json', ...words)).stdout)
  const mean = await result()
  const embedding = await result('--score', 'mean-embedding')
  expect(embedding.score).toBe('mean-embedding')
  expect(embedding.thresholds).not.toEqual(mean.thresholds)
  const [one, again, other] = [
    await result('--score', 'sampled-2', '--seed', '1'),
    await result('--score', 'sampled-2', '--seed', '1'),
    await result('--score', 'sampled-2', '--seed', '4'),
  ]
  expect(one).toMatchObject({ score: 'sampled-2', seed: 1 })
  const most = (p: number, video: number) => Math.min(2, frameCount(p, video))
  const drawn = Array.from({ length: people }, (_, p) => most(p, 0) + most(p, 1)).reduce((a, b) => a + b)
  expect(one.frames).toBe(drawn)
  expect(again).toEqual(one)
  expect(other.thresholds).not.toEqual(one.thresholds)
  const all = await result('--score', 'sampled-9')
  expect(all.thresholds).toEqual(mean.thresholds)
})

test('the cache holds a mean a video: a second run embeds nothing, a longer list only its own videos', async () => {
  await writeFile(at('half.txt'), splits.slice(0, 8).join('\n'))
  const words = ['--images', at('videos'), ...model(), '--cache', at('cache'), '--json']
  await run(...words, '--splits', at('half.txt'))
  const first = await run(...words)
  expect(first.stderr).toContain(`the frames of 8 of 16 videos are in ${at('cache')}`)
  const second = await run(...words)
  expect(second.stderr).toContain(`the frames of 16 of 16 videos are in ${at('cache')}`)
  expect(second.stdout).toBe(first.stdout)
  const sampled = await run(...words, '--score', 'sampled-1')
  expect(sampled.stderr).not.toContain('the frames of 16 of 16')
})

test('--out gets the same bytes twice', async () => {
  for (const out of ['first', 'second']) expect((await evaluate('--out', at(out))).error).toBeUndefined()
  const names = await readdir(at('first'))
  expect(names).toEqual(expect.arrayContaining(['result.json', 'roc.csv', 'roc.svg']))
  for (const name of names)
    expect((await readFile(at(`second/${name}`))).equals(await readFile(at(`first/${name}`))), name).toBe(
      true,
    )
})

describe('frames that cannot be used', () => {
  const bad = (...words: string[]) => run('--images', at('bad'), ...model(), '--no-cache', ...words)
  beforeAll(async () => {
    await cp(at('videos'), at('bad'), { recursive: true })
    await rm(at(`bad/${personName(2)}/1`), { recursive: true })
    for (const file of await readdir(at(`bad/${personName(5)}/0`)))
      await rm(at(`bad/${personName(5)}/0/${file}`))
  })

  test('stop the run with a list before anything is embedded', async () => {
    const { error, stdout, stderr } = await bad()
    expect(error?.message).toMatch(
      /^frames: expected all, got (\d+) of \1 frames and 14 of 16 videos; --allow-missing goes on and marks the result as incomplete$/,
    )
    expect(error).toBeInstanceOf(DataError)
    expect(stderr).toContain('missing: Person_C/1: no such folder\n')
    expect(stderr).toContain('missing: Person_F/0: no pictures in its folder\n')
    expect(stderr).toMatch(/\n0 of \d+ frames and 2 of 16 videos are missing\n/)
    expect(stdout).toBe('')
  })

  test('leave the others of their video with --allow-missing, and the result is marked', async () => {
    await writeFile(at(`bad/${personName(3)}/0/0.2.jpg`), 'no picture')
    const { stdout, error } = await bad('--allow-missing', '--json')
    expect(error).toBeUndefined()
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ videos: 16, videosMissing: 2, listedPairs: 16, pairs: 12, missing: 3, incomplete: true },
      frames: frames - frameCount(2, 1) - frameCount(5, 0),
      framesMissing: 1,
      missingImages: [
        { name: 'Person_C/1', reason: 'no such folder' },
        { name: 'Person_F/0', reason: 'no pictures in its folder' },
        { name: 'Person_D/0/0.2.jpg', reason: 'not a JPEG, PNG, WebP, TIFF or GIF picture' },
      ],
    })
    const table = (await bad('--allow-missing')).stdout
    expect(table).toMatch(/^incomplete: 3 missing\n/)
    expect(table).toMatch(/\nmissing +1 of \d+ frames\nvideos +14 of 16\n/)
  })
})

describe('bad input is one line', () => {
  test.each([
    [['--splits', 'none.txt'], /none\.txt: no such file or folder$/],
    [['--images', 'nowhere'], /nowhere: no such file or folder$/],
    [['--images', 'splits.txt'], /splits\.txt: expected a folder, got a file$/],
    [['--model', 'splits.txt'], /splits\.txt: not an ONNX model, [^\n]+$/],
    [['--splits', 'ours.onnx'], /ours\.onnx: expected a text file, got a binary one$/],
  ])('%j', async ([option, file], message) => {
    const { error, stdout } = await evaluate(option!, at(file!))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toMatch(message)
    expect(stdout).toBe('')
  })

  test.each([
    [
      ['--score', 'max-score'],
      'score: expected mean-score, mean-embedding or sampled-N (1 or more), got max-score',
    ],
    [['--seed', '-1'], '--seed: expected a whole number from 0 to 4294967295, got -1'],
    [['--names', 'x.txt'], '--names: goes with --features, got x.txt with --model'],
    [['--features', 'x.npy'], 'features: expected either --model or --features, got both'],
  ])('%j', async (words, message) => {
    expect((await evaluate(...words)).error).toEqual(new UsageError(message))
  })

  test('features whose rows are said to be sums', async () => {
    expect((await run('--features', at('x.npy'), '--flip', 'sum')).error).toEqual(
      new UsageError('--features: expected --flip concat or none, got sum'),
    )
  })

  test('features whose names do not fit', async () => {
    await writeFile(at('two.npy'), encodeNpy({ shape: [2, 3], data: new Float32Array(6).fill(1) }))
    const names = async (text: string) => {
      await writeFile(at('two.names.txt'), text)
      return (await run('--features', at('two.npy'))).error?.message
    }
    expect(await names('a/0/1.jpg\n')).toBe(
      `${at('two.names.txt')}: expected a name for each of 2 rows, got 1`,
    )
    expect(await names('a/0/1.jpg\na/0/1.jpg\n')).toBe(
      `${at('two.names.txt')}:2: expected each name once, got a/0/1.jpg again`,
    )
    expect(await names('a/0/1.jpg\na/0/2.jpg\n')).toMatch(
      /^frames: expected all, got 0 of 0 frames and 0 of 16 videos; /,
    )
  })
})
