import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../../test/embed/run-command.ts'
import { DataError, UsageError } from '../../errors.ts'
import { version } from '../version.ts'
import {
  addOutputOptions,
  type Evaluation,
  listFacts,
  missingFacts,
  type OutputFlags,
  writeEvaluation,
} from './evaluation-output.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'output-'))
})
afterAll(() => rm(base, { recursive: true }))

const curve = (name: string) => ({ name, x: [0, 0.001, 0.1, 1], y: [0, 0.5, 0.75, 1] })
const evaluation: Evaluation = {
  protocol: 'lfw',
  facts: { accuracy: 0.1 + 0.2, ...missingFacts([]) },
  table: ['accuracy 30 %', 'missing 0'],
  curves: {
    roc: [curve('a'), curve('b, "c"')],
    det: [{ name: 'a', x: [0, 0.1, 1], y: [1, 0.25, 0] }],
    detLabels: { x: 'FPIR', y: 'FNIR, rank 1' },
    cmc: [{ name: 'a', x: [1, 2, 10], y: [0.5, 0.75, 1] }],
    scores: { genuine: [0.5, 1], impostor: Float64Array.of(0, 0.25, 0.5) },
  },
  files: { 'thresholds.txt': 'one\n' },
}
const gone: Evaluation = {
  ...evaluation,
  facts: { ...missingFacts([{ name: 'x.jpg', reason: 'no such file' }]) },
}

/** Runs a command that only writes an evaluation; `worked` says whether it came that far. */
async function run(given: Evaluation, ...words: string[]) {
  let worked = false
  const ran = await runCommand(
    (program) =>
      void addOutputOptions(program.command('x')).action(async (flags: OutputFlags) => {
        worked = true
        await writeEvaluation(flags, given)
      }),
    ...['x', ...words],
  )
  return { ...ran, worked }
}
const read = (folder: string, name: string) => readFile(join(at(folder), name), 'utf8')

test('without --out the table is printed, and with --json one line', async () => {
  expect((await run(evaluation)).stdout).toBe('accuracy 30 %\nmissing 0\n')
  const { stdout } = await run(evaluation, '--json')
  expect(stdout).toBe(
    `{"protocol":"lfw","version":"${version}","accuracy":0.30000000000000004,"missing":0,"missingImages":[],"incomplete":false}\n`,
  )
})

test('--out holds the JSON, and of each curve a CSV and a figure in light and in dark', async () => {
  const { stdout } = await run(evaluation, '--out', at('whole'))
  expect(stdout).toBe('accuracy 30 %\nmissing 0\n')
  expect((await readdir(at('whole'))).sort()).toEqual(
    [
      'result.json',
      'thresholds.txt',
      ...['roc', 'det', 'cmc', 'scores'].flatMap((kind) => [
        `${kind}.csv`,
        `${kind}.svg`,
        `${kind}-dark.svg`,
      ]),
    ].sort(),
  )
  expect(JSON.parse(await read('whole', 'result.json'))).toEqual(
    JSON.parse((await run(evaluation, '--json')).stdout),
  )
  expect(await read('whole', 'roc.csv')).toBe(
    [
      'curve,false_accept_rate,true_accept_rate',
      ...['a,0,0', 'a,0.001,0.5', 'a,0.1,0.75', 'a,1,1'],
      ...['"b, ""c""",0,0', '"b, ""c""",0.001,0.5', '"b, ""c""",0.1,0.75', '"b, ""c""",1,1', ''],
    ].join('\n'),
  )
  expect(await read('whole', 'det.csv')).toBe('curve,FPIR,FNIR_rank_1\na,0,1\na,0.1,0.25\na,1,0\n')
  expect(await read('whole', 'cmc.csv')).toBe('curve,rank,found\na,1,0.5\na,2,0.75\na,10,1\n')
  const bins = (await read('whole', 'scores.csv')).trimEnd().split('\n')
  expect([bins.length, bins[0]]).toEqual([61, 'from,to,genuine,impostor'])
  expect(await read('whole', 'roc.svg')).toContain('<title>lfw: ROC</title>')
})

test('scores that are counted in bins, and those of searches, become a CSV and figures too', async () => {
  const binned = {
    ...evaluation,
    curves: {
      scores: {
        genuine: [0.5, 1],
        impostor: { low: 0, high: 2, counts: [7, 1] },
        note: 'impostors of 4 of 9 strangers',
      },
      searchScores: { genuine: [1], impostor: [0] },
    },
  }
  await run(binned, '--out', at('binned'))
  expect(await read('binned', 'scores.csv')).toBe(
    '# impostors of 4 of 9 strangers\nfrom,to,genuine,impostor\n0,1,1,7\n1,2,1,1\n',
  )
  await run({ ...binned, facts: gone.facts }, '--out', at('binned-gone'))
  expect(await read('binned-gone', 'scores.csv')).toMatch(
    /^# incomplete: 1 missing; impostors of 4 of 9 strangers\nfrom,to,/,
  )
  expect(await read('binned', 'scores.svg')).toContain('>score, impostors of 4 of 9 strangers</text>')
  expect(await read('binned', 'scores-dark.svg')).toContain('2 genuine and 8 impostor pairs')
  expect((await read('binned', 'search-scores.csv')).trimEnd().split('\n')).toHaveLength(61)
  expect(await read('binned', 'search-scores.svg')).toContain('<title>lfw: scores of searches</title>')
})

