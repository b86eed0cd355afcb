import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { writeRecords } from '../../../test/data/write-records.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { DataError, UsageError } from '../../errors.ts'
import { decodeModel } from '../../onnx/index.ts'
import { registerData } from '../data.ts'
import { registerTrain } from '../train.ts'
import type { Inspection } from './data-findings.ts'

let base = ''
let folder = ''
let model = ''
let clean: Inspection
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'data-inspect-'))
  folder = join(base, 'people')
  // Four people with five pictures each; then what goes wrong in collections.
  await writePeople(folder, { each: 5 })
  model = join(base, 'run', 'model.onnx')
  const words = [
    ...tiny,
    '--images',
    folder,
    '--out',
    join(base, 'run'),
    '--steps',
    '80',
    '--loss',
    'nsl',
    '--scale',
    '8',
  ]
  const trained = await runCommand(registerTrain, 'train', ...words)
  expect(trained.error).toBeUndefined()
  clean = await facts(folder)
  await copyFile(join(folder, 'ann/0.png'), join(folder, 'ann/again.png'))
  await copyFile(join(folder, 'bob/0.png'), join(folder, 'joe/stray.png'))
  await writeFile(join(folder, 'eve/bad.png'), 'no picture')
  await writeFile(join(folder, 'notes.txt'), 'read me')
  await mkdir(join(folder, 'Zoë Quinn'))
  await copyFile(join(folder, 'eve/1.png'), join(folder, 'Zoë Quinn/1.png'))
}, 120_000)
afterAll(() => rm(base, { recursive: true }))

const inspect = (...words: string[]) => runCommand(registerData, 'data', 'inspect', ...words)
const facts = async (...words: string[]): Promise<Inspection & { stray: string[] }> => {
  const { stdout, error } = await inspect(...words, '--json')
  expect(error).toBeUndefined()
  return JSON.parse(stdout)
}
/** Every file below a folder with its time of change. */
async function state(path: string): Promise<unknown> {
  const names = (await readdir(path, { recursive: true })).sort()
  return Promise.all(names.map(async (name) => [name, (await stat(join(path, name))).mtimeMs]))
}

