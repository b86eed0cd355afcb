import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { writeIjb } from '../../../test/evaluate/ijb-folder.ts'
import { ijbTexts } from '../../../test/evaluate/ijb-lists.ts'
import {
  literalJoined,
  literalPairs,
  literalSearch,
  literalTarAtFar,
  literalTemplates,
} from '../../../test/evaluate/ijb-literal.ts'
import { readAligned } from '../../data/index.ts'
import { embedImages, encodeNpy, fuse, openModel } from '../../embed/index.ts'
import { DataError, StoppedError, UsageError } from '../../errors.ts'
import { rng } from '../../math/rng.ts'
import { registerEvaluate } from '../evaluate.ts'
import { version } from '../version.ts'

let base: string
let given: string[]
const texts = ijbTexts(5, { people: 12 })
const count = texts.features.length
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'evaluate-ijb-'))
  given = await writeIjb(base, texts)
})
afterAll(() => rm(base, { recursive: true }))

const run = (...words: string[]) => runCommand(registerEvaluate, 'evaluate', ...words)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
/** The options given, without the ones named. */
const without = (...names: string[]) => given.filter((_, i) => !names.includes(given[i - (i % 2)]!.slice(2)))
const evaluate = (...words: string[]) => run('ijbc', ...given, ...words)

