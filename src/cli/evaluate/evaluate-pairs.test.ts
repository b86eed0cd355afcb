import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { pairsText, personName, writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { DataError, UsageError } from '../../errors.ts'
import { parseLfwPairs } from '../../evaluate/index.ts'
import { registerEvaluate } from '../evaluate.ts'
import { version } from '../version.ts'

let base: string
const at = (name: string): string => join(base, name)
const lfwPairs = parseLfwPairs(pairsText())
/** The pairs of `pairsText` in our form, in its order. */
const lines = Array.from(
  lfwPairs.same,
  (same, p) => `${lfwPairs.images[lfwPairs.left[p]!]} ${lfwPairs.images[lfwPairs.right[p]!]} ${same}`,
)

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'evaluate-pairs-'))
  await writePeople(at('people'))
  await writeFile(at('pairs.txt'), lines.join('\n'))
  await writeFile(at('lfw.txt'), pairsText())
  await writeFile(at('halves.onnx'), halvesModel())
})
afterAll(() => rm(base, { recursive: true }))

const evaluate = (...words: string[]) =>
  runCommand(
    registerEvaluate,
    ...[
      'evaluate',
      'pairs',
      '--pairs',
      at('pairs.txt'),
      '--images',
      at('people'),
      '--model',
      at('halves.onnx'),
    ],
    ...['--threads', '1', '--no-cache', ...words],
  )

