import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { steradian } from '../../../test/cli/steradian.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { featureFile, type MegafaceFolder, writeMegaface } from '../../../test/evaluate/megaface-folder.ts'
import { literalMegaface } from '../../../test/evaluate/megaface-literal.ts'
import { DataError } from '../../errors.ts'
import { encodePart, type JsonObject, megafaceFars, type Part } from '../../evaluate/index.ts'
import { registerEvaluate } from '../evaluate.ts'
import { writeWhole } from '../files/write-file.ts'
import { version } from '../version.ts'

let base: string
let made: MegafaceFolder
const at = (name: string): string => join(base, name)
// More than two blocks of 4,096 rows, in one .npy; and a list that is shorter than a block, of which shard 2 has nothing.
const sizes = [30, 9000]

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'merge-'))
  made = await writeMegaface(base, { sizes, npy: 9000, people: 5, seed: 7 })
  await writeWhole(at('noise.txt'), `${made.lists.get(9000)!.path[5]}\n`)
})
afterAll(() => rm(base, { recursive: true }))

const words = (size: number): string[] => [
  ...['evaluate', 'megaface', '--probes', at('facescrub_list.json'), '--probe-features', at('probes')],
  ...['--distractors', at('lists'), '--sizes', String(size), '--ending', '_o.bin', '--name', 'net'],
  ...['--distractor-features', at(size === 30 ? 'distractors' : 'distractors.npy'), '--threads', '1'],
  ...(size === 30 ? [] : ['--noise-distractors', at('noise.txt')]),
]
const merge = (...files: string[]) => runCommand(registerEvaluate, 'evaluate', 'merge', ...files)

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')])),
  )
}

test.each(sizes)(
  'two processes with --shard, merged, give the bytes of one run: %d distractors',
  async (size) => {
    const whole = await steradian(...words(size), '--out', at(`whole-${size}`))
    expect(whole.code, whole.stderr).toBe(0)
    const parts = await Promise.all(
      [1, 2].map((i) => steradian(...words(size), '--shard', `${i}/2`, '--out', at(`parts-${size}/${i}`))),
    )
    expect(
      parts.map(({ code }) => code),
      parts[0]!.stderr,
    ).toEqual([0, 0])
    expect(parts[1]!.stdout).toBe(`${at(`parts-${size}/2`)}: part 2 of 2\n`)
    const merged = await merge(at(`parts-${size}/2`), at(`parts-${size}/1`), '--out', at(`merged-${size}`))
    expect(merged.error).toBeUndefined()
    expect(merged.stdout).toBe(whole.stdout)
    expect(await contents(at(`merged-${size}`))).toEqual(await contents(at(`whole-${size}`)))

    const { results } = JSON.parse(await readFile(at(`merged-${size}/result.json`), 'utf8'))
    const expected = literalMegaface(made.probeRows, made.probes.id, made.lists.get(size)!.rows, megafaceFars)
    expect(results[0].rank1).toBe(expected.rank1)
    expect(Object.values(results[0].full.tarAtFar)).toEqual(expected.tar)
  },
)

