import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { personName, writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { featureFile, type MegafaceFolder, writeMegaface } from '../../../test/evaluate/megaface-folder.ts'
import { LANDMARK_COLUMNS } from '../../data/index.ts'
import { npyHeader } from '../../embed/index.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { registerEvaluate } from '../evaluate.ts'

let base: string
let made: MegafaceFolder
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'megaface-'))
  made = await writeMegaface(base, { sizes: [40], people: 6, seed: 3 })
})
afterAll(() => rm(base, { recursive: true }))

const megaface = (...words: string[]) =>
  runCommand(
    registerEvaluate,
    ...['evaluate', 'megaface', '--probes', at('facescrub_list.json'), '--distractors', at('lists')],
    ...['--name', 'net', '--threads', '1', '--cache', at('cache/embeddings'), '--json', ...words],
  )
const results = async (...words: string[]) => {
  const { stdout, error } = await megaface(...words)
  expect(error).toBeUndefined()
  return JSON.parse(stdout).results
}
const ofFolders = () =>
  results(
    ...['--probe-features', at('probes'), '--distractor-features', at('distractors'), '--ending', '_o.bin'],
  )

/** Rows of a matrix file, in another order than the list, with their names. */
async function shuffled(
  name: string,
  rows: readonly Float32Array[],
  names: readonly string[],
  head: Uint8Array,
) {
  const order = Array.from(rows.keys()).toSorted((a, b) => ((a * 7) % 11) - ((b * 7) % 11) || a - b)
  const bytes = order.map((i) =>
    name.includes('64') ? Buffer.from(Float64Array.from(rows[i]!).buffer) : Buffer.from(rows[i]!.buffer),
  )
  await writeFile(at(name), Buffer.concat([head, ...bytes]))
  const list = `${name.replace(/\.npy$/, '')}.names.txt`
  await writeFile(at(list), `${order.map((i) => names[i]).join('\n')}\n`)
}

test('features in one file, .npy or matrix, by their names, give what files of each item give', async () => {
  const { path, rows } = made.lists.get(40)!
  await shuffled('d.npy', rows, path, npyHeader([40, 6]))
  await shuffled('d64.bin', rows, path, featureHead(40, 6, 6))
  await shuffled('p.bin', made.probeRows, made.probes.path, featureHead(made.probeRows.length, 6, 5))
  const expected = await ofFolders()
  for (const file of ['d.npy', 'd64.bin'])
    expect(await results('--probe-features', at('p.bin'), '--distractor-features', at(file)), file).toEqual(
      expected,
    )
  expect(await readdir(at('cache'))).toEqual([])
})

test('features of float64 are rounded to float32 as they are read', async () => {
  const expected = await ofFolders()
  const { path, rows } = made.lists.get(40)!
  const write = async (folder: string, names: readonly string[], all: readonly Float32Array[]) => {
    for (const [i, name] of names.entries()) {
      await mkdir(dirname(join(at(folder), name)), { recursive: true })
      // A little beside each number, less than float32 can tell.
      const wide = Float64Array.from(all[i]!, (value) => value * (1 + 2 ** -40))
      await writeFile(join(at(folder), `${name}_o.bin`), featureFile(wide, 6))
    }
  }
  await write('wide', made.probes.path, made.probeRows)
  await write('wide-d', path, rows)
  const words = ['--probe-features', at('wide'), '--distractor-features', at('wide-d'), '--ending', '_o.bin']
  expect(await results(...words)).toEqual(expected)
})

test('a file of features without a row for a distractor is a missing one', async () => {
  await writeFile(at('few.npy'), Buffer.concat([npyHeader([1, 6]), Buffer.from(new Float32Array(6).buffer)]))
  await writeFile(at('few.names.txt'), `${made.lists.get(40)!.path[3]}\n`)
  const { error, stderr } = await megaface(
    '--probe-features',
    at('p.bin'),
    '--distractor-features',
    at('few.npy'),
  )
  expect(error).toBeInstanceOf(DataError)
  expect(error!.message).toContain('expected features of all 40, got 1')
  expect(stderr).toContain(`missing: ${made.lists.get(40)!.path[0]}: no row in few.names.txt\n`)
})

