import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { encodeNpy } from '../../embed/index.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { openSet, summariseOpenSet } from '../../evaluate/index.ts'
import { matrix } from '../../math/matrix.ts'
import { rng } from '../../math/rng.ts'
import { registerEmbed } from '../embed.ts'
import { registerEvaluate } from '../evaluate.ts'

let base: string
const at = (name: string): string => join(base, name)

/** 160 people with 1 to 6 images: vectors about their person's own. */
const people = Array.from({ length: 160 }, (_, person) =>
  new Array<number>(1 + (person % 6)).fill(person),
).flat()
const names = people.map(
  (person, i) => `p${String(person).padStart(3, '0')}/${String(i).padStart(4, '0')}.jpg`,
)
const random = rng(8)
const centres = Array.from({ length: 160 }, () => Array.from({ length: 12 }, () => random.normal()))
const features = Float32Array.from(people.flatMap((p) => centres[p]!.map((x) => x + 0.5 * random.normal())))

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'open-set-'))
  await writePeople(at('people'), { people: 12 })
  await writeFile(at('halves.onnx'), halvesModel())
  await writeFile(at('f.npy'), encodeNpy({ shape: [people.length, 12], data: features }))
  await writeFile(at('f.names.txt'), names.map((name) => `${name}\n`).join(''))
})
afterAll(() => rm(base, { recursive: true }))

const evaluate = (...words: string[]) => runCommand(registerEvaluate, 'evaluate', 'open-set', ...words)
const onFeatures = (...words: string[]) => evaluate('--features', at('f.npy'), ...words)
const onImages = (...words: string[]) =>
  evaluate('--model', at('halves.onnx'), '--images', at('people'), '--threads', '1', '--no-cache', ...words)

test('evaluate open-set --json says what the library says, with the non-mated searches beside each FPIR', async () => {
  const { stdout, error } = await onFeatures('--splits', '3', '--seed', '4', '--json')
  expect(error).toBeUndefined()
  const result = JSON.parse(stdout)
  const results = []
  for (const index of [0, 1, 2])
    results.push((await openSet(matrix(features, 12), Int32Array.from(people), index, { seed: 4 })).result)
  expect(result.perSplit).toEqual(results)
  const summary = summariseOpenSet(results)
  expect(result.recall).toEqual(summary.recall)
  expect(result.recallAtRank['1']).toBe(summary.recall['1']!.mean)
  expect(result.fnirAtFpir).toEqual(
    Object.fromEntries(
      Object.entries(summary.fnir).flatMap(([fpir, over]) => (over ? [[fpir, over.mean]] : [])),
    ),
  )
  expect(Object.keys(result.fnirAtFpir)).not.toHaveLength(0)
  expect(result).toMatchObject({
    protocol: 'open-set',
    people: 160,
    images: people.length,
    galleryImages: 1,
    strangers: 0.5,
    splits: 3,
    seed: 4,
    leastFalsePositives: 10,
    missing: 0,
    incomplete: false,
    list: {
      file: at('f.names.txt'),
      sha256: createHash('sha256')
        .update(await readFile(at('f.names.txt')))
        .digest('hex'),
    },
  })
  const { least, most } = summary.counts.nonMatedSearches
  expect(result.rates.map(({ fpir }: { fpir: number }) => fpir)).toEqual([0.001, 0.003, 0.01, 0.03, 0.1])
  for (const rate of result.rates) expect(rate.nonMatedSearches).toEqual({ least, most })
  expect(result.rates[0]).toMatchObject({ searchesNeeded: 10_000, fnir: null, fnirAnyRank: null })
  expect(result.rates[4].fnir).toEqual(summary.fnir['0.1'])
  expect(result.rates[4].fnir.deviation).toBeGreaterThan(0)
  expect(result.proof.rates[4]).toMatchObject({ fpirAimedAt: 0.1, realised: summary.proved['0.1'] })
  expect(result.proof.rates[0].realised).toBeNull()
})

test('prints a table in which an FPIR that the data cannot carry is n/a', async () => {
  const lines = (await onFeatures('--splits', '4')).stdout.split('\n')
  expect(lines[0]).toBe(
    `${at('f.names.txt')}: 160 people, ${people.length} images, 4 splits, seed 0, mean ± standard deviation over splits`,
  )
  expect(lines).toContainEqual(expect.stringMatching(/^enrolled +N = 80 people, 1 image each at most$/))
  expect(lines).toContainEqual(expect.stringMatching(/^rank-1 +\d+\.\d\d % ± \d+\.\d\d$/))
  expect(lines).toContainEqual(expect.stringMatching(/^0\.001 +\d+–\d+ +n\/a \(needs 10000 searches\)$/))
  expect(lines).toContainEqual(
    expect.stringMatching(/^0\.1 +\d+–\d+ +\d+\.\d\d % ± \d+\.\d\d +\d+\.\d\d % ± \d+\.\d\d$/),
  )
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^0\.1 +\d+–\d+, \d+–\d+ +0\.\d{4} ± 0\.\d{4} +0\.\d\d ± 0\.\d\d( +\d+\.\d\d % ± \d+\.\d\d){2}$/,
    ),
  )
})

