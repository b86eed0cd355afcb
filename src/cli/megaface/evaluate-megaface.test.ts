import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../../test/embed/run-command.ts'
import { featureFile, type MegafaceFolder, writeMegaface } from '../../../test/evaluate/megaface-folder.ts'
import { literalMegaface } from '../../../test/evaluate/megaface-literal.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { parseCmcFile, parseMatchesFile } from '../../evaluate/index.ts'
import { registerEvaluate } from '../evaluate.ts'

let base: string
let made: MegafaceFolder
const at = (name: string): string => join(base, name)
const fars = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2]

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'megaface-'))
  made = await writeMegaface(base)
})
afterAll(() => rm(base, { recursive: true }))

const run = (...words: string[]) => runCommand(registerEvaluate, 'evaluate', ...words)
/** Runs the command on the folder of this test; later words win. */
const megaface = (...words: string[]) =>
  run(
    ...['megaface', '--probes', at('facescrub_list.json'), '--probe-features', at('probes')],
    ...['--distractors', at('lists'), '--distractor-features', at('distractors'), '--ending', '_o.bin'],
    ...['--sizes', '10,60', '--name', 'net', '--threads', '1', '--cache', at('cache/embeddings'), ...words],
  )
const json = async (...words: string[]) => {
  const { stdout, error } = await megaface('--json', ...words)
  expect(error).toBeUndefined()
  return JSON.parse(stdout)
}
const literal = (size: number) =>
  literalMegaface(made.probeRows, made.probes.id, made.lists.get(size)!.rows, fars)