describe('evaluate ijbc', () => {
  test('--json gives every number of the protocol, equal to the rules written down', async () => {
    for (const weight of ['none', 'detection']) {
      const { stdout, error, exitCode } = await evaluate('--weight', weight, '--json')
      expect(error).toBeUndefined()
      expect(exitCode).toBe(0)
      const result = JSON.parse(stdout)
      const templates = literalTemplates(texts, texts.features, { weight: weight === 'detection' })
      const pairs = literalPairs(texts.pairs, templates)
      expect(result).toMatchObject({
        ...{ protocol: 'ijbc', weight, unit: false, images: count, templates: 36 },
        ...{ missing: 0, missingImages: [], missingTemplates: 0, incomplete: false },
      })
      expect(result.verification).toMatchObject({ pairs: 288, genuinePairs: 24, impostorPairs: 264 })
      expect(Object.keys(result.verification.tarAtFar)).toEqual([
        ...['0.000001', '0.00001', '0.0001', '0.001', '0.01', '0.1'],
      ])
      for (const [far, tar] of Object.entries(result.verification.tarAtFar))
        expect(tar).toBe(literalTarAtFar(pairs, Number(far)))
      const { galleries, joined } = result.identification
      for (const [i, gallery] of [texts.gallery1, texts.gallery2].entries()) {
        // Twelve non-mated searches carry neither FPIR.
        expect(galleries[i]).toMatchObject({
          top: literalSearch(gallery, texts.probes, templates).top,
          ...{ tpirAtFpir: { 0.01: null, 0.1: null }, rank1TpirAtFpir: { 0.01: null, 0.1: null } },
        })
        expect(galleries[i]).toMatchObject({
          ...{ gallery: `gallery${i + 1}`, people: 6, templates: 6, missingTemplates: 0 },
          ...{ matedSearches: 12, nonMatedSearches: 12 },
        })
      }
      expect(joined).toEqual(literalJoined([texts.gallery1, texts.gallery2], texts.probes, templates))
      expect(result.identification.average.top['1']).toBe((galleries[0].top['1'] + galleries[1].top['1']) / 2)
      expect(result.features.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(Object.keys(result.lists)).toEqual([
        ...['templates', 'names', 'pairs', 'gallery1', 'gallery2', 'probes'],
      ])
    }
  })

  test('prints a table for people', async () => {
    const { stdout } = await evaluate()
    expect(stdout).toMatch(
      /^\d+ images in 36 templates, weight none\n\n1:1 {2}288 pairs, 24 genuine and 264 impostor\n/,
    )
    expect(stdout).toMatch(/TAR at FAR 1e-6 +\d+\.\d\d % +\d+\.\d\d % {2}0 of 264 impostor pairs accepted\n/)
    expect(stdout).toMatch(/gallery1 +gallery2 +average +joined\ntop-1( +\d+\.\d\d %){4}\n/)
    expect(stdout).toMatch(/TPIR at FPIR 0\.01( +n\/a){3} +\d+\.\d\d % {2}needs 1000 searches\n/)
    expect(stdout).toMatch(/at rank 1, FPIR 0\.1( +n\/a){3} +- {2}needs 100 searches\n/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(100)
  })

  test('--out writes JSON, CSV and SVG, and twice the same bytes', async () => {
    await evaluate('--out', at('one'))
    await evaluate('--out', at('two'))
    const names = await readdir(at('one'))
    expect(names).toEqual(expect.arrayContaining(['result.json', 'roc.csv', 'roc.svg', 'det.csv', 'cmc.csv']))
    // Genuine scores of 1:1 are exact, impostors counted in bins; 1:N has those of its searches.
    const totals = async (name: string) => {
      const [head, ...rows] = (await readFile(join(at('one'), name), 'utf8')).trimEnd().split('\n')
      expect(head).toBe('from,to,genuine,impostor')
      const of = (column: number) => rows.reduce((sum, row) => sum + Number(row.split(',')[column]), 0)
      return [of(2), of(3)]
    }
    expect(await totals('scores.csv')).toEqual([24, 264])
    expect(await totals('search-scores.csv')).toEqual([24, 24])
    for (const name of names)
      expect(await readFile(join(at('two'), name), 'utf8')).toBe(
        await readFile(join(at('one'), name), 'utf8'),
      )
  })

  test('computes what the lists allow, or what --protocol names', async () => {
    const keys = async (...words: string[]) =>
      Object.keys(JSON.parse((await run('ijbb', ...words, '--json')).stdout)).filter((key) =>
        ['verification', 'identification'].includes(key),
      )
    expect(await keys(...given)).toEqual(['verification', 'identification'])
    expect(await keys(...without('pairs'))).toEqual(['identification'])
    expect(await keys(...without('gallery1', 'gallery2', 'probes', 'names'))).toEqual(['verification'])
    expect(await keys(...given, '--protocol', '1:1')).toEqual(['verification'])
    expect(await keys(...given, '--protocol', '1:n')).toEqual(['identification'])
    const one = JSON.parse((await run('ijbb', ...without('gallery2'), '--json')).stdout)
    expect(one.identification.galleries).toHaveLength(1)
    expect(one.identification).not.toHaveProperty('joined')
  })

  test('parts of --shard add up to the same bytes', async () => {
    const words = [...given, '--protocol', '1:1', '--weight', 'detection']
    await run('ijbc', ...words, '--out', at('whole'))
    for (let i = 1; i <= 3; i++) {
      const { stdout } = await run('ijbc', ...words, '--shard', `${i}/3`, '--out', at(`${i}.part`))
      expect(stdout).toBe(`${at(`${i}.part`)}: part ${i} of 3\n`)
    }
    const { error } = await run(
      'merge',
      ...['3', '1', '2'].map((i) => at(`${i}.part`)),
      '--out',
      at('merged'),
    )
    expect(error).toBeUndefined()
    for (const name of await readdir(at('whole')))
      expect(await readFile(join(at('merged'), name), 'utf8')).toBe(
        await readFile(join(at('whole'), name), 'utf8'),
      )
  })

  test('parts add up whatever each machine calls the files, if they are the same', async () => {
    const other = await mkdtemp(join(tmpdir(), 'evaluate-ijb-other-'))
    try {
      const elsewhere = await writeIjb(other, texts)
      const words = ['--protocol', '1:1', '--json']
      for (const [i, lists] of [given, elsewhere].entries()) {
        const part = at(`same-${i + 1}`)
        const { stdout } = await run('ijbc', ...lists, ...words, '--shard', `${i + 1}/2`, '--out', part)
        // One JSON object here too.
        expect(JSON.parse(stdout)).toEqual({
          ...{ protocol: 'ijbc', version, part, shard: { index: i + 1, count: 2 } },
        })
      }
      const { stdout, error } = await run('merge', at('same-1'), at('same-2'), '--json')
      expect(error).toBeUndefined()
      expect(stdout).toBe((await evaluate(...words)).stdout)
    } finally {
      await rm(other, { recursive: true })
    }
  })

  test('takes rows by their names where a list of them lies beside the features', async () => {
    const order = [...texts.features.keys()].reverse()
    const names = order.map((i) => texts.templates.split('\n')[i]!.split(' ')[0])
    const data = Float32Array.from(order.flatMap((i) => texts.features[i]!))
    await writeFile(at('reversed.npy'), encodeNpy({ shape: [count, 4], data }))
    await writeFile(at('reversed.names.txt'), `${names.join('\n')}\n`)
    const { identification, verification } = JSON.parse((await evaluate('--json')).stdout)
    const result = JSON.parse((await evaluate('--features', at('reversed.npy'), '--json')).stdout)
    expect(result).toMatchObject({ identification, verification })
    const list = at('reversed.names.txt')
    expect(result.features.names).toEqual({ file: list, sha256: sha256(await readFile(list)) })
  })

  test('states the hash of each list that it read, and of the features', async () => {
    const { lists, features } = JSON.parse((await evaluate('--json')).stdout)
    for (const name of ['templates', 'names', 'pairs', 'gallery1', 'gallery2', 'probes'])
      expect(lists[name]).toEqual({ file: at(name), sha256: sha256(await readFile(at(name))) })
    expect(features).toEqual({
      file: at('features.npy'),
      sha256: sha256(await readFile(at('features.npy'))),
    })
  })
})

test('evaluate ijbc gives TPIR at the FPIRs that the non-mated searches of each gallery carry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-ijb-many-'))
  try {
    // 51 people in gallery 1, 50 in gallery 2: 100 searches are non-mated in the first, 102 in the second.
    const many = ijbTexts(3, { people: 101 })
    const words = [...(await writeIjb(folder, many)), '--protocol', '1:n']
    const { stdout } = await run('ijbc', ...words, '--json')
    const { galleries, average } = JSON.parse(stdout).identification
    const templates = literalTemplates(many, many.features, { weight: false })
    for (const [i, gallery] of [many.gallery1, many.gallery2].entries()) {
      const literal = literalSearch(gallery, many.probes, templates)
      expect(galleries[i]).toMatchObject({
        nonMatedSearches: [100, 102][i],
        tpirAtFpir: { 0.01: null, 0.1: literal.tpirAtFpir['0.1'] },
        rank1TpirAtFpir: { 0.01: null, 0.1: literal.rank1TpirAtFpir['0.1'] },
      })
    }
    expect(average.tpirAtFpir).toEqual({
      0.01: null,
      0.1: (galleries[0].tpirAtFpir['0.1'] + galleries[1].tpirAtFpir['0.1']) / 2,
    })
    const table = (await run('ijbc', ...words)).stdout
    expect(table).toMatch(/TPIR at FPIR 0\.1( +\d+\.\d\d %){4}\n/)
    expect(table).toMatch(/at rank 1, FPIR 0\.1( +\d+\.\d\d %){3} +-\n/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  ['genuine', '1'],
  ['impostor', '0'],
])('evaluate ijbc with %s pairs alone has no rates and no curves of 1:1', async (kind, label) => {
  const own = texts.pairs.split('\n').filter((line) => line.endsWith(` ${label}`))
  await writeFile(at(kind), `${own.join('\n')}\n`)
  const words = ['--pairs', at(kind), '--protocol', '1:1']
  const { stdout, error } = await evaluate(...words, '--out', at(`only-${kind}`))
  expect(error).toBeUndefined()
  expect(stdout).not.toMatch(/NaN|null|undefined|impostor pairs accepted/)
  expect(stdout).toMatch(/TAR at FAR 1e-1 +- +-\n/)
  expect(stdout).toMatch(/\nAUC {2}- {3}EER {2}-\n/)
  expect(await readdir(at(`only-${kind}`))).toEqual(['result.json'])
  const { verification } = JSON.parse((await evaluate(...words, '--json')).stdout)
  expect(verification).toMatchObject({ pairs: own.length, auc: null, eer: null })
  for (const name of ['tarAtFar', 'falseAcceptsAtFar', 'thresholdAtFar', 'tarNearFar'])
    expect(new Set(Object.values(verification[name]))).toEqual(new Set([null]))
})

test('evaluate ijbc without a mated search has no rates and no CMC', async () => {
  const [header, ...lines] = texts.probes.trim().split('\n')
  const strangers = lines.map((line) => line.split(',').with(1, '9999').join(','))
  await writeFile(at('strangers'), `${[header, ...strangers].join('\n')}\n`)
  const words = ['--probes', at('strangers'), '--protocol', '1:n']
  const { stdout, error } = await evaluate(...words, '--out', at('nobody'))
  expect(error).toBeUndefined()
  expect(stdout).toMatch(/top-1( +-){3}\n/)
  expect(stdout).not.toMatch(/NaN|null|undefined/)
  expect((await readdir(at('nobody'))).filter((name) => name.startsWith('cmc'))).toEqual([])
  for (const name of await readdir(at('nobody')))
    expect(await readFile(join(at('nobody'), name), 'utf8'), name).not.toMatch(/NaN/)
})

describe('evaluate ijbb with images that are missing', () => {
  const lacking = async (...gone: number[]) => {
    const kept = [...texts.features.keys()].filter((i) => !gone.includes(i))
    const data = Float32Array.from(kept.flatMap((i) => texts.features[i]!))
    await writeFile(at('some.npy'), encodeNpy({ shape: [kept.length, 4], data }))
    await writeFile(at('some.txt'), `${kept.map((i) => `${i + 1}.jpg`).join('\n')}\n`)
    return ['--features', at('some.npy'), '--feature-names', at('some.txt')]
  }

  test('stops with their names', async () => {
    const { error, stderr, stdout } = await evaluate(...(await lacking(3, 7)))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toBe(
      `images: expected all ${count}, got ${count - 2}; --allow-missing goes on and marks the result as incomplete`,
    )
    expect(stderr).toBe(
      `missing: 4.jpg: no row of its name\nmissing: 8.jpg: no row of its name\n2 of ${count} images are missing\n`,
    )
    expect(stdout).toBe('')
  })

  test('goes on with --allow-missing, marks the result, and leaves out templates without images', async () => {
    const first = texts.templates.split('\n')[0]!.split(' ')[1]
    const gone = [...texts.features.keys()].filter(
      (i) => texts.templates.split('\n')[i]!.split(' ')[1] === first,
    )
    gone.push((gone[0] ?? 0) + 20)
    const words = [...(await lacking(...gone)), '--allow-missing']
    const result = JSON.parse((await evaluate(...words, '--json')).stdout)
    const templates = literalTemplates(texts, texts.features, { weight: false, missing: gone })
    const pairs = literalPairs(texts.pairs, templates)
    expect(result).toMatchObject({ missing: gone.length, missingTemplates: 1, incomplete: true })
    expect(result.verification.missingPairs).toBe(288 - pairs.length)
    expect(result.verification.tarAtFar['0.1']).toBe(literalTarAtFar(pairs, 0.1))
    expect(result.identification.galleries[0]).toMatchObject({
      ...{ people: 5, missingTemplates: 1, matedSearches: 10, nonMatedSearches: 12, searchesWithoutMate: 2 },
    })
    expect(result.identification).not.toHaveProperty('joined')
    const { stdout } = await evaluate(...words)
    expect(stdout).toMatch(/^incomplete: \d+ missing\n/)
    expect(stdout).toContain('1 templates missing, 2 searches without a mate\n')
  })
})

describe('evaluate ijbb with a model', () => {
  const images = () => at('crops')
  const model = () => ['--model', at('halves.onnx'), '--images', images(), '--threads', '1', '--no-cache']
  beforeAll(async () => {
    await mkdir(images())
    await writeFile(at('halves.onnx'), halvesModel())
    for (let i = 1; i <= count; i++) {
      const random = rng(9, i)
      const noise = Uint8Array.from({ length: 120 * 120 * 3 }, () => random.below(256))
      const raw = { width: 120, height: 120, channels: 3 } as const
      await writeFile(join(images(), `${i}.jpg`), await sharp(noise, { raw }).png().toBuffer())
    }
  })

  /** The features of the loose crops, aligned by the points of the list or not at all. */
  async function features(aligned: boolean): Promise<Float32Array> {
    const opened = await openModel(at('halves.onnx'), { threads: 1 })
    const { height, width, alignment, flip } = opened.description
    const lines = texts.names.trim().split('\n')
    const { feature, mirrored } = await embedImages(opened, {
      ...{ count, height, width },
      read: (i, out, offset) => {
        const points = Float64Array.from(lines[i]!.split(' ').slice(1, 11).map(Number))
        const sample = { path: join(images(), `${i + 1}.jpg`), ...(aligned && { points }) }
        return readAligned(sample, { height, width, template: alignment }, out, offset)
      },
    })
    await opened.close()
    return Float32Array.from(fuse(feature, mirrored, flip).data)
  }

  test('aligns each loose crop by its five points; without --names it takes crops as aligned', async () => {
    const results: unknown[] = []
    for (const aligned of [true, false]) {
      const data = await features(aligned)
      await writeFile(at('own.npy'), encodeNpy({ shape: [count, data.length / count], data }))
      const names = aligned ? ['--names', at('names')] : []
      const lists = without('features', 'names')
      const expected = JSON.parse((await run('ijbb', ...lists, '--features', at('own.npy'), '--json')).stdout)
      const { stdout, stderr, error } = await run('ijbb', ...lists, ...names, ...model(), '--json')
      expect(error).toBeUndefined()
      const { verification, identification, model: facts } = JSON.parse(stdout)
      expect({ verification, identification }).toEqual({
        verification: expected.verification,
        identification: expected.identification,
      })
      expect(facts.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(stderr.includes('no --names: images are taken as already aligned')).toBe(!aligned)
      results.push(verification)
    }
    expect(results[0]).not.toEqual(results[1])
  })

  test('names files that are not there before it opens the model, and pictures that cannot be read', async () => {
    const lists = without('features')
    const file = join(images(), '3.jpg')
    const bytes = await readFile(file)
    await unlink(file)
    const gone = await run('ijbb', ...lists, ...model())
    expect(gone.error?.message).toContain(`images: expected all ${count}, got ${count - 1};`)
    expect(gone.stderr).toBe(`missing: 3.jpg: no such file\n1 of ${count} images are missing\n`)
    await writeFile(file, 'no picture')
    const broken = await run('ijbb', ...lists, ...model(), '--json', '--allow-missing')
    const result = JSON.parse(broken.stdout)
    expect(result.missingImages).toEqual([{ name: '3.jpg', reason: expect.stringMatching(/./) }])
    expect(result.incomplete).toBe(true)
    await writeFile(file, bytes)
  })

  test('keeps embeddings in the cache, so that the next run finds them', async () => {
    const words = [...without('features'), ...model().slice(0, -1), '--cache', at('cache'), '--json']
    const first = await run('ijbb', ...words)
    const second = await run('ijbb', ...words)
    expect(second.stdout).toBe(first.stdout)
    expect(second.stderr).toContain(`${count} of ${count} embeddings are in ${at('cache')}`)
  })
})

test('evaluate ijbb refuses options that do not go together, with one line', async () => {
  const refusal = async (...words: string[]) => {
    const { error, stdout } = await run('ijbb', ...words)
    expect(error, words.join(' ')).toBeInstanceOf(UsageError)
    expect(stdout).toBe('')
    return error!.message
  }
  const lists = ['--templates', at('templates')]
  expect(await refusal(...lists, '--features', at('features.npy'))).toBe(
    'lists: expected --pairs for 1:1, or --gallery1 and --probes for 1:N, got none',
  )
  expect(await refusal(...without('pairs'), '--protocol', '1:1')).toBe(
    '--pairs: expected the list for 1:1, got none',
  )
  expect(await refusal(...without('probes'))).toBe('--probes: expected the list for 1:N, got none')
  expect(await refusal(...without('gallery1'))).toBe('--gallery1: expected the list for 1:N, got none')
  expect(await refusal(...without('features'))).toBe(
    'features: expected either --model or --features, got none',
  )
  expect(await refusal(...without('features'), '--model', 'm.onnx')).toBe(
    '--images: expected the folder of the images, got none',
  )
  expect(await refusal(...given, '--flip', 'sum')).toBe('--features: takes no --flip, got sum')
  expect(await refusal(...without('names'), '--weight', 'detection')).toBe(
    '--weight detection: expected --names with the detection scores, got none',
  )
  expect(await refusal(...given, '--shard', '1/2', '--out', at('p'))).toBe(
    '--shard: expected 1:1 alone (--protocol 1:1), got 1:N',
  )
  expect(await refusal(...given, '--protocol', '1:1', '--shard', '1/2')).toBe(
    '--shard: needs --out, the new file of the part',
  )
  expect(await refusal(...given, '--memory', '64MiB')).toMatch(
    /^--memory: expected at least \d+MiB for 36 templates of 4 numbers, got 64MiB$/,
  )
})

test('evaluate ijbb stops at Ctrl-C and leaves nothing behind', async () => {
  const before = process.listenerCount('SIGINT')
  const running = evaluate('--out', at('stopped'))
  while (process.listenerCount('SIGINT') === before) await new Promise((done) => setImmediate(done))
  process.emit('SIGINT')
  const { error, stdout } = await running
  expect(error).toBeInstanceOf(StoppedError)
  expect(stdout).toBe('')
  expect(await readdir(base)).not.toContain('stopped')
  expect(process.listenerCount('SIGINT')).toBe(before)
})

test('evaluate ijbb names the file and line of a wrong list', async () => {
  await writeFile(at('wrong'), `${texts.pairs}7 10 maybe\n`)
  const { error } = await evaluate('--pairs', at('wrong'))
  expect(error).toBeInstanceOf(DataError)
  expect(error!.message).toBe(`${at('wrong')}:289: expected two templates and a label 0 or 1, got 7 10 maybe`)
  expect((await evaluate('--gallery1', at('none'))).error!.message).toBe(
    `${at('none')}: no such file or folder`,
  )
})