test('says that none passes where a model maps everybody to one point', async () => {
  await writeFile(
    at('one.npy'),
    encodeNpy({ shape: [people.length, 2], data: new Float32Array(2 * people.length).fill(1) }),
  )
  const words = ['--features', at('one.npy'), '--names', at('f.names.txt'), '--splits', '3']
  const { stdout, error } = await evaluate(...words, '--out', at('one-point'))
  expect(error).toBeUndefined()
  expect(stdout).toMatch(/^0\.1 +\d+–\d+, \d+–\d+ +none passes +0\.00 ± 0\.00( +100\.00 % ± 0\.00){2}$/m)
  expect(stdout).not.toMatch(/NaN|Infinity/)
  for (const file of await readdir(at('one-point')))
    expect(await readFile(join(at('one-point'), file), 'utf8'), file).not.toMatch(/NaN|Infinity/)
  const result = JSON.parse((await evaluate(...words, '--json')).stdout)
  expect(result.proof.rates[4].realised).toMatchObject({
    ...{ threshold: null, splitsWithoutThreshold: 3, fpir: { mean: 0, deviation: 0 } },
  })
  expect(result.perSplit[0].proved['0.1']).toMatchObject({ threshold: null, fpir: 0, fnir: 1 })
})

test('gives the same whatever the order of the features', async () => {
  const order = [...names.keys()].reverse()
  const rows = order.flatMap((i) => [...features.subarray(12 * i, 12 * i + 12)])
  await writeFile(at('back.npy'), encodeNpy({ shape: [order.length, 12], data: Float32Array.from(rows) }))
  await writeFile(at('back.names.txt'), order.map((i) => `${names[i]}\n`).join(''))
  const back = JSON.parse((await evaluate('--features', at('back.npy'), '--json')).stdout)
  expect(back.perSplit).toEqual(JSON.parse((await onFeatures('--json')).stdout).perSplit)
})

test('gives the same from a folder and a model as from the features of its images', async () => {
  const fromImages = JSON.parse(
    (await onImages('--flip', 'none', '--json', '--out', at('from-images'))).stdout,
  )
  // Six are enrolled: there is no rank beyond.
  expect(await readFile(at('from-images/cmc.csv'), 'utf8')).toMatch(/\nmost,6,1\n$/)
  expect(fromImages.model.sha256).toMatch(/^[0-9a-f]{64}$/)
  const counts = {
    enrolled: { mean: 6, deviation: 0 },
    matedSearches: { mean: 6 },
    nonMatedSearches: { mean: 12 },
  }
  expect(fromImages).toMatchObject({ people: 12, images: 24, counts, list: { folder: at('people') } })
  expect(fromImages.recall['1'].mean).toBe(1)
  const { error } = await runCommand(
    registerEmbed,
    ...['embed', '--model', at('halves.onnx'), '--images', at('people'), '--threads', '1', '--flip', 'none'],
    ...['--rows', 'feature', '--out', at('people.npy')],
  )
  expect(error).toBeUndefined()
  const fromFeatures = JSON.parse((await evaluate('--features', at('people.npy'), '--json')).stdout)
  expect(fromFeatures.perSplit).toEqual(fromImages.perSplit)
})

test('--out holds JSON, CSV and SVG, the same bytes from run to run', async () => {
  const contents = async (folder: string) => {
    const files = (await readdir(at(folder))).sort()
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [file, await readFile(join(at(folder), file), 'utf8')])),
    ) as Record<string, string>
  }
  for (const folder of ['one', 'two'])
    expect((await onFeatures('--splits', '2', '--out', at(folder))).error).toBeUndefined()
  const one = await contents('one')
  expect(one).toEqual(await contents('two'))
  expect(Object.keys(one)).toEqual([
    ...['cmc-dark.svg', 'cmc.csv', 'cmc.svg', 'det-dark.svg', 'det.csv', 'det.svg', 'result.json'],
    ...['scores-dark.svg', 'scores.csv', 'scores.svg'],
  ])
  expect(one['det.csv']).toMatch(
    /^curve,false_positive_identification_rate,false_negative_identification_rate\nmean of 2 splits,0\./,
  )
  expect(one['det.svg']).toContain('false positive identification rate')
  const alone = await onFeatures('--splits', '1', '--out', at('alone'))
  expect(alone.stdout).toMatch(/^rank-1 +\d+\.\d\d %$/m)
  expect((await contents('alone'))['cmc.csv']).toContain('\nsplit 1,1,')
})