/** Every file of a folder, by name. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')])),
  )
}

describe('steradian evaluate megaface', () => {
  test('gives what the rules say, to the last digit, and the files of the official tool', async () => {
    const { error, stdout, stderr } = await megaface('--out', at('out'))
    expect(error).toBeUndefined()
    expect(stderr).toContain(`${at('facescrub_list.json')}: taken as facescrub by its name\n`)
    expect(stdout).toMatch(
      /^net: facescrub, \d+ images of 9 people, \d+ ordered pairs; challenge 1, features as they are\n/,
    )
    const result = JSON.parse(await readFile(at('out/result.json'), 'utf8'))
    expect(result).toMatchObject({ protocol: 'megaface', name: 'net', challenge: 1, normalise: false })
    expect(result).toMatchObject({ missing: 0, incomplete: false, verification: 'full' })
    for (const [i, size] of [10, 60].entries()) {
      const expected = literal(size)
      const own = result.results[i]
      expect(own).toMatchObject({ size, set: 1, items: 'raw', distractors: size, rank1: expected.rank1 })
      expect(Object.values(own.full.tarAtFar)).toEqual(expected.tar)
      expect(Object.values(own.devkit.tarAtFar)).toEqual(expected.devkitTar)
      expect(own.orderedPairs).toBe(expected.pairs.length)

      const file = `facescrub_megaface_net_${size}_1.json`
      const { cmc, roc, traditionalCmc } = parseCmcFile(await readFile(at(`out/cmc_${file}`), 'utf8'))
      const single = ([x, y]: readonly [number[], number[]]) => [x, y.map(Math.fround)]
      expect([cmc.rank, cmc.recall]).toEqual(single(expected.cmc))
      expect([roc.far, roc.tar]).toEqual(expected.roc.map((list) => list.map(Math.fround)))
      expect([traditionalCmc.rank, traditionalCmc.recall]).toEqual(single(expected.traditionalCmc))
      const matches = parseMatchesFile(await readFile(at(`out/matches_${file}`), 'utf8'))
      expect(matches).toEqual(
        made.probes.path.map((_, probe) => {
          const mates = expected.pairs.filter((pair) => pair.probe === probe)
          return {
            distractors: {
              idx: expected.best[probe]!.map(({ index }) => index),
              score: expected.best[probe]!.map(({ score }) => Math.fround(score)),
            },
            probes: { idx: mates.map(({ mate }) => mate), rank: mates.map(({ rank }) => rank) },
          }
        }),
      )
    }
  })

  test('counts the genuine scores, and the impostors of a sample of the longest list, in bins', async () => {
    const [note, head, ...rows] = (await readFile(at('out/scores.csv'), 'utf8')).trimEnd().split('\n')
    expect(note).toBe('# impostors with all 60 distractors, set 1')
    expect(head).toBe('from,to,genuine,impostor')
    const bins = rows.map((row) => row.split(',').map(Number) as [number, number, number, number])
    const score = (a: Float32Array, b: Float32Array) => -a.reduce((sum, x, k) => sum + (x - b[k]!) ** 2, 0)
    const { probeRows: probes, probes: list } = made
    const genuine = probes.flatMap((a, i) =>
      probes.slice(i + 1).flatMap((b, j) => (list.id[i] === list.id[i + 1 + j] ? [score(a, b)] : [])),
    )
    const impostors = made.lists.get(60)!.rows.flatMap((b) => probes.map((a) => score(a, b)))
    expect(bins.reduce((sum, bin) => sum + bin[3], 0)).toBe(impostors.length)
    // The outer bins hold what lies beyond; a score in float32 may fall into the next bin.
    for (const [from, to, own] of bins.slice(1, -1))
      expect(genuine.filter((value) => value >= from && value < to).length).toBe(own)
    const upTo = (edge: number) => impostors.filter((value) => value < edge).length
    let counted = 0
    for (const [, to, , count] of bins.slice(0, -1)) {
      counted += count
      expect(counted).toBeGreaterThanOrEqual(upTo(to - 1e-4))
      expect(counted).toBeLessThanOrEqual(upTo(to + 1e-4))
    }
    expect(await readFile(at('out/scores.svg'), 'utf8')).toContain('with all 60 distractors, set 1')
  })

  test('writes the same bytes twice, with other threads and memory too', async () => {
    await megaface('--out', at('again'), '--threads', '2', '--memory', '1GiB')
    expect(await contents(at('again'))).toEqual(await contents(at('out')))
  })

  test('--verification devkit leaves the full verification out', async () => {
    const { results, verification } = await json('--verification', 'devkit', '--sizes', '10')
    expect(verification).toBe('devkit')
    expect(results[0].full).toBeUndefined()
    expect(Object.values(results[0].devkit.tarAtFar)).toEqual(literal(10).devkitTar)
  })

  test('--normalise brings features to length 1 first, and says so', async () => {
    const unit = (row: Float32Array) => {
      const length = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0))
      return row.map((value) => (length > 0 ? value * (1 / length) : 0))
    }
    const expected = literalMegaface(
      made.probeRows.map(unit),
      made.probes.id,
      made.lists.get(60)!.rows.map(unit),
      fars,
    )
    const { normalise, results } = await json('--normalise', '--sizes', '60')
    expect(normalise).toBe(true)
    expect(results[0].rank1).toBe(expected.rank1)
    expect(Object.values(results[0].full.tarAtFar)).toEqual(expected.tar)
    // What was packed is gone.
    expect(existsSync(at('cache')) ? await readdir(at('cache')) : []).toEqual([])
  })

  test('probes of another list go by its name without the ending, or by --probe-name', async () => {
    await cp(at('facescrub_list.json'), at('my.staff-2024.json'))
    const words = ['--probes', at('my.staff-2024.json'), '--sizes', '10']
    const { error, stderr, stdout } = await megaface(...words, '--out', at('staff'))
    expect(error).toBeUndefined()
    expect(stderr).toContain(`${at('my.staff-2024.json')}: taken as my.staff-2024 by its name\n`)
    expect(stdout).toMatch(/^net: my\.staff-2024, /)
    expect(await readdir(at('staff'))).toContain('cmc_my.staff-2024_megaface_net_10_1.json')
    const { probes } = await json(...words, '--probe-name', 'staff')
    expect(probes.name).toBe('staff')
  })

  test('a result of the official tool stands beside ours', async () => {
    const { stdout } = await megaface(
      '--beside',
      at('out/cmc_facescrub_megaface_net_60_1.json'),
      '--sizes',
      '60',
    )
    const [ours, theirs] = stdout.split('\n').slice(2, 4)
    expect(ours).toMatch(/^ +60 +1 +raw +/)
    expect(theirs).toContain('cmc_facescrub_megaface_net_60_1.json')
    expect(theirs).toContain(/raw +(\d+\.\d+)/.exec(ours!)![1])
  })
})

test('Ctrl-C stops the run, and nothing is written', async () => {
  const before = process.listenerCount('SIGINT')
  const running = megaface('--out', at('stopped'))
  while (process.listenerCount('SIGINT') === before) await new Promise((done) => setTimeout(done, 1))
  process.emit('SIGINT')
  const { error } = await running
  expect(error).toBeInstanceOf(StoppedError)
  expect(existsSync(at('stopped'))).toBe(false)
  expect(process.listenerCount('SIGINT')).toBe(before)
})

describe('mislabelled images', () => {
  test('are left out in a second result beside the first, never alone', async () => {
    const [dropped, probe] = [made.lists.get(60)!.path[3]!, made.probes.path[1]!]
    await writeFile(at('noise-d.txt'), `# a comment\n${dropped}\nno/such/one.jpg\n`)
    await writeFile(
      at('noise-p.txt'),
      `${probe.split('/')[1]!.replace('.png', '.jpg').replaceAll('_', ' ')}\n`,
    )
    const words = [
      '--noise-probes',
      at('noise-p.txt'),
      '--noise-distractors',
      at('noise-d.txt'),
      '--sizes',
      '60',
    ]
    const { results, noise } = await json(...words, '--out', at('noise-out'))
    expect(noise).toEqual({
      probes: { named: 1, unmatched: 0 },
      distractors: [{ named: 1, unmatched: 1 }],
    })
    expect(results.map(({ items }: { items: string }) => items)).toEqual(['raw', 'cleaned'])
    expect(results[0].rank1).toBe(literal(60).rank1)
    const keep = (_: unknown, i: number) => i !== 1
    const expected = literalMegaface(
      made.probeRows.filter(keep),
      made.probes.id.filter(keep),
      made.lists.get(60)!.rows.filter((_, i) => i !== 3),
      fars,
    )
    expect(results[1].rank1).toBe(expected.rank1)
    expect(Object.values(results[1].full.tarAtFar)).toEqual(expected.tar)
    expect(results[1].distractors).toBe(59)
    const matches = parseMatchesFile(
      await readFile(at('noise-out/matches_facescrub_megaface_net_cleaned_60_1.json'), 'utf8'),
    )
    // Places are those of the lists; what was left out has none.
    expect(matches).toHaveLength(made.probes.path.length)
    expect(matches[1]).toEqual({ distractors: { idx: [], score: [] }, probes: { idx: [], rank: [] } })
    const places = expected.best[0]!.map(({ index }) => (index < 3 ? index : index + 1))
    expect(matches[0]!.distractors.idx).toEqual(places)
    expect(matches.flatMap(({ probes }) => probes.idx)).not.toContain(1)
  })
})

describe('missing features', () => {
  test('stop the run with a list of them, and nothing is written', async () => {
    await cp(at('distractors'), at('some'), { recursive: true })
    const paths = made.lists.get(60)!.path
    const file = (i: number) => join(at('some'), `${paths[i]}_o.bin`)
    await rm(file(0))
    await writeFile(file(1), 'short')
    const words = ['--distractor-features', at('some'), '--sizes', '60', '--out', at('missing-out')]
    const { error, stderr } = await megaface(...words)
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toBe(
      `${at('lists')}/megaface_features_list.json_60_1: expected features of all 60, got 58; --allow-missing goes on and marks the result as incomplete`,
    )
    expect(stderr).toContain(`missing: ${paths[0]}: no such file or folder\n`)
    expect(stderr).toContain(`missing: ${paths[1]}: expected 40 bytes for 6 numbers, got 5\n`)
    expect(existsSync(at('missing-out'))).toBe(false)
  })

  test('are looked for in all lists before anything is counted', async () => {
    await cp(at('distractors'), at('gaps'), { recursive: true })
    const [small, large] = [made.lists.get(10)!.path[4]!, made.lists.get(60)!.path[50]!]
    for (const path of [small, large]) await rm(join(at('gaps'), `${path}_o.bin`))
    const { error, stderr } = await megaface('--distractor-features', at('gaps'))
    expect(error!.message).toContain('_10_1: expected features of all 10, got 9')
    for (const path of [small, large]) expect(stderr).toContain(`missing: ${path}: no such file or folder\n`)
  })

  test('are found inside the files too, once they are counted', async () => {
    const path = join(at('some'), `${made.lists.get(60)!.path[2]}_o.bin`)
    await writeFile(path, featureFile([1, 2, Number.NaN, 4, 5, 6]))
    const { error } = await megaface('--distractor-features', at('some'), '--sizes', '60', '--allow-missing')
    expect(error).toBeUndefined()
    await cp(at('distractors'), at('some'), { recursive: true })
    await writeFile(path, featureFile([1, 2, Number.NaN, 4, 5, 6]))
    const alone = await megaface('--distractor-features', at('some'), '--sizes', '60')
    expect(alone.error).toBeInstanceOf(DataError)
    expect(alone.error!.message).toContain('got 59; --allow-missing')
    expect(alone.stderr).toContain(
      `missing: ${made.lists.get(60)!.path[2]}: expected finite numbers, got NaN at 2\n`,
    )
  })

  test('with --allow-missing leave a result that says incomplete everywhere', async () => {
    await rm(join(at('some'), `${made.lists.get(60)!.path[2]}_o.bin`))
    await cp(at('probes'), at('some-probes'), { recursive: true })
    await rm(join(at('some-probes'), `${made.probes.path[0]}_o.bin`))
    const { stdout, error } = await megaface(
      ...['--distractor-features', at('some'), '--probe-features', at('some-probes')],
      ...['--sizes', '60', '--allow-missing', '--out', at('incomplete')],
    )
    expect(error).toBeUndefined()
    expect(stdout).toMatch(/^incomplete: 2 missing\n/)
    const result = JSON.parse(await readFile(at('incomplete/result.json'), 'utf8'))
    expect(result).toMatchObject({
      ...{ missing: 2, incomplete: true },
      missingImages: [
        { name: made.probes.path[0], reason: 'no such file or folder' },
        { name: made.lists.get(60)!.path[2], reason: 'no such file or folder' },
      ],
    })
    const expected = literalMegaface(
      made.probeRows.slice(1),
      made.probes.id.slice(1),
      made.lists.get(60)!.rows.filter((_, i) => i !== 2),
      fars,
    )
    expect(result.results[0].rank1).toBe(expected.rank1)
    expect((await readdir(at('incomplete'))).filter((name) => name.endsWith('_1.json'))).toEqual([
      'cmc_facescrub_megaface_net_incomplete_60_1.json',
      'matches_facescrub_megaface_net_incomplete_60_1.json',
    ])
    expect(await readFile(at('incomplete/roc.csv'), 'utf8')).toMatch(/^# incomplete: 2 missing\n/)
  })
})

test('probes of more pairs than the memory holds are refused before their features are read', async () => {
  const path = Array.from({ length: 8000 }, (_, i) => `${i}.jpg`)
  await writeFile(at('crowd.json'), JSON.stringify({ path, id: path.map(() => 'one') }))
  const { error } = await megaface('--probes', at('crowd.json'), '--memory', '1GiB')
  expect(error).toBeInstanceOf(UsageError)
  expect(error!.message).toBe(
    '--memory: expected 1221MiB or more for 63992000 ordered pairs of probes, got 1024MiB',
  )
})

describe('the training set', () => {
  test('may share no person with the probes, however the name is written', async () => {
    await writeFile(at('train.txt'), 'faces/Somebody Else/1.jpg 0\nfaces/some-person 3/2.jpg 1\n')
    const { error } = await megaface('--training-list', at('train.txt'))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toBe(`${at('train.txt')}: expected no person of the probes, got 1: Some_Person_3`)
  })

  test('has a class, small below half a million images', async () => {
    await writeFile(at('train.txt'), 'faces/Somebody Else/1.jpg 0\n')
    const words = ['--training-list', at('train.txt'), '--sizes', '10']
    const { lists } = await json(...words)
    expect(lists.training).toMatchObject({ lines: 1, images: 1, class: 'small', sharedPeople: 0 })
    const { stdout } = await megaface(...words, '--training-images', '500000')
    expect(stdout).toContain('\ntraining set: large\n')
  })
})

describe('what cannot be used', () => {
  test('lists of both challenges together are refused', async () => {
    await cp(at('lists'), at('mixed'), { recursive: true })
    const { path } = made.lists.get(60)!
    const list = at('mixed/megaface_features_list.json_60_1')
    await writeFile(list, JSON.stringify({ path, id: path.map((name) => name.split('/')[1]) }))
    const { error } = await megaface('--distractors', at('mixed'))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toBe(
      `${list}: expected no "id" as ${at('mixed/megaface_features_list.json_10_1')}, got "id"`,
    )
  })

  test.each<[string, string[], string]>([
    [
      'a size without a list',
      ['--sizes', '20'],
      'expected megaface_features_list.json_20_1, got no such file',
    ],
    ['a set without a list', ['--sets', '2', '--sizes', '10'], 'expected megaface_features_list.json_10_2'],
    ['no probes', ['--probes', '/nowhere.json'], '/nowhere.json: no such file or folder'],
    [
      'a list whose name is none for a file',
      ['--probes', '/my probes.json'],
      '--probe-name: expected letters, digits, and . _ + - after the first, got my probes by the name of --probes',
    ],
    ['a wrong name of the probes', ['--probe-name', '../x'], '--probe-name: expected letters, digits, and'],
    ['another challenge', ['--challenge', '2'], '--challenge: expected 1, since'],
    ['a wrong name', ['--name', 'a/b'], '--name: expected letters, digits'],
    ['a wrong memory', ['--memory', 'lots'], '--memory: expected at least 1024MiB'],
    ['a wrong shard', ['--shard', '3/2'], '--shard: expected i/n, from 1/n to n/n, got 3/2'],
    ['a shard that goes nowhere', ['--shard', '1/2'], '--shard: needs --out, the new file of the part'],
    [
      'a shard whose file is a folder',
      ['--shard', '1/2', '--out', tmpdir()],
      '--out: expected a new file, got',
    ],
    ['a shard below a file', ['--shard', '1/2', '--out', '/dev/null/1'], '/dev/null/1: cannot be written, '],
    ['images without a model', ['--probe-images', '/x'], '--probe-features: expected either it, or'],
    ['a missing folder', ['--probe-features', '/nowhere'], '/nowhere: no such file or folder'],
    ['another ending', ['--ending', '.bin'], 'none of'],
  ])('%s is one line', async (_, words, message) => {
    const { error } = await megaface(...words)
    expect(error).toSatisfy((thrown) => thrown instanceof DataError || thrown instanceof UsageError)
    expect(error!.message).toContain(message)
    expect(error!.message).not.toContain('\n')
  })
})
