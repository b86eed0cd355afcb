import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start } from '../../../test/cli/steradian.ts'
import { halvesModel, ourModel } from '../../../test/embed/models.ts'
import { pairsText, writePeople } from '../../../test/embed/people.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { LANDMARK_COLUMNS, readAligned } from '../../data/index.ts'
import { encodeNpy, fuse, openModel } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import { parseLfwPairs } from '../../evaluate/index.ts'
import { cast, concat, input, neg, reduceMean } from '../../graph/index.ts'
import { anyBatch, emit } from '../../onnx/index.ts'
import { registerEvaluate } from '../evaluate.ts'
import { version } from '../version.ts'
import { itemImages } from './item-images.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'evaluate-'))
  await writePeople(at('lfw'))
  await writeFile(at('pairs.txt'), pairsText())
  await writeFile(at('halves.onnx'), halvesModel())
  await writeFile(at('ours.onnx'), ourModel())
})
afterAll(() => rm(base, { recursive: true }))

/** Runs `steradian evaluate lfw` on the people of this test, with the last of each option given. */
const evaluate = (...words: string[]) =>
  runCommand(
    registerEvaluate,
    ...['evaluate', 'lfw', '--model', at('halves.onnx'), '--images', at('lfw'), '--pairs', at('pairs.txt')],
    ...['--threads', '1', '--no-cache', ...words],
  )