test('missing images stop the run, or leave a result that says it is incomplete', async () => {
  await writePeople(at('bad'), { people: 12 })
  await writeFile(at('bad/Person_C/Person_C_0001.jpg'), 'no picture\n')
  const words = ['--images', at('bad'), '--flip', 'none']
  const stopped = await onImages(...words)
  expect(stopped.error).toBeInstanceOf(DataError)
  expect(stopped.stdout).toBe('')
  expect(stopped.stderr).toContain('missing: Person_C/Person_C_0001.jpg: ')
  const { stdout } = await onImages(...words, '--allow-missing', '--json')
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({ incomplete: true, missing: 1, images: 24, people: 12 })
  for (const { matedSearches, nonMatedSearches } of result.perSplit)
    expect(matedSearches + nonMatedSearches).toBe(17)
})

/** Presses Ctrl-C once the `times`-th piece of work listens for it; what the command says then. */
async function stopped(times: number, ...words: string[]): Promise<string> {
  const before = process.listenerCount('SIGINT')
  let begun = 0
  const count = (event: string | symbol): void => {
    if (event === 'SIGINT' && ++begun === times) setTimeout(() => process.emit('SIGINT'), 1)
  }
  process.on('newListener', count)
  const { error, stdout } = await evaluate(...words, '--splits', '5000', '--out', at('stopped'))
  process.off('newListener', count)
  expect(error).toBeInstanceOf(StoppedError)
  expect(stdout).toBe('')
  expect(await readdir(base)).not.toContain('stopped')
  expect(process.listenerCount('SIGINT')).toBe(before)
  return error!.message
}

test('Ctrl-C stops the search and writes nothing; embeddings are kept where they go to a cache', async () => {
  expect(await stopped(1, '--features', at('f.npy'))).toMatch(/^open-set: stopped in split \d+ of 5000$/)
  const model = ['--model', at('halves.onnx'), '--images', at('people'), '--threads', '1']
  // First the embedding listens, then the search.
  expect(await stopped(2, ...model, '--no-cache')).toMatch(/^open-set: stopped in split \d+ of 5000$/)
  expect(await stopped(2, ...model, '--cache', at('cache'))).toMatch(
    /^open-set: stopped in split \d+ of 5000; embeddings are kept$/,
  )
})

describe('bad input is one line', () => {
  const listed = async (name: string, lines: string[]) => {
    const rows = lines.length
    await writeFile(at(`${name}.txt`), lines.map((line) => `${line}\n`).join(''))
    await writeFile(
      at(`${name}.npy`),
      encodeNpy({ shape: [rows, 2], data: new Float32Array(2 * rows).fill(1) }),
    )
    return ['--features', at(`${name}.npy`), '--names', at(`${name}.txt`)]
  }
  const cases: [string, () => Promise<string[]>, string | RegExp][] = [
    [
      'a name without a person',
      () => listed('flat', ['a/1', 'b']),
      /flat\.txt:2: expected <person>\/<image>, got "b"$/,
    ],
    ['a name twice', () => listed('twice', ['a/1', 'b/1', 'c/1', 'd/1', 'b/1']), /twice\.txt:5: .*, b\/1$/],
    [
      'three people',
      () => listed('few', ['a/1', 'b/1', 'b/2', 'c/1']),
      /few\.txt: expected 4 people or more, got 3$/,
    ],
    [
      'people of one image each',
      () => listed('single', ['a/1', 'b/1', 'c/1', 'd/1']),
      /single\.txt: split 1 has no mated search$/,
    ],
    [
      'a missing folder',
      async () => ['--model', 'm.onnx', '--images', at('nowhere')],
      /nowhere: no such file or folder$/,
    ],
  ]
  test.each(cases)('%s', async (_, words, message) => {
    const { error, stdout } = await evaluate(...(await words()))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toMatch(message)
    expect(error!.message).not.toContain('\n')
    expect(stdout).toBe('')
  })

  test.each([
    [['--strangers', '1'], '--strangers: expected a share between 0 and 1, got 1'],
    [['--strangers', '0x1'], '--strangers: expected a share between 0 and 1, got 0x1'],
    [['--splits', '0'], '--splits: expected a whole number from 1 to 10000, got 0'],
    [['--gallery-images', '1.5'], '--gallery-images: expected a whole number from 1 to 1000000, got 1.5'],
    [['--seed', '-1'], '--seed: expected a whole number from 0 to 4294967295, got -1'],
  ])('%j', async (words, message) => {
    expect((await onFeatures(...words)).error).toEqual(new UsageError(message))
  })

  test('neither images nor features', async () => {
    expect((await evaluate()).error).toEqual(
      new UsageError('--images: expected the folder of people, got none'),
    )
  })
})