test('features of other lengths are refused', async () => {
  await writeFile(
    at('long.npy'),
    Buffer.concat([npyHeader([40, 7]), Buffer.from(new Float32Array(280).buffer)]),
  )
  const { error } = await megaface('--probe-features', at('p.bin'), '--distractor-features', at('long.npy'))
  expect(error!.message).toBe(`${at('long.npy')}: expected 6 numbers a row as the probes have, got 7`)
})

test('a model embeds the images, and the second run takes them from the cache', async () => {
  const people = 8
  await writePeople(at('people'), { people, images: 2 })
  await writeFile(at('halves.onnx'), halvesModel())
  const images = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => personName(from + i)).flatMap((name) =>
      [1, 2].map((k) => ({ path: `${name}/${name}_000${k}.jpg`, id: name })),
    )
  const list = (all: ReturnType<typeof images>) =>
    JSON.stringify({ path: all.map(({ path }) => path), id: all.map(({ id }) => id) })
  await writeFile(at('facescrub_people.json'), list(images(0, 4)))
  await mkdir(at('lists2'))
  await writeFile(at('lists2/megaface_features_list.json_8_3'), list(images(4, 8)))
  const run = (...more: string[]) =>
    megaface(
      ...['--probes', at('facescrub_people.json'), '--distractors', at('lists2'), '--sets', '3'],
      ...['--probe-images', at('people'), '--distractor-images', at('people'), '--model', at('halves.onnx')],
      ...more,
    )
  const first = await run()
  expect(first.error).toBeUndefined()
  const result = JSON.parse(first.stdout)
  // Lists with ids are of challenge 2. Two images of a person have nearly one colour, other people others.
  expect(result).toMatchObject({ challenge: 2, missing: 0, results: [{ size: 8, set: 3, rank1: 1 }] })
  expect(result.probes.features.model).toMatchObject({ file: 'halves.onnx', sha256: hashOf(halvesModel()) })
  expect(result.distractors).toEqual({ model: result.probes.features.model })
  const second = await run()
  expect(second.stdout).toBe(first.stdout)

  // A run that is stopped while it embeds says what it keeps.
  const stopped = run('--cache', at('new-cache/embeddings'))
  const said = () => vi.mocked(process.stderr.write).mock.calls.flat().join('')
  while (!said().includes('no landmarks')) await new Promise((done) => setTimeout(done, 1))
  process.emit('SIGINT')
  const { error: stop } = await stopped
  expect(stop).toBeInstanceOf(StoppedError)
  expect(stop!.message).toBe(
    'probes: stopped; what was embedded is kept, and the same command goes on from there',
  )

  const rows = images(4, 8).map(({ path }) => `${path},${[20, 30, 40, 30, 30, 40, 22, 50, 38, 50].join()}`)
  await writeFile(at('points.csv'), `${[LANDMARK_COLUMNS.join(), ...rows].join('\n')}\n`)
  const aligned = await run('--distractor-landmarks', at('points.csv'))
  expect(aligned.error).toBeUndefined()
  const landmarks = { file: 'points.csv', sha256: hashOf(await readFile(at('points.csv'))) }
  expect(JSON.parse(aligned.stdout).distractors).toMatchObject({ landmarks })

  await rm(join(at('people'), personName(5), `${personName(5)}_0002.jpg`))
  const third = await run()
  expect(third.error).toBeInstanceOf(DataError)
  expect(third.error!.message).toContain('lists2/megaface_features_list.json_8_3: expected features of all 8')
})