test('the same evaluation gives the same bytes', async () => {
  await run(evaluation, '--out', at('one'))
  await run(evaluation, '--out', at('two'))
  for (const name of await readdir(at('one')))
    expect(await read('one', name), name).toBe(await read('two', name))
})

test('one that lacks items says so wherever its numbers stand', async () => {
  expect((await run(gone)).stdout).toMatch(/^incomplete: 1 missing\naccuracy/)
  const json = JSON.parse((await run(gone, '--json', '--out', at('gone'))).stdout)
  expect(json).toMatchObject({
    incomplete: true,
    missing: 1,
    missingImages: [{ name: 'x.jpg', reason: 'no such file' }],
  })
  for (const name of await readdir(at('gone'))) {
    if (name === 'thresholds.txt') continue
    const text = await read('gone', name)
    if (name.endsWith('.csv')) expect(text, name).toMatch(/^# incomplete: 1 missing\n/)
    else if (name.endsWith('.svg')) expect(text, name).toContain('(incomplete: 1 missing)</title>')
    else expect(text, name).toContain('"incomplete": true')
  }
})

describe('--out that cannot be used', () => {
  test('is refused before the work begins', async () => {
    await mkdir(at('full'))
    await writeFile(at('full/notes'), 'mine')
    const { error, worked, stdout } = await run(evaluation, '--out', at('full'))
    expect(error).toEqual(new UsageError(`--out: folder exists and is not empty, got ${at('full')}`))
    expect([worked, stdout]).toEqual([false, ''])
    expect(await readdir(at('full'))).toEqual(['notes'])
    const below = await run(evaluation, '--out', at('full/notes/x'))
    expect(below.error?.message).toMatch(/^--out: is no folder, or lies below a file, got /)
    expect(below.worked).toBe(false)
  })

  test('an empty folder is taken', async () => {
    await mkdir(at('empty'))
    expect((await run(evaluation, '--out', at('empty'))).error).toBeUndefined()
    expect(await readdir(at('empty'))).toContain('result.json')
  })

  test('is refused before the work begins where no folder can be made, and nothing is left', async () => {
    await symlink(at('nowhere'), at('dangling'))
    const dangling = await run(evaluation, '--out', at('dangling'))
    expect(dangling.error).toEqual(
      new UsageError(`--out: is a link that leads nowhere, got ${at('dangling')}`),
    )
    const below = await run(evaluation, '--out', at('dangling/x'))
    expect(below.error).toBeInstanceOf(DataError)
    expect(below.error?.message).toMatch(/x: folder cannot be made, /)
    expect([dangling.worked, below.worked]).toEqual([false, false])
    expect(await readdir(base)).not.toContain('nowhere')
  })

  test.skipIf(!existsSync('/proc/self'))(
    'is refused where the system makes no folders (needs /proc)',
    async () => {
      const { error, worked } = await run(evaluation, '--out', '/proc/nope/out')
      expect(error).toEqual(new DataError('/proc/nope/out: folder cannot be made, no such file or folder'))
      expect(worked).toBe(false)
    },
  )

  test('by another run that came first does not take the printed result', async () => {
    const taken = runCommand(
      (program) =>
        void addOutputOptions(program.command('x')).action(async (flags: OutputFlags) => {
          await mkdir(at('taken/.partial'), { recursive: true })
          await writeEvaluation(flags, evaluation)
        }),
      ...['x', '--out', at('taken')],
    )
    const { stdout, error } = await taken
    expect(error).toEqual(
      new UsageError(
        `--out: holds .partial: another run is writing there, or left it when it was killed and it can be deleted, got ${at('taken')}`,
      ),
    )
    expect(stdout).toBe('accuracy 30 %\nmissing 0\n')
    expect(await readdir(at('taken'))).toEqual(['.partial'])
  })

  test('a file that cannot be written leaves nothing, and the result is printed', async () => {
    const impossible = { ...evaluation, files: { 'no/such/folder.txt': '' } }
    const { error, stdout } = await run(impossible, '--out', at('nothing'))
    expect(error?.message).toMatch(/folder\.txt: cannot be written, no such file or folder$/)
    expect(stdout).toBe('accuracy 30 %\nmissing 0\n')
    await expect(readdir(at('nothing'))).rejects.toThrow(/ENOENT/)
  })
})

test('listFacts(path) names a file as the user did, and its SHA-256', async () => {
  await writeFile(at('list'), 'abc')
  expect(await listFacts(at('list'))).toEqual({
    file: at('list'),
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  await expect(listFacts(at('none'))).rejects.toThrow(new DataError(`${at('none')}: no such file or folder`))
})