test('evaluate lfw --json prints one object with every number of the protocol', async () => {
  const { stdout, stderr, error, exitCode } = await evaluate('--json')
  expect(error).toBeUndefined()
  expect(exitCode).toBe(0)
  const result = JSON.parse(stdout)
  expect(stdout.trimEnd()).not.toContain('\n')
  // Two images of a person have nearly one colour, those of two people do not.
  expect(result).toMatchObject({
    accuracy: 1,
    standardError: 0,
    folds: new Array(10).fill(1),
    auc: 1,
    eer: 0,
    tarAtFar: { '0.1': 1, '0.01': 1, '0.001': 1 },
    variant: 'exact',
    pairs: 20,
    listedPairs: 20,
    images: 20,
    missing: 0,
    missingImages: [],
    incomplete: false,
    protocol: 'lfw',
    version,
    list: { file: at('pairs.txt'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(result.intervals).toMatchObject({ over: 'people', accuracy: { low: 1, high: 1 } })
  expect(result.thresholds).toHaveLength(10)
  expect(result.model).toMatchObject({
    file: at('halves.onnx'),
    input: '8x6',
    layout: 'nchw',
    channels: 'rgb',
    mean: [127.5, 127.5, 127.5],
    flip: 'concat',
    dimensions: 6,
  })
  expect(result.model.sha256).toMatch(/^[0-9a-f]{64}$/)
  const lines = stderr.split('\n')
  expect(lines).toContain('no landmarks: images are taken as already aligned')
  expect(lines).toContain(`${at('halves.onnx')}: guessed: channels rgb (nothing says so)`)
  expect(lines).toContain(`${at('halves.onnx')}: guessed: mean 127.5 (nothing says so)`)
})

test('evaluate lfw prints a small table for people', async () => {
  const { stdout } = await evaluate('--variant', 'insightface')
  expect(stdout).toMatch(/pairs\.txt, insightface: 20 of 20 pairs, 10 folds\naccuracy +100\.00 % ± 0\.00/)
  expect(stdout).toMatch(/TAR at FAR 0\.001 100\.00 %.*\nmissing +0 of 20 images\n$/)
})

test('--variant all gives the exact rule, and each variant beside it', async () => {
  const result = JSON.parse((await evaluate('--variant', 'all', '--json')).stdout)
  expect(result.variant).toBe('exact')
  expect(Object.keys(result.variants)).toEqual(['exact', 'sphereface', 'insightface'])
  const alone = JSON.parse((await evaluate('--variant', 'sphereface', '--json')).stdout)
  expect(result.variants.sphereface.folds).toEqual(alone.folds)
  expect(result.variants.sphereface.thresholds).toEqual(alone.thresholds)
  expect(result.variants.insightface.variant).toBe('insightface')
})

test('--variant all prints the variants side by side, a line for each fold', async () => {
  const { stdout } = await evaluate('--variant', 'all', '--resamples', '0')
  const lines = stdout.split('\n')
  expect(lines[0]).toMatch(/pairs\.txt: 20 of 20 pairs, 10 folds$/)
  expect(lines[1]).toMatch(/^ +exact +sphereface +insightface$/)
  expect(lines[2]).toMatch(/^accuracy( +100\.00 ± 0\.00 %){3}$/)
  expect(lines.filter((line) => /^fold \d+( +100\.00 at -?\d\.\d{4}){3}$/.test(line))).toHaveLength(10)
  expect(stdout).not.toContain('95 %')
})

test('with --pairs-train one threshold is chosen on that list and judges the other', async () => {
  await writePeople(at('view1'), { people: 20 })
  const all = pairsText({ people: 20 }).trimEnd().split('\n')
  const isTrain = (line: string) => /^Person_[A-J]\t/.test(line)
  await writeFile(at('dev-train.txt'), `10\n${all.filter(isTrain).join('\n')}\n`)
  await writeFile(at('dev-test.txt'), all.filter((line) => !isTrain(line)).join('\n'))
  const words = ['--images', at('view1'), '--pairs', at('dev-test.txt'), '--pairs-train', at('dev-train.txt')]
  const result = JSON.parse((await evaluate(...words, '--json')).stdout)
  expect(result).toMatchObject({
    accuracy: 1,
    standardError: null,
    folds: [1],
    pairs: 20,
    listedPairs: 20,
    images: 40,
    trainPairs: 20,
    trainList: { file: at('dev-train.txt') },
    peopleInSeveralFolds: null,
    peopleInBothLists: expect.any(Number),
  })
  expect(result.thresholds).toHaveLength(1)
  // The other way round the threshold is another: it comes from the other people.
  const swapped = ['--pairs', at('dev-train.txt'), '--pairs-train', at('dev-test.txt'), '--json']
  expect(JSON.parse((await evaluate(...words, ...swapped)).stdout).thresholds).not.toEqual(result.thresholds)
  const table = (await evaluate(...words, '--variant', 'all')).stdout
  expect(table).toMatch(/dev-test\.txt: 20 of 20 pairs, a threshold of other pairs\n/)
  expect(table).toMatch(/\nthreshold( +-?\d\.\d{4}){3}\n/)
})

test('lists of view 1 that share a pair are refused, and people whom they share are counted', async () => {
  const train = pairsText().trimEnd().split('\n')
  await writeFile(at('shared-train.txt'), train.join('\n'))
  const words = ['--pairs-train', at('shared-train.txt'), '--resamples', '10', '--json']
  expect((await evaluate(...words)).error).toEqual(
    new DataError(
      `${at('pairs.txt')}: expected other pairs than in ${at('shared-train.txt')}, got Person_A/Person_A_0001.jpg and Person_A/Person_A_0002.jpg in both`,
    ),
  )
  await writePeople(at('three'), { images: 4 })
  await writeFile(
    at('shared-train.txt'),
    train.map((line) => line.replace('\t2', '\t4').replace('\t1', '\t3')).join('\n'),
  )
  const { stdout, stderr } = await evaluate(...words, '--images', at('three'))
  expect(JSON.parse(stdout)).toMatchObject({ peopleInBothLists: 10, peopleInSeveralFolds: null })
  expect(stderr).toContain(`${at('pairs.txt')}: 10 people are also in ${at('shared-train.txt')}, so that`)
})

test('a list whose folds share people says how many', async () => {
  const { stdout, stderr } = await evaluate('--resamples', '10', '--json')
  expect(JSON.parse(stdout).peopleInSeveralFolds).toBe(10)
  expect(stderr).toContain(`${at('pairs.txt')}: 10 people are in more than one fold`)
})

test('features of a file give what the model gives, and --flip concat tells their halves apart', async () => {
  const { feature, names } = await joinedFeatures()
  await writeFile(at('joined.npy'), feature)
  await writeFile(at('joined.names.txt'), names)
  const ofModel = JSON.parse((await evaluate('--variant', 'all', '--json')).stdout)
  const run = async (...words: string[]) =>
    JSON.parse(
      (
        await runCommand(
          registerEvaluate,
          ...['evaluate', 'lfw', '--features', at('joined.npy'), '--pairs', at('pairs.txt'), '--json'],
          ...['--variant', 'all', ...words],
        )
      ).stdout,
    )
  const joined = await run('--flip', 'concat')
  expect(joined.variants).toEqual(ofModel.variants)
  expect(joined.features).toEqual({
    file: at('joined.npy'),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    names: { file: at('joined.names.txt'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  const whole = await run()
  expect(whole.variants.exact).toEqual(ofModel.variants.exact)
  expect(whole.variants.insightface).not.toEqual(ofModel.variants.insightface)
})

/** The features of this test's images and mirror images side by side, in another order than that of the pairs. */
async function joinedFeatures() {
  const model = await openModel(at('halves.onnx'), { threads: 1 })
  const { height, width } = model.description
  const images = parseLfwPairs(pairsText()).images.toReversed()
  const pixels = new Uint8Array(images.length * height * width * 3)
  for (const [i, name] of images.entries())
    await readAligned({ path: join(at('lfw'), name) }, { height, width }, pixels, i * height * width * 3)
  const { feature, mirrored } = await model.embed(pixels)
  await model.close()
  const { data, rows, columns } = fuse(feature, mirrored, 'concat')
  return {
    feature: encodeNpy({ shape: [rows, columns], data: Float32Array.from(data) }),
    names: images.map((name) => `${name}\n`).join(''),
  }
}

test('a model of ours needs no option: nothing is guessed, and it is fused as it was exported', async () => {
  const { stdout, stderr } = await evaluate('--model', at('ours.onnx'), '--json')
  const none = JSON.parse(stdout)
  expect(none.model).toMatchObject({ input: '56x48', flip: 'none', isFused: false, type: 'uint8' })
  expect(stderr).not.toContain('guessed')
  const concat = JSON.parse((await evaluate('--model', at('ours.onnx'), '--flip', 'concat', '--json')).stdout)
  const sum = JSON.parse((await evaluate('--model', at('ours.onnx'), '--flip', 'sum', '--json')).stdout)
  expect(none.thresholds).not.toEqual(concat.thresholds)
  expect(sum.thresholds).not.toEqual(concat.thresholds)
  expect(sum.thresholds).not.toEqual(none.thresholds)
})

test('a model exported with flip concat gets from every variant what --flip concat gives one without', async () => {
  await writeFile(at('joined.onnx'), ourModel({ flip: 'concat' }))
  const inside = await evaluate('--model', at('joined.onnx'), '--variant', 'all', '--json')
  const outside = await evaluate(
    ...['--model', at('ours.onnx'), '--flip', 'concat', '--variant', 'all', '--json'],
  )
  expect(inside.stderr).not.toContain('guessed')
  expect(JSON.parse(inside.stdout).model).toMatchObject({ flip: 'concat', isFused: true })
  expect(JSON.parse(inside.stdout).variants).toEqual(JSON.parse(outside.stdout).variants)
})

test('the two features that a file joins are told apart: --variant insightface adds them', async () => {
  const feature = reduceMean(cast(input('image', [anyBatch, 8, 6, 3], 'uint8'), 'float32'), [1, 2])
  // Whatever the image, the two add up to nothing.
  const file = { name: 'm', metadata: { 'steradian.flip': 'concat' } }
  await writeFile(at('opposite.onnx'), emit({ feature: concat([feature, neg(feature)], 1) }, file))
  const run = async (variant: string) =>
    JSON.parse((await evaluate('--model', at('opposite.onnx'), '--variant', variant, '--json')).stdout)
  expect((await run('exact')).auc).toBe(1)
  expect((await run('insightface')).auc).toBe(0.5)
})

test('landmarks bring each face to the place that the model wants', async () => {
  // A picture of 56 × 48 whose points are the template's at that size is left as it is.
  await writePeople(at('large'), { height: 56, width: 48 })
  const points = [30.2946, 51.6963, 65.5318, 51.5014, 48.0252, 71.7366, 33.5493, 92.3655, 62.7299, 92.2041]
  const row = (shift: number) => points.map((value, i) => value / 2 + (i % 2 === 0 ? shift : 0)).join(',')
  const images = parseLfwPairs(pairsText()).images
  const csv = (shift: number) =>
    [LANDMARK_COLUMNS.join(','), ...images.map((name) => `large/${name},${row(shift)}`)].join('\n')
  await writeFile(at('still.csv'), csv(0))
  await writeFile(at('aside.csv'), csv(12))
  const run = async (...words: string[]) =>
    JSON.parse(
      (await evaluate('--model', at('ours.onnx'), '--images', at('large'), '--json', ...words)).stdout,
    )
  const [without, still, aside] = [
    await run(),
    await run('--landmarks', at('still.csv')),
    await run('--landmarks', at('aside.csv')),
  ]
  for (const [i, threshold] of without.thresholds.entries())
    expect(still.thresholds[i]).toBeCloseTo(threshold, 4)
  expect(aside.thresholds).not.toEqual(still.thresholds)
})

describe('images that cannot be used', () => {
  let lines: string[]
  const bad = (...words: string[]) =>
    evaluate('--images', at('bad'), '--pairs', at('twenty.txt'), '--allow-missing', ...words)
  beforeAll(async () => {
    await writePeople(at('bad'), { people: 20 })
    await writeFile(at('twenty.txt'), pairsText({ people: 20 }))
    const file = (name: string, image: number) => at(`bad/${name}/${name}_000${image}.jpg`)
    await rm(file('Person_A', 1))
    await truncate(file('Person_D', 1), 60)
    await writeFile(file('Person_G', 2), 'this is a text\n')
    const row = (name: string) => `bad/${name},2,2,4,2,3,4,2,6,4,6.5`
    const images = parseLfwPairs(pairsText({ people: 20 })).images
    lines = [LANDMARK_COLUMNS.join(','), ...images.filter((name) => !name.includes('_J_0002')).map(row)]
  })

  test('stop the run with a list, before anything is embedded where that is seen by then', async () => {
    const words = ['--images', at('bad'), '--pairs', at('twenty.txt'), '--json']
    await writeFile(at('most.csv'), lines.filter((line) => !line.includes('_D_0001')).join('\n'))
    const early = await evaluate(...words, '--landmarks', at('most.csv'))
    expect(early.error).toEqual(
      new DataError(
        'images: expected all 40, got 37; --allow-missing goes on and marks the result as incomplete',
      ),
    )
    expect(early.stderr).toContain('missing: Person_A/Person_A_0001.jpg: no such file\n')
    expect(early.stderr).toContain('missing: Person_J/Person_J_0002.jpg: no landmarks\n')
    expect(early.stderr).not.toContain('Person_G')
    expect(early.stdout).toBe('')
    const others = pairsText({ people: 20 })
      .split('\n')
      .filter((line) => !/Person_[AJ]/.test(line))
    await writeFile(at('others.txt'), others.join('\n'))
    const late = await evaluate(...words, '--pairs', at('others.txt'))
    expect(late.error?.message).toMatch(/^images: expected all 36, got 34; --allow-missing/)
    expect(late.stderr).toContain('missing: Person_G/Person_G_0002.jpg: not a JPEG')
  })

  test('are counted and named with the reason, and their pairs are not judged, with --allow-missing', async () => {
    await writeFile(at('some.csv'), lines.join('\n'))
    const { stdout, stderr } = await bad('--landmarks', at('some.csv'), '--json')
    const result = JSON.parse(stdout)
    expect([result.missing, result.incomplete]).toEqual([4, true])
    expect(result.missingImages).toEqual([
      { name: 'Person_A/Person_A_0001.jpg', reason: 'no such file' },
      { name: 'Person_D/Person_D_0001.jpg', reason: expect.stringMatching(/^(?!\/)[^\n]+$/) },
      { name: 'Person_G/Person_G_0002.jpg', reason: 'not a JPEG, PNG, WebP, TIFF or GIF picture' },
      { name: 'Person_J/Person_J_0002.jpg', reason: 'no landmarks' },
    ])
    // Each of the four is in one genuine pair and in one impostor pair.
    expect([result.pairs, result.listedPairs]).toEqual([32, 40])
    expect(stderr).toContain('missing: Person_A/Person_A_0001.jpg: no such file\n')
    expect(stderr).toContain('4 of 40 images are missing\n')
  })

  test('make the result incomplete wherever it stands', async () => {
    await writeFile(at('some.csv'), lines.join('\n'))
    const { stdout } = await bad('--landmarks', at('some.csv'), '--out', at('incomplete'))
    expect(stdout).toMatch(/^incomplete: 4 missing\n/)
    const read = (name: string) => readFile(join(at('incomplete'), name), 'utf8')
    expect(JSON.parse(await read('result.json'))).toMatchObject({ incomplete: true, missing: 4 })
    for (const kind of ['roc', 'det', 'scores']) {
      expect(await read(`${kind}.csv`)).toMatch(/^# incomplete: 4 missing\n/)
      for (const svg of [`${kind}.svg`, `${kind}-dark.svg`])
        expect(await read(svg)).toMatch(/<title>[^<]*\(incomplete: 4 missing\)<\/title>/)
    }
  })

  test('are told in one line when they leave a fold without pairs', async () => {
    const few = [lines[0], ...lines.slice(1).filter((line) => !/Person_[AB]_/.test(line))]
    await writeFile(at('few.csv'), few.join('\n'))
    const { error, stderr } = await bad('--landmarks', at('few.csv'))
    expect(error).toEqual(
      new DataError(`${at('twenty.txt')}: no pair of fold 1 can be judged, 7 of 40 images are missing`),
    )
    expect(stderr).toContain('missing: Person_B/Person_B_0002.jpg: no landmarks\n')
  })

  test('are told in one line when there are no others', async () => {
    await writeFile(at('none.csv'), lines[0]!)
    const { stdout, error } = await bad('--landmarks', at('none.csv'))
    expect(error).toEqual(
      new DataError(`${at('halves.onnx')}: none of 40 images can be read, the first: no landmarks`),
    )
    expect(stdout).toBe('')
  })

  test('that two landmark rows name are not guessed at', async () => {
    await writeFile(at('twice.csv'), [...lines, lines[10]].join('\n'))
    const { stdout } = await bad('--landmarks', at('twice.csv'), '--json')
    expect(JSON.parse(stdout).missingImages).toContainEqual({
      name: lines[10]!.slice(4, 30),
      reason: 'several landmark rows fit it',
    })
  })
})

describe('bad input is one line', () => {
  const cases: [string, () => Promise<string[]> | string[], string | RegExp][] = [
    ['a missing folder', () => ['--images', at('nowhere')], /nowhere: no such file or folder$/],
    ['a file as folder', () => ['--images', at('pairs.txt')], /pairs\.txt: expected a folder, got a file$/],
    ['a missing model', () => ['--model', at('none.onnx')], /none\.onnx: no such file or folder$/],
    ['a model that is none', () => ['--model', at('pairs.txt')], /pairs\.txt: not an ONNX model, [^\n]+$/],
    [
      'a model that does not fit',
      () => ['--input', '112x96'],
      /halves\.onnx: input is \[N, 3, 8, 6\], got --input 112x96$/,
    ],
    ['a missing list', () => ['--pairs', at('none.txt')], /none\.txt: no such file or folder$/],
    [
      'a list with a wrong count',
      async () => {
        await writeFile(at('short.txt'), `10\t2\n${pairsText()}`)
        return ['--pairs', at('short.txt')]
      },
      /short\.txt: expected 40 pairs by its header \(10 x 2 genuine and 2 impostor\), got 20$/,
    ],
    [
      'a landmark row with NaN',
      async () => {
        await writeFile(at('nan.csv'), `${LANDMARK_COLUMNS.join(',')}\na/1.jpg,1,2,3,NaN,5,6,7,8,9,10\n`)
        return ['--landmarks', at('nan.csv')]
      },
      /nan\.csv:2: right_eye_y is not a finite number, got "NaN"$/,
    ],
  ]
  test.each(cases)('%s', async (_, words, message) => {
    const { error, stdout } = await evaluate(...(await words()))
    expect(error).toBeInstanceOf(DataError)
    expect(error!.message).toMatch(message)
    expect(stdout).toBe('')
  })

  test.each([
    [['--input', '112'], '--input: expected HEIGHTxWIDTH in pixels, such as 112x96, got 112'],
    [['--mean', 'grey'], '--mean: expected one number or three, got grey'],
    [['--mean', '1,2'], '--mean: expected one number or three, got 1,2'],
    [['--scale', '0'], '--scale: expected numbers other than 0, got 0'],
    [['--batch', '0'], '--batch: expected a whole number from 1 to 4096, got 0'],
    [['--threads', '-1'], '--threads: expected a whole number from 0 to 1024, got -1'],
  ])('%j', async (words, message) => {
    expect((await evaluate(...words)).error).toEqual(new UsageError(message))
  })

  test('an unknown choice or option', async () => {
    expect((await evaluate('--variant', 'exakt')).error?.message).toMatch(
      /Allowed choices are exact, sphereface/,
    )
    expect((await evaluate('--channel', 'rgb')).error?.message).toMatch(
      /unknown option '--channel'\s.*--channels/,
    )
  })
})

test('Ctrl-C ends it with exit code 130, and says that what was embedded is kept', async () => {
  // Names of so many images that looking for them takes seconds.
  const text = Array.from({ length: 100_000 }, (_, i) => `N${i}\t1\t2\nN${i}\t3\tN${(i + 1) % 100_000}\t4`)
  await writeFile(at('many.txt'), text.join('\n'))
  const run = start([
    ...['evaluate', 'lfw', '--model', at('halves.onnx'), '--images', at('lfw'), '--pairs', at('many.txt')],
    ...['--cache', at('cache'), '--threads', '1', '--out', at('stopped')],
  ])
  // The last thing that is said before the work begins.
  while (run.child.exitCode === null && !run.stderr().includes('guessed: flip'))
    await new Promise((resolve) => setTimeout(resolve, 10))
  run.child.kill('SIGINT')
  const { code, stdout, stderr } = await run.ended
  expect([code, stdout]).toEqual([130, ''])
  expect(stderr).toMatch(
    /steradian: embedding: stopped; what was embedded is kept, and the same command goes on from there\n$/,
  )
  expect(existsSync(at('stopped'))).toBe(false)
})

const shared = fileURLToPath(new URL('../../../../shared/data/lfw/', import.meta.url))

describe.skipIf(!existsSync(shared))('with ../shared/data/lfw', () => {
  test('each of the 7,701 images of pairs.txt is there and has landmarks', async () => {
    const pairs = parseLfwPairs(await readFile(join(shared, 'pairs.txt'), 'utf8'))
    expect(pairs.images).toHaveLength(7701)
    const images = await itemImages(
      pairs.images.map((name) => ({ name })),
      {
        images: join(shared, 'lfw-deepfunneled'),
        landmarks: join(shared, 'landmarks.csv'),
      },
    )
    expect(images.filter(({ points }) => points?.length !== 10)).toEqual([])
    expect(images.filter(({ reason }) => reason !== undefined)).toEqual([])
    expect(images.filter(({ path }) => !existsSync(path))).toEqual([])
  })
})