describe('steradian data inspect', () => {
  it('says how many people and pictures there are, of which sizes, and what is wrong with them', async () => {
    const found = await facts(folder)
    expect(found).toMatchObject({
      ...{ people: 5, images: 24, single: 1, imagesPerPerson: { least: 1, median: 6, most: 6 } },
      ...{ peopleByImages: { 1: 1, '5-9': 4 }, sizes: { '16x16': 23 }, formats: { png: 23 } },
      ...{ height: { least: 16, median: 16, most: 16 }, stray: ['notes.txt'], sharedNames: {} },
      unusable: [
        { name: 'eve/bad.png', reason: `${folder}/eve/bad.png: not a JPEG, PNG, WebP, TIFF or GIF picture` },
      ],
      duplicates: [['ann/0.png', 'ann/again.png']],
      duplicatesAcrossPeople: [
        ['Zoë Quinn/1.png', 'eve/1.png'],
        ['bob/0.png', 'joe/stray.png'],
      ],
    })
    expect(found).not.toHaveProperty('embedded')
    for (const hash of [found.hash, found.contentHash]) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('gives the hashes that a model of the same pictures has, and another content where one byte is another', async () => {
    const { metadataProps } = decodeModel(await readFile(model))
    const data = metadataProps.find(({ key }) => key === 'steradian.data')!.value
    const { hash, contentHash: content } = clean
    expect(JSON.parse(data)).toEqual({ people: 4, images: 20, hash, content })
    const copy = join(base, 'copy')
    await writePeople(copy, { each: 5 })
    expect(await facts(copy)).toMatchObject({ hash, contentHash: content })
    const bytes = await readFile(join(copy, 'joe/4.png'))
    await writeFile(join(copy, 'joe/4.png'), Buffer.concat([bytes, Buffer.from([0])]))
    const changed = await facts(copy)
    expect(changed.hash).toBe(hash)
    expect(changed.contentHash).not.toBe(content)
  })

  it('prints a table that names the first of each kind', async () => {
    const { stdout } = await inspect(folder)
    expect(stdout).toContain('people            5 (1 with one image)\nimages            24, ')
    expect(stdout).toContain('\n1 files that are no <person>/<image>:\n  notes.txt\n')
    expect(stdout).toContain(
      '\n2 groups of equal pictures of several people:\n  Zoë Quinn/1.png = eve/1.png\n',
    )
  })

  it('finds people in common with a test set by name: a folder, pairs of LFW, names one a line', async () => {
    const test = join(base, 'test')
    for (const person of ['Bob', 'zoe_quinn', 'Nobody']) {
      await mkdir(join(test, person), { recursive: true })
      await copyFile(join(folder, 'joe/0.png'), join(test, person, '1.png'))
    }
    const pairs = join(base, 'pairs.txt')
    await writeFile(pairs, '1\t1\nann\t1\t2\nbill\t1\tjoe\t4\n')
    const names = join(base, 'names.txt')
    await writeFile(names, '# a list\nEve\nwho else\n')
    const { sharedNames } = await facts(folder, '--test', test, '--test', pairs, '--test', names)
    expect(sharedNames).toEqual({
      [test]: [
        { here: 'Zoë Quinn', there: 'zoe_quinn' },
        { here: 'bob', there: 'Bob' },
      ],
      [pairs]: [
        { here: 'ann', there: 'ann' },
        { here: 'joe', there: 'joe' },
      ],
      [names]: [{ here: 'eve', there: 'Eve' }],
    })
  })

  it('with a model finds images unlike their person, and people of a test set who look like people here', async () => {
    const test = join(base, 'alike')
    await mkdir(join(test, 'other'), { recursive: true })
    await copyFile(join(folder, 'ann/2.png'), join(test, 'other/1.png'))
    await copyFile(join(folder, 'ann/3.png'), join(test, 'other/2.png'))
    const words = ['--model', model, '--test', test, '--far', '0.5', '--same', '0.9']
    const { embedded } = await facts(folder, ...words)
    expect(embedded!.far[0]).toMatchObject({ name: 'joe/stray.png', nearest: 'bob' })
    expect(embedded!.far[0]!.cosine).toBeLessThan(embedded!.far[0]!.nearestCosine)
    expect(embedded!.farLimit).toBe(0.5)
    const { people, limit } = embedded!.alike[test]!
    expect(limit).toBe(0.9)
    expect(people[0]).toMatchObject({ here: 'ann', there: 'other' })
    // The limits of the data set itself.
    const own = await facts(folder, '--model', model, '--test', test)
    expect(own.embedded!.farLimit).toBeLessThan(1)
    expect(own.embedded!.alike[test]!.limit).toBeGreaterThan(0)
  }, 60_000)

  it('changes nothing in the folder, and writes a list that train --exclude takes', async () => {
    const before = await state(folder)
    const list = join(base, 'exclude.txt')
    const names = join(base, 'test-names.txt')
    await writeFile(names, 'ANN\n')
    const { stdout } = await inspect(folder, '--out', list, '--test', names)
    expect(stdout).toContain('people ')
    expect(await state(folder)).toEqual(before)
    expect(await readFile(list, 'utf8')).toBe(
      [
        '# Written by steradian data inspect; steradian train --exclude takes it.',
        ...['', '# 1 pictures that cannot be used', 'eve/bad.png'],
        ...['', '# 1 pictures that are there before, of the same person', 'ann/again.png'],
        ...['', '# 4 pictures that are there of several people'],
        ...['Zoë Quinn/1.png', 'eve/1.png', 'bob/0.png', 'joe/stray.png'],
        ...['', `# 1 people who by name are in ${names}`, 'ann', ''],
      ].join('\n'),
    )
    const out = join(base, 'cleaned')
    const { error, stderr } = await runCommand(
      registerTrain,
      'train',
      ...tiny,
      '--images',
      folder,
      '--out',
      out,
      '--exclude',
      list,
      '--steps',
      '1',
    )
    expect(error).toBeUndefined()
    expect(stderr).toContain('13 images of 3 people\n')
    expect(stderr).not.toContain('lines of the exclude list that name nothing')
  }, 60_000)

  it('looks at records and lists as at folders, and takes an exclude list', async () => {
    const records = join(base, 'records')
    const image = await readFile(join(folder, 'ann/0.png'))
    await writeRecords(
      records,
      [0, 0, 1].map((label) => ({ label, image })),
    )
    expect(await facts(records)).toMatchObject({
      people: 2,
      images: 3,
      duplicatesAcrossPeople: [['0/1', '0/2', '1/3']],
    })
    const list = join(base, 'list.txt')
    await writeFile(list, 'people/ann/0.png 0\npeople/bob/0.png 1\n')
    expect(await facts('--list', list)).toMatchObject({ people: 2, images: 2, single: 2 })
    const exclude = join(base, 'without.txt')
    await writeFile(exclude, 'Zoë Quinn\neve/bad.png\n')
    expect(await facts(folder, '--exclude', exclude)).toMatchObject({ people: 4, images: 22, unusable: [] })
  })

  it('refuses what cannot be, before anything is read, and leaves nothing', async () => {
    const refused = async (words: string[], error: Error): Promise<void> => {
      expect((await inspect(...words)).error).toEqual(error)
    }
    await refused([], new UsageError('data: expected one of a folder, --list and --records, got none'))
    await refused(
      [folder, '--records', 'r'],
      new UsageError(`data: expected one of a folder, --list and --records, got ${folder} and r`),
    )
    await refused([join(base, 'nothing')], new DataError(`${base}/nothing: no such file or folder`))
    await refused([folder, '--far', '0.3'], new UsageError('--far: needs --model, got 0.3'))
    await refused([folder, '--same', '2'], new UsageError('--same: expected a cosine from -1 to 1, got 2'))
    await refused(
      [folder, '--test', join(base, 'gone')],
      new DataError(`${base}/gone: no such file or folder`),
    )
    const noModel = await inspect(folder, '--model', join(base, 'gone.onnx'))
    expect(noModel.error).toEqual(new DataError(`${base}/gone.onnx: no such file or folder`))
    expect(noModel.stderr).not.toContain('looking through')
    const odd = join(base, 'odd.txt')
    await writeFile(odd, 'ann 1 2\nwhat is this\n')
    await refused(
      [folder, '--test', odd],
      new DataError(`${odd}:2: expected a pair as the other lines, got "what is this"`),
    )
    await refused(
      [folder, '--out', join(folder, 'list.txt')],
      new UsageError(
        `--out: expected a file outside ${folder}, which stays as it is, got ${folder}/list.txt`,
      ),
    )
    const there = join(base, 'there.txt')
    await writeFile(there, 'mine')
    await refused(
      [folder, '--out', there],
      new UsageError(`--out: expected a new file, got ${there}, which is there already`),
    )
    expect(await readFile(there, 'utf8')).toBe('mine')
    const out = join(base, 'never.txt')
    await refused(
      [folder, '--model', join(base, 'no.onnx'), '--out', out],
      new DataError(`${base}/no.onnx: no such file or folder`),
    )
    expect(existsSync(out)).toBe(false)
  })
})