test('merge refuses what is no whole run, in one line', async () => {
  const refusal = async (...files: string[]) => {
    const { error } = await merge(...files)
    expect(error).toBeInstanceOf(DataError)
    return error!.message
  }
  const [one, two, other] = [at('parts-9000/1'), at('parts-9000/2'), at('parts-30/1')]
  expect(await refusal(one)).toBe('merge: expected 2 shards, missing 2')
  expect(await refusal(one, one)).toBe(`${one}: shard 1/2 is given already, got ${one}`)
  expect(await refusal(two, other)).toMatch(
    /parts-30\/1: expected lists\.distractors\.0\.sha256 "[0-9a-f]{64}" as /,
  )
  // The same lists, features of another model.
  const changed = join(at('distractors'), `${made.lists.get(30)!.path[7]}_o.bin`)
  await writeWhole(changed, featureFile(made.lists.get(30)!.rows[8]!))
  const again = await runCommand(registerEvaluate, ...words(30), '--shard', '2/2', '--out', at('again.part'))
  expect(again.error).toBeUndefined()
  expect(await refusal(other, at('again.part'))).toMatch(
    /again\.part: expected distractors\.features\.0\.sha256 "/,
  )
  expect(await refusal(at('lists'))).toBe(`${at('lists')}: expected a file, got a folder`)
  expect(await refusal(at('noise.txt'))).toMatch(/noise\.txt: expected a part of an evaluation/)

  const part = { shard: { index: 1, count: 1 }, facts: {}, arrays: {} }
  await writeWhole(
    at('old.part'),
    await encodePart({ ...part, protocol: 'megaface', run: { version: '0.0.0' } }),
  )
  expect(await refusal(at('old.part'))).toMatch(/old\.part: expected a part of version .*, got 0\.0\.0$/)
  const megaface = async (run: JsonObject) => {
    await writeWhole(
      at('bare.part'),
      await encodePart({ ...part, protocol: 'megaface', run: { version, ...run } }),
    )
    return (await refusal(at('bare.part'))).replace(`${at('bare.part')}: `, '')
  }
  expect(await megaface({})).toBe('expected run.name as --shard writes it, got none')
  const setup = {
    ...{ name: 'n', challenge: 1, verification: 'full', normalise: false, lists: {}, distractors: {} },
    ...{ probes: { name: 'p', listed: 1, features: {} }, noise: null, beside: [], missingItems: [] },
    ...{ columns: 4, runs: [{ size: 10, set: 1, cleaning: 'raw' }] },
  }
  expect(await megaface({ ...setup, verification: 'half' })).toBe(
    'expected run.verification as --shard writes it, got "half"',
  )
  expect(await megaface({ ...setup, runs: [{ size: 10, set: -1, cleaning: 'raw' }] })).toBe(
    'expected run.runs.0.set as --shard writes it, got -1',
  )
  expect(await megaface(setup)).toBe('expected probes.raw as --shard writes it, got none')
  const run = { version, protocol: 'ijbb', found: { pairs: 2, missingPairs: 0 }, lists: {}, source: {} }
  const sizes = { weight: 'none', unit: false, images: 4, templates: 2, missingTemplates: 0 }
  const ijb = async (given: JsonObject, arrays: Part['arrays']) => {
    await writeWhole(
      at('ijb.part'),
      await encodePart({ ...part, arrays, protocol: 'ijbb', run: { ...run, ...sizes, ...given } }),
    )
    return (await refusal(at('ijb.part'))).replace(`${at('ijb.part')}: `, '')
  }
  const counts = {
    scores: Float64Array.of(0.5),
    impostor: Float64Array.of(0, 0, 1),
    bins: new Float64Array(2000),
  }
  expect(await ijb({}, {})).toBe('expected run.missingItems as --shard writes it, got none')
  expect(await ijb({ missingItems: [], found: { pairs: -1, missingPairs: 0 } }, {})).toBe(
    'expected run.found.pairs as --shard writes it, got -1',
  )
  expect(await ijb({ missingItems: [] }, {})).toBe('expected the counts of 1:1, got others')
  expect(await ijb({ missingItems: [] }, { ...counts, genuine: Float64Array.of(0.5) })).toBe(
    'expected counts that are whole numbers from 0, got others',
  )
  expect(await ijb({ missingItems: [] }, { ...counts, genuine: Float64Array.of(1e15) })).toBe(
    'merge: expected counts of 2 pairs in all parts, got 1000000000000001',
  )

  await writeWhole(at('new.part'), await encodePart({ ...part, protocol: 'newface', run: {} }))
  expect(await refusal(at('new.part'))).toMatch(
    /new\.part: expected a protocol that is known here, got newface$/,
  )
})
