import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { halvesModel } from '../../test/embed/models.ts'
import { writePeople } from '../../test/embed/people.ts'
import { runCommand } from '../../test/embed/run-command.ts'
import { LANDMARK_COLUMNS, readDataset } from '../data/index.ts'
import { decodeNpy, type Embedder, openModel } from '../embed/index.ts'
import { DataError, UsageError } from '../errors.ts'
import { embedFolder, namesFile } from './embed/embed-folder.ts'
import { registerEmbed } from './embed.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'embed-'))
  await mkdir(at('out'))
  await writePeople(at('people'), { people: 3 })
  await writeFile(at('halves.onnx'), halvesModel())
})
afterEach(() => rm(base, { recursive: true }))

/** Runs `steradian embed` on the people of this test, with the last of each option given. */
const embed = (...words: string[]) =>
  runCommand(
    registerEmbed,
    ...['embed', '--model', at('halves.onnx'), '--images', at('people'), '--out', at('out/a.npy')],
    ...['--threads', '1', ...words],
  )

const names = ['A', 'B', 'C'].flatMap((letter) =>
  [1, 2].map((image) => `Person_${letter}/Person_${letter}_000${image}.jpg`),
)

test('embed writes a row for each image, and its name on the same line of the list', async () => {
  const { error, exitCode, stdout } = await embed('--batch', '4')
  expect(error).toBeUndefined()
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`${at('out/a.npy')}: 6 x 12, names in ${at('out/a.names.txt')}\n`)
  expect((await readdir(at('out'))).sort()).toEqual(['a.names.txt', 'a.npy'])
  expect(await readFile(at('out/a.names.txt'), 'utf8')).toBe(`${names.join('\n')}\n`)
  const { shape, data } = decodeNpy(await readFile(at('out/a.npy')))
  expect(shape).toEqual([6, 12])
  for (let row = 0; row < 6; row++)
    expect(Math.hypot(...data.subarray(12 * row, 12 * row + 12))).toBeCloseTo(1, 5)
  // The left half of A is (40, 40, 40), 4 lighter in its first image; the mirror image has it on the right.
  expect(data[0]! / data[1]!).toBeCloseTo(1, 5)
  expect(data[0]).toBeCloseTo(data[9]!, 5)
})

test('--rows feature writes what the embedding was before normalisation, fused alike', async () => {
  await embed('--rows', 'feature', '--mean', '0', '--scale', '1')
  const { shape, data } = decodeNpy(await readFile(at('out/a.npy')))
  expect(shape).toEqual([6, 12])
  // Person A: left (40, 40, 40), right (210, 40, 40), both 4 lighter in the first image; then the mirror image.
  expect([...data.subarray(0, 12)].map(Math.round)).toEqual([
    44, 44, 44, 214, 44, 44, 214, 44, 44, 44, 44, 44,
  ])
  await embed('--rows', 'feature', '--mean', '0', '--scale', '1', '--flip', 'none')
  expect(decodeNpy(await readFile(at('out/a.npy'))).shape).toEqual([6, 6])
})

test('--json prints one object', async () => {
  const { stdout } = await embed('--json')
  expect(JSON.parse(stdout)).toMatchObject({
    out: at('out/a.npy'),
    names: at('out/a.names.txt'),
    images: 6,
    dimensions: 12,
    rows: 'embedding',
    missing: 0,
    missingImages: [],
    model: { file: at('halves.onnx'), flip: 'concat' },
  })
})

describe('images that cannot be used', () => {
  beforeEach(async () => {
    await writeFile(at(`people/${names[2]}`), 'no picture')
    await truncate(at(`people/${names[5]}`), 60)
  })

  test('have no row, are named, and make the exit code 2', async () => {
    const { exitCode, stderr, stdout } = await embed('--json')
    expect(exitCode).toBe(2)
    expect(decodeNpy(await readFile(at('out/a.npy'))).shape).toEqual([4, 12])
    expect((await readFile(at('out/a.names.txt'), 'utf8')).trim().split('\n')).toEqual(
      names.filter((_, i) => i !== 2 && i !== 5),
    )
    expect(stderr).toContain(`missing: ${names[2]}: not a JPEG, PNG, WebP, TIFF or GIF picture\n`)
    expect(stderr).toContain('2 of 6 images are missing\n')
    expect(JSON.parse(stdout)).toMatchObject({
      images: 4,
      missing: 2,
      missingImages: [{ name: names[2] }, { name: names[5] }],
    })
  })

  test('are still named with --allow-missing, which makes the exit code 0', async () => {
    const { exitCode, stderr } = await embed('--allow-missing')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('2 of 6 images are missing\n')
  })

  test('count those without landmarks', async () => {
    const rows = names.slice(1).map((name) => `people/${name},2,2,4,2,3,4,2,6,4,6.5`)
    await writeFile(at('l.csv'), [LANDMARK_COLUMNS.join(','), ...rows].join('\n'))
    const { exitCode, stderr, stdout } = await embed('--landmarks', at('l.csv'), '--json')
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`missing: ${names[0]}: no landmarks\n`)
    expect(JSON.parse(stdout)).toMatchObject({ images: 3, missing: 3 })
  })

  test('are told in one line when there are no others, and nothing is written', async () => {
    for (const name of names) await writeFile(at(`people/${name}`), 'no picture')
    const { error } = await embed()
    expect(error).toEqual(
      new DataError(
        `${at('out/a.npy')}: none of 6 images can be read, the first: ${names[0]}: not a JPEG, PNG, WebP, TIFF or GIF picture`,
      ),
    )
    expect(await readdir(at('out'))).toEqual([])
  })
})