test('evaluate pairs --json prints one object with every number, and how many people are in several folds', async () => {
  const { stdout, stderr, error } = await evaluate('--json')
  expect(error).toBeUndefined()
  expect(JSON.parse(stdout)).toMatchObject({
    protocol: 'pairs',
    version,
    list: { file: at('pairs.txt'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    model: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    variant: 'exact',
    accuracy: 1,
    folds: new Array(10).fill(1),
    auc: 1,
    eer: 0,
    pairs: 20,
    listedPairs: 20,
    genuinePairs: 10,
    impostorPairs: 10,
    images: 20,
    missing: 0,
    incomplete: false,
    intervals: { over: 'people', level: 0.95, seed: 0, resamples: 1000 },
    // Each person is compared with the next, who is in the next fold.
    peopleInSeveralFolds: 10,
  })
  expect(stderr).toContain(
    `${at('pairs.txt')}: 10 people are in more than one fold, so that thresholds are chosen on people whom they then judge`,
  )
})

test('--variant all prints the variants side by side; without impostor pairs what needs them is a hyphen', async () => {
  const { stdout } = await evaluate('--variant', 'all', '--resamples', '0')
  const table = stdout.split('\n')
  expect(table[1]).toMatch(/^ +exact +sphereface +insightface$/)
  expect(table.filter((line) => /^fold \d+( +100\.00 at -?\d\.\d{4}){3}$/.test(line))).toHaveLength(10)
  await writeFile(
    at('genuine.txt'),
    lines
      .filter((line) => line.endsWith(' 1'))
      .map((line, i) => `${line} ${i % 2}`)
      .join('\n'),
  )
  const genuine = await evaluate('--pairs', at('genuine.txt'), '--variant', 'all', '--resamples', '0')
  expect(genuine.stdout).toMatch(/^EER( +-){3}$/m)
  expect(genuine.stdout).toMatch(/^TAR at FAR 0\.001( +-){3}$/m)
})

test('evaluate pairs gives what evaluate lfw gives for the same pairs', async () => {
  const lfw = await runCommand(
    registerEvaluate,
    ...['evaluate', 'lfw', '--pairs', at('lfw.txt'), '--images', at('people'), '--model', at('halves.onnx')],
    ...['--threads', '1', '--no-cache', '--variant', 'all', '--json'],
  )
  const {
    protocol: _,
    list: __,
    peopleInSeveralFolds,
    ...ours
  } = JSON.parse((await evaluate('--variant', 'all', '--json')).stdout)
  expect(JSON.parse(lfw.stdout)).toMatchObject(ours)
})

test('a fourth column parts the people, and nothing is said of them then', async () => {
  const person = (p: number, image: number) => `${personName(p)}/${personName(p)}_000${image}.jpg`
  const own = Array.from({ length: 10 }, (_, p) => [
    `${person(p, 1)} ${person(p, 2)} 1 ${p >> 1}`,
    `${person(p, 1)} ${person(p ^ 1, 2)} 0 ${p >> 1}`,
  ]).flat()
  await writeFile(at('folds.txt'), own.join('\n'))
  const { stdout, stderr } = await evaluate('--pairs', at('folds.txt'), '--json')
  expect(JSON.parse(stdout)).toMatchObject({ folds: new Array(5).fill(1), peopleInSeveralFolds: 0 })
  expect(stderr).not.toContain('more than one fold')
  expect((await evaluate('--pairs', at('folds.txt'), '--folds', '4')).error).toEqual(
    new UsageError(`--folds: the lines of ${at('folds.txt')} give 5 folds, got 4`),
  )
})

test('where the list shows that folders are no people, intervals are over pairs and the run says why', async () => {
  const person = (p: number, image: number) => `${personName(p)}/${personName(p)}_000${image}.jpg`
  // A pair of two people inside one folder: the folder is no person.
  const lists: [string, string][] = [
    [
      `${person(0, 1)} ${person(0, 2)} 0`,
      `${person(0, 1)} and ${person(0, 2)} show two people but lie in one folder`,
    ],
    [
      `${person(0, 1)} ${person(1, 2)} 1`,
      `${person(0, 1)} and ${person(1, 2)} show one person but lie in two folders`,
    ],
  ]
  for (const [line, why] of lists) {
    await writeFile(at('folders.txt'), [...lines, line].join('\n'))
    const { stdout, stderr } = await evaluate('--pairs', at('folders.txt'), '--json', '--resamples', '50')
    expect(JSON.parse(stdout)).toMatchObject({
      intervals: { over: 'pairs', why },
      peopleInSeveralFolds: null,
    })
    expect(stderr).toContain(`${at('folders.txt')}: intervals are over pairs, not over people: ${why}\n`)
    expect(stderr).not.toContain('more than one fold')
  }
})

test('the table says where there are too few impostor pairs for a FAR', async () => {
  const { stdout } = await evaluate('--folds', '5')
  expect(stdout).toMatch(/pairs\.txt, exact: 20 of 20 pairs, 5 folds\naccuracy +100\.00 % ± 0\.00/)
  expect(stdout).toMatch(/\n95 % interval 100\.00 … 100\.00 %, over people\n/)
  expect(stdout).toMatch(/TAR at FAR 0\.1 +100\.00 % +\(100\.00 … 100\.00\)\n/)
  expect(stdout).toMatch(/TAR at FAR 0\.01 +100\.00 % .*\(none of 10 impostor pairs accepted\)\n/)
})

test('--resamples 0 leaves the intervals out, and others change them', async () => {
  expect(JSON.parse((await evaluate('--resamples', '0', '--json')).stdout).intervals).toBeUndefined()
  const { intervals } = JSON.parse((await evaluate('--resamples', '17', '--json')).stdout)
  expect(intervals.accuracy.resamples).toBe(17)
})

test('--out gets the same bytes twice', async () => {
  for (const out of ['first', 'second']) expect((await evaluate('--out', at(out))).error).toBeUndefined()
  const names = await readdir(at('first'))
  expect(names).toEqual(expect.arrayContaining(['result.json', 'roc.csv', 'roc.svg', 'det.csv', 'det.svg']))
  for (const name of names)
    expect((await readFile(at(`second/${name}`))).equals(await readFile(at(`first/${name}`))), name).toBe(
      true,
    )
})

test('missing images stop the run with a list, and with --allow-missing mark the result', async () => {
  await writeFile(
    at('more.txt'),
    [...lines, `${personName(0)}/none.jpg ${personName(1)}/none.jpg 0`].join('\n'),
  )
  const stopped = await evaluate('--pairs', at('more.txt'))
  expect(stopped.error).toEqual(
    new DataError(
      'images: expected all 22, got 20; --allow-missing goes on and marks the result as incomplete',
    ),
  )
  expect(stopped.stderr).toContain('missing: Person_A/none.jpg: no such file\n')
  const { stdout } = await evaluate('--pairs', at('more.txt'), '--allow-missing', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ pairs: 20, listedPairs: 21, missing: 2, incomplete: true },
    missingImages: [
      { name: 'Person_A/none.jpg', reason: 'no such file' },
      { name: 'Person_B/none.jpg', reason: 'no such file' },
    ],
  })
})

describe('bad input is one line', () => {
  test.each([
    ['a list that is missing', 'none.txt', undefined, /none\.txt: no such file or folder$/],
    ['an empty list', 'empty.txt', '\n# nothing\n', /empty\.txt: expected pairs, got an empty list$/],
    [
      'a label that is none',
      'label.txt',
      'a b 1\nc d same',
      /label\.txt:2: expected label 1 \(one person\) or 0 \(two\), got same$/,
    ],
    [
      'too few pairs',
      'few.txt',
      'a b 1\nc d 0',
      /few\.txt: expected 10 genuine and 10 impostor pairs or more for 10 folds, got 1 and 1$/,
    ],
    ['a picture as list', 'image.txt', '\x89PNG\0', /image\.txt: expected a text file, got a binary one$/],
  ])('%s', async (_, name, content, message) => {
    if (content !== undefined) await writeFile(at(name), content)
    const { error, stdout } = await evaluate('--pairs', at(name))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toMatch(message)
    expect(stdout).toBe('')
  })

  test.each([
    [['--resamples', '-1'], '--resamples: expected a whole number from 0 to 100000, got -1'],
    [['--folds', 'ten'], '--folds: expected a whole number from 2 to 255, got ten'],
  ])('%j', async (words, message) => {
    expect((await evaluate(...words)).error).toEqual(new UsageError(message))
  })
})