test('the result names files of features without their folders, and each with its hash', async () => {
  const run = async (folder: string) => {
    const words = ['--probe-features', `${folder}/p.bin`, '--distractor-features', `${folder}/d.npy`]
    return (await megaface(...words)).stdout
  }
  const text = await run(base)
  expect(await run(join(base, 'lists').concat('/..'))).toBe(text)
  const { probes, distractors } = JSON.parse(text)
  expect(probes.features.features.file).toBe('p.bin')
  const sha256 = hashOf(await readFile(at('d.npy')))
  const names = { file: 'd.names.txt', sha256: hashOf(await readFile(at('d.names.txt'))) }
  expect(distractors).toEqual({ features: { file: 'd.npy', sha256 }, names })
})

test('the result has a digest of files in a folder, which other features change', async () => {
  const facts = async (folder: string, ...more: string[]) => {
    const words = ['--probe-features', at('probes'), '--distractor-features', folder, '--ending', '_o.bin']
    return JSON.parse((await megaface(...words, ...more)).stdout).distractors
  }
  const files = await Promise.all(
    made.lists.get(40)!.path.map((path) => readFile(join(at('distractors'), `${path}_o.bin`))),
  )
  const sha256 = hashOf(Buffer.concat(files.map((file) => createHash('sha256').update(file).digest())))
  const expected = { ending: '_o.bin', features: [{ size: 40, set: 1, files: 40, of: 40, sha256 }] }
  expect(await facts(at('distractors'))).toEqual(expected)
  expect(await facts(at('distractors'), '--normalise')).toEqual(expected)
  expect(await facts(at('distractors'), '--allow-missing')).toEqual(expected)
  expect((await facts(at('wide-d'))).features[0].sha256).not.toBe(sha256)
})

test.each([[], ['--normalise']])(
  'a number too large for float32 is refused with its file and item %j',
  async (...more) => {
    const huge = async (name: string, items: readonly string[], all: readonly Float32Array[]) => {
      const numbers = Float64Array.from(all.flatMap((row) => [...row]))
      numbers[6 * 5 + 2] = 1e300
      await writeFile(at(name), Buffer.concat([featureHead(all.length, 6, 6), Buffer.from(numbers.buffer)]))
      await writeFile(at(name).replace('.bin', '.bin.names.txt'), `${items.join('\n')}\n`)
      return `${at(name)}: ${items[5]}: expected finite numbers of float32, got 1e+300 at 2`
    }
    const { path, rows } = made.lists.get(40)!
    const ofDistractor = await huge('huge-d.bin', path, rows)
    const ofProbe = await huge('huge-p.bin', made.probes.path, made.probeRows)
    const run = async (probes: string, distractors: string) =>
      (await megaface('--probe-features', at(probes), '--distractor-features', at(distractors), ...more))
        .error
    expect((await run('p.bin', 'huge-d.bin'))!.message).toBe(ofDistractor)
    expect((await run('huge-p.bin', 'd.npy'))!.message).toBe(ofProbe)
    expect(await readdir(at('cache'))).not.toContainEqual(expect.stringMatching(/^megaface-/))
  },
)

test('options that nothing uses are refused', async () => {
  const files = ['--probe-features', at('p.bin'), '--distractor-features', at('d.npy')]
  const { error: model } = await megaface(...files, '--model', at('halves.onnx'))
  expect(model).toBeInstanceOf(UsageError)
  expect(model!.message).toBe('--model: is for --probe-images and --distractor-images, got features of both')
  const { error: ending } = await megaface(...files, '--ending', '_o.bin')
  expect(ending).toBeInstanceOf(UsageError)
  expect(ending!.message).toBe('--ending: is for a folder of feature files, got none, and _o.bin')
})

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function featureHead(rows: number, columns: number, type: 5 | 6): Uint8Array {
  const head = Buffer.alloc(16)
  ;[rows, columns, columns * (type === 5 ? 4 : 8), type].forEach((value, i) => {
    head.writeInt32LE(value, 4 * i)
  })
  return head
}