test('only the first twenty missing images are named on the terminal, all of them in the JSON', async () => {
  await writePeople(at('many'), { people: 12 })
  for (let person = 0; person < 11; person++)
    for (const image of [1, 2]) {
      const name = `Person_${String.fromCharCode(65 + person)}`
      await writeFile(at(`many/${name}/${name}_000${image}.jpg`), '?')
    }
  const { stderr, stdout } = await embed('--images', at('many'), '--json')
  expect(stderr.match(/^missing: Person_/gm)).toHaveLength(20)
  expect(stderr).toContain('missing: and 2 more\n22 of 24 images are missing\n')
  expect(JSON.parse(stdout).missingImages).toHaveLength(22)
})

test('an earlier file is replaced when the new one is whole, and kept when there is none', async () => {
  await writeFile(at('out/a.npy'), 'old')
  await embed('--mean', '1', '--scale', '1')
  expect(decodeNpy(await readFile(at('out/a.npy'))).shape).toEqual([6, 12])
  const before = await readFile(at('out/a.npy'))
  for (const name of names) await writeFile(at(`people/${name}`), 'no picture')
  expect((await embed()).error).toBeInstanceOf(DataError)
  expect(await readFile(at('out/a.npy'))).toEqual(before)
})

describe('bad input is one line, and nothing is written', () => {
  test.each([
    ['a missing folder', { '--images': 'nowhere' }, DataError, /nowhere: no such file or folder$/],
    [
      'an empty folder',
      { '--images': 'out' },
      DataError,
      /out: expected pictures as <person>\/<image>, got none/,
    ],
    [
      'a model that is none',
      { '--model': 'people/Person_A/Person_A_0001.jpg' },
      DataError,
      /: not an ONNX model, [^\n]+$/,
    ],
    [
      'an output folder that is none',
      { '--out': 'nowhere/a.npy' },
      DataError,
      /nowhere\/a\.npy: cannot be written, no such file or folder$/,
    ],
    [
      'a folder as output',
      { '--out': 'people' },
      UsageError,
      /--out: expected the name of a file, got the folder .*people$/,
    ],
  ] as const)('%s', async (_, options, kind, message) => {
    const { error, stdout } = await embed(
      ...Object.entries(options).flatMap(([key, value]) => [key, at(value)]),
    )
    expect(error).toBeInstanceOf(kind)
    expect(error!.message).toMatch(message)
    expect(stdout).toBe('')
    expect(await readdir(at('out'))).toEqual([])
  })

  test('an option that is missing', async () => {
    const { error } = await runCommand(
      registerEmbed,
      'embed',
      '--images',
      at('people'),
      '--out',
      at('out/a.npy'),
    )
    expect(error?.message).toBe("error: required option '--model <file>' not specified")
  })
})

describe('embedFolder', () => {
  let model: Embedder
  beforeEach(async () => {
    model = await openModel(at('halves.onnx'), { threads: 1 })
  })
  afterEach(() => model.close())

  test('leaves nothing behind when it is stopped', async () => {
    const controller = new AbortController()
    const report = await embedFolder(model, await readDataset({ images: at('people') }), {
      out: at('out/a.npy'),
      batch: 2,
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 4) controller.abort()
      },
    })
    expect(report).toBeUndefined()
    expect(await readdir(at('out'))).toEqual([])
  })

  test('leaves nothing behind when the model fails half-way', async () => {
    const once = vi.fn(model.embed)
    once.mockImplementationOnce(model.embed).mockRejectedValueOnce(new DataError('m.onnx: cannot run'))
    const work = embedFolder({ ...model, embed: once }, await readDataset({ images: at('people') }), {
      out: at('out/a.npy'),
      batch: 2,
    })
    await expect(work).rejects.toThrow(new DataError('m.onnx: cannot run'))
    expect(await readdir(at('out'))).toEqual([])
  })

  test('gives an image no row whose name would break the list', async () => {
    await mkdir(at('odd/two\nlines'), { recursive: true })
    await writeFile(at('odd/two\nlines/1.png'), await readFile(at(`people/${names[0]}`)))
    await mkdir(at('odd/plain'))
    await writeFile(at('odd/plain/1.png'), await readFile(at(`people/${names[0]}`)))
    const report = await embedFolder(model, await readDataset({ images: at('odd') }), {
      out: at('out/a.npy'),
    })
    expect(report).toMatchObject({
      images: 1,
      missing: [{ name: 'two\nlines/1.png', reason: 'its name holds a line break' }],
    })
    expect(await readFile(at('out/a.names.txt'), 'utf8')).toBe('plain/1.png\n')
  })
})

test('the list of names lies beside the file, whatever its ending', () => {
  expect(namesFile('runs/lfw.npy')).toBe('runs/lfw.names.txt')
  expect(namesFile('runs/lfw')).toBe('runs/lfw.names.txt')
  expect(namesFile('runs/lfw.v2')).toBe('runs/lfw.v2.names.txt')
})

const python = process.env.PYTHON ?? 'python3'
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0

describe.skipIf(!hasNumpy)('with NumPy (python3, or PYTHON)', () => {
  test('Python reads both files in a line each', async () => {
    await embed()
    const program = `import numpy, sys
x = numpy.load(sys.argv[1])
names = open(sys.argv[2]).read().splitlines()
print(x.dtype, x.shape, len(names), names[0], bool(numpy.allclose((x ** 2).sum(1), 1)))`
    const printed = execFileSync(python, ['-c', program, at('out/a.npy'), at('out/a.names.txt')], {
      encoding: 'utf8',
    })
    expect(printed).toBe(`float32 (6, 12) 6 ${names[0]} True\n`)
  })
})
