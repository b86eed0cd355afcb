import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { landmarkHeader, landmarkRow, tiny } from '../../test/cli/pictures.ts'
import { steradian } from '../../test/cli/steradian.ts'
import { base, images, names, nextRun, out, placesForRuns, train } from '../../test/cli/train-runs.ts'
import { UsageError } from '../errors.ts'
import { noAugmentation } from '../image/index.ts'
import { decodeModel } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import { readCheckpoint, tensorsOf } from '../train/index.ts'
import { version } from './version.ts'

placesForRuns()
const usual = (): string[] => [...tiny, '--images', images, '--out', out]
const lines = async (file: string): Promise<Record<string, number>[]> =>
  (await readFile(join(out, file), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const json = async (file: string) => JSON.parse(await readFile(join(out, file), 'utf8'))

describe('steradian train', () => {
  it('trains on a folder of people, as a program of its own', async () => {
    const { code, stdout, stderr } = await steradian('train', ...usual(), '--steps', '6')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('16 images of 4 people\nno landmarks: images are taken as already aligned\n')
    expect(stderr).toMatch(new RegExp(`${out}/model\\.onnx: loss \\d\\.\\d{3}, accuracy \\d+\\.\\d %\n$`))
    expect((await readdir(out)).sort()).toEqual([
      'checkpoint.bin',
      'metrics.jsonl',
      'model.onnx',
      'recipe.json',
    ])
  })

  it('writes a line of metrics a step, a checkpoint, the resolved recipe and the model', async () => {
    await train(...usual(), '--steps', '6', '--checkpoint-every', '4', '--licence', 'CC0-1.0')
    const metrics = await lines('metrics.jsonl')
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(Object.keys(metrics[0]!)).toEqual(['step', 'loss', 'rate', 'accuracy', 'cosine'])
    // Milestones at 0.6 and 0.85 of the run.
    expect(metrics.map(({ rate }) => Number(rate!.toPrecision(6)))).toEqual([
      0.01, 0.01, 0.01, 0.001, 0.001, 0.0001,
    ])

    const checkpoint = await readCheckpoint(join(out, 'checkpoint.bin'))
    expect(checkpoint.step).toBe(6)
    expect(checkpoint.settings).toEqual({
      dataHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      recipe: {
        ...{ architecture: 'sfnet4', width: 0.0625, dimensions: 8, dropout: 0, input: '16x16' },
        alignment: 'sphereface',
        ...{ loss: 'softmax', lossOptions: { bias: true }, batch: 4, seed: 0, mirror: true },
        ...{
          rate: 0.01,
          schedule: 'multi-step',
          milestones: [0.6, 0.85],
          rateFactor: 0.1,
          ratePower: 2,
          warmUp: 0,
        },
        ...{ momentum: 0.9, weightDecay: 5e-4, biasRate: 1, biasDecay: 1 },
        ...{ sampler: 'shuffle', imagesPerPerson: 4, ...noAugmentation },
        ...{ head: 'dense', sampleRatio: 0.1 },
      },
      lowering: 'cpu',
      runtime: expect.stringMatching(/^onnxruntime-node \d/),
      threads: 1,
    })
    expect(checkpoint.place).toMatchObject({ steps: 6, seed: 0, epoch: 1, image: 8 })
    expect(checkpoint.place!.scalars).toEqual({ rate: metrics[5]!.rate })

    const recipe = await json('recipe.json')
    expect(recipe).toMatchObject({
      images,
      loss: 'softmax',
      lossOptions: { bias: true },
      architecture: 'sfnet4',
      steps: 6,
      milestones: [0.6, 0.85],
      momentum: 0.9,
      seed: 0,
      licence: 'CC0-1.0',
    })
    expect(recipe).not.toHaveProperty('epochs')

    const bytes = await readFile(join(out, 'model.onnx'))
    const { metadataProps, graph } = decodeModel(bytes)
    const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))
    expect(metadata).toEqual({
      'steradian.version': version,
      'steradian.input': '16x16',
      'steradian.alignment': 'sphereface',
      'steradian.flip': 'none',
      'steradian.architecture': '{"name":"sfnet4","width":0.0625,"dimensions":8}',
      'steradian.loss': '{"name":"softmax","bias":true}',
      'steradian.data': JSON.stringify({
        ...{ people: 4, images: 16, hash: checkpoint.settings.dataHash },
        content: checkpoint.settings.contentHash,
      }),
      'steradian.seed': '0',
      'steradian.licence': 'CC0-1.0',
    })
    expect(graph.initializer.filter(({ name }) => name.startsWith('head.'))).toEqual([])
    const session = await createSession(bytes, { threads: 1 })
    const { embedding } = await session
      .run({ image: { type: 'uint8', shape: [1, 16, 16, 3], data: new Uint8Array(768).fill(9) } })
      .finally(session.close)
    expect(Math.hypot(...(embedding!.data as Float32Array))).toBeCloseTo(1, 5)
  })

  it('gives the same files for the same seed, wherever they go, and other ones for another seed', async () => {
    const files = async (...words: string[]): Promise<Buffer[]> => {
      nextRun()
      await train(...usual(), '--steps', '3', ...words)
      return Promise.all(['model.onnx', 'metrics.jsonl'].map((name) => readFile(join(out, name))))
    }
    const first = await files()
    expect(await files()).toEqual(first)
    expect(await files('--seed', '1')).not.toEqual(first)
    // Aligned once into a cache, or each time: the same pictures.
    const cache = join(base, 'cache.bin')
    expect(await files('--cache', cache)).toEqual(first)
    expect(await files('--cache', cache)).toEqual(first)
  })

  it('trains on a list file, with labels as it gives them', async () => {
    const list = join(base, 'list.txt')
    await writeFile(list, names.map((name, i) => `people/${name} ${i % 3}`).join('\n'))
    const { stderr, error } = await train(...tiny, '--list', list, '--out', out, '--steps', '2')
    expect(error).toBeUndefined()
    expect(stderr).toContain('16 images of 3 people\n')
    expect(await json('recipe.json')).toMatchObject({ list })
    expect(existsSync(join(out, 'model.onnx'))).toBe(true)
  })

  it('aligns by landmarks, and counts and names what has none, matches nothing or is ambiguous', async () => {
    const file = join(base, 'landmarks.csv')
    const [first, second, ...rest] = names
    await writeFile(
      file,
      `${[
        landmarkHeader,
        ...rest.map((name) => landmarkRow(name)),
        landmarkRow('zoe/0.png'),
        landmarkRow(second!),
        landmarkRow(second!, 1),
      ].join('\n')}\n`,
    )
    const { stderr, error } = await train(...usual(), '--landmarks', file, '--steps', '2')
    expect(error).toBeUndefined()
    expect(stderr).toContain('14 images of 4 people\n')
    expect(stderr).not.toContain('already aligned')
    expect(stderr).toContain(`1 images without landmarks, left out: ${first}\n`)
    expect(stderr).toContain('1 landmark rows that match no image: 16: zoe/0.png\n')
    expect(stderr).toContain(`2 ambiguous landmark rows, not used: 17: ${second}, 18: ${second}\n`)
    expect(stderr).toContain(`1 images that such rows name, left out: ${second}\n`)
  })

  it('learns from other pictures where the points lie elsewhere', async () => {
    const losses = async (shift: number): Promise<number[]> => {
      nextRun()
      const file = join(base, `landmarks${shift}.csv`)
      await writeFile(
        file,
        `${[landmarkHeader, ...names.map((name) => landmarkRow(name, shift))].join('\n')}\n`,
      )
      await train(...usual(), '--landmarks', file, '--steps', '1')
      return (await lines('metrics.jsonl')).map(({ loss }) => loss!)
    }
    expect(await losses(0)).toEqual(await losses(0))
    expect(await losses(4)).not.toEqual(await losses(0))
  })

  it('leaves out who is excluded or has too few images, and says so', async () => {
    const exclude = join(base, 'exclude.txt')
    await writeFile(exclude, 'ann\nbob/0.png\nnobody\n')
    const { stderr } = await train(...usual(), '--exclude', exclude, '--min-images', '4', '--steps', '1')
    expect(stderr).toContain('8 images of 2 people\n')
    expect(stderr).toContain('5 images excluded\n')
    expect(stderr).toContain('1 lines of the exclude list that name nothing: 3: nobody\n')
    expect(stderr).toContain('1 people with fewer than 4 images left out (3 images)\n')
  })

  it('tells its facts as one JSON object where it is asked to', async () => {
    const { stdout } = await train(...usual(), '--epochs', '0.5', '--json')
    expect(JSON.parse(stdout)).toEqual({
      model: join(out, 'model.onnx'),
      steps: 2,
      people: 4,
      images: 16,
      loss: expect.any(Number),
      accuracy: expect.any(Number),
      seconds: expect.any(Number),
      bytes: (await readFile(join(out, 'model.onnx'))).length,
      prototypes: 32,
    })
  })

  it('warns where scale and margin break the bounds, and trains all the same', async () => {
    const { stderr, error } = await train(
      ...usual(),
      ...['--loss', 'lmcl', '--scale', '1', '--margin', '1.9', '--steps', '1'],
    )
    expect(error).toBeUndefined()
    expect(stderr).toMatch(/^warning: /m)
    expect(existsSync(join(out, 'model.onnx'))).toBe(true)
  })
})

describe('recipes', () => {
  it('hold the names of the options; options override them, and what is said of a loss holds for that loss', async () => {
    const recipe = join(base, 'recipe.json')
    await writeFile(
      recipe,
      JSON.stringify({
        ...{ images, architecture: 'sfnet4', width: 0.0625, dimensions: 8, input: '16x16', batch: 4 },
        ...{ threads: 1, rate: 0.02, steps: 1, seed: 3 },
        perLoss: { lmcl: { scale: 20, marginRamp: 5, rate: 0.03 }, softmax: { bias: false, steps: 2 } },
      }),
    )
    await train('--recipe', recipe, '--out', out, '--seed', '4')
    expect(await json('recipe.json')).toMatchObject({
      ...{ loss: 'lmcl', rate: 0.03, seed: 4, steps: 1 },
      lossOptions: { scale: 20, margin: 0.35, marginRamp: 5, normaliseFeatures: true },
    })
    nextRun()
    await train('--recipe', recipe, '--out', out, '--loss', 'softmax', '--rate', '0.5', '--epochs', '1')
    const resolved = await json('recipe.json')
    expect(resolved).toMatchObject({ loss: 'softmax', rate: 0.5, epochs: 1, lossOptions: { bias: false } })
    expect(resolved).not.toHaveProperty('steps')
  })

  it('that were resolved make the same run again', async () => {
    await train(...usual(), '--steps', '2', '--loss', 'cosface', '--scale', '20')
    const first = out
    nextRun()
    await train('--recipe', join(first, 'recipe.json'), '--out', out)
    expect(await json('recipe.json')).toEqual(JSON.parse(await readFile(join(first, 'recipe.json'), 'utf8')))
    expect(await readFile(join(out, 'model.onnx'))).toEqual(await readFile(join(first, 'model.onnx')))
  })
})

describe('a dry run', () => {
  it('says people, images, size of the network, steps, rate, hours, memory and disk, and writes nothing', async () => {
    const before = await readdir(base)
    const words = [...usual(), '--cache', join(base, 'dry-cache.bin'), '--epochs', '2.5', '--dry-run']
    const { stdout, stderr, error, exitCode } = await train(...words)
    expect({ error, exitCode }).toEqual({ error: undefined, exitCode: 0 })
    expect(stdout).toMatch(
      new RegExp(
        [
          '^people   4',
          'images   16',
          'network  6,540 parameters, 20,992 multiply-adds an image',
          'steps    10 \\(4 an epoch\\)',
          'rate     [\\d.]+ images/s \\(median of 5 steps\\)',
          'hours    [\\d.]+, and the time to align all images once',
          'memory   [\\d.]+ GiB',
          'disk     [\\d.]+ GiB at the most \\([\\d.]+ GiB are free here\\)\n$',
        ].join('\n'),
      ),
    )
    expect(stderr).toContain('16 images of 4 people')
    expect(await readdir(base)).toEqual(before)
  })

  it('needs no --out, and tells its facts as JSON', async () => {
    const { stdout } = await train(...tiny, '--images', images, '--steps', '7', '--dry-run', '--json')
    const facts = JSON.parse(stdout)
    expect(facts).toMatchObject({ parameters: 6540, multiplyAdds: 20_992 })
    expect(facts).toMatchObject({ people: 4, images: 16, steps: 7, stepsPerEpoch: 4, recipe: { steps: 7 } })
    expect(facts.hours).toBeCloseTo((facts.secondsPerStep * 7) / 3600, 12)
    expect(facts.imagesPerSecond).toBeCloseTo(4 / facts.secondsPerStep, 6)
    expect(facts.memoryBytes).toBeGreaterThan(2 ** 25)
    // Twice weights and velocities: 7 tensors of convolutions, the embedding, prototypes and biases.
    expect(facts.diskBytes).toBeGreaterThan(3 * 2 * 4 * 6000)
    expect(facts.diskBytes).toBeLessThan(3 * 2 * 4 * 8000 + 150 * facts.steps)
  })

  it('of a run that would go on looks into its folder, and changes nothing there', async () => {
    await train(...usual(), '--steps', '8')
    const holder = { pid: 1, host: hostname(), since: '2001-01-01T00:00:00Z', birth: 'another boot 1' }
    for (const [name, text] of [
      ['checkpoint.bin.tmp-4194303', 'half'],
      ['run.lock', JSON.stringify(holder)],
    ])
      await writeFile(join(out, name!), text!)
    const look = async () => ({
      changed: (await stat(out, { bigint: true })).mtimeNs,
      files: await Promise.all(
        (await readdir(out)).sort().map(async (name) => [name, await readFile(join(out, name))]),
      ),
    })
    const before = await look()
    const { error, stdout } = await train('--resume', '--dry-run', '--out', out, '--json')
    expect(error).toBeUndefined()
    expect(JSON.parse(stdout)).toMatchObject({ people: 4, steps: 8 })
    expect(await look()).toEqual(before)

    // It refuses what the run would refuse.
    await writeFile(join(out, 'recipe.json'), JSON.stringify({ ...(await json('recipe.json')), seed: 5 }))
    expect((await train('--resume', '--dry-run', '--out', out)).error?.message).toMatch(
      /recipe\.json: seed was 0 /,
    )
    // One that was killed before it began.
    for (const name of await readdir(out)) if (!name.startsWith('run.lock')) await rm(join(out, name))
    const begun = await look()
    expect((await train(...usual(), '--resume', '--dry-run')).error).toBeUndefined()
    expect(await look()).toEqual(begun)
  })
})

describe('a run that starts from another', () => {
  const softmax = (): string => join(base, 'softmax')
  beforeAll(async () => {
    await train(...tiny, '--images', images, '--out', softmax(), '--steps', '3', '--bias', 'false')
  })

  it.each(['model.onnx', 'checkpoint.bin'])(
    'begins with its weights: LMCL without normalised features from %s',
    async (file) => {
      // A rate of (nearly) nothing shows what it began with.
      const { error } = await train(
        ...usual(),
        ...['--loss', 'lmcl', '--normalise-features', 'false', '--from', join(softmax(), file)],
        ...['--steps', '1', '--rate', '1e-30'],
      )
      expect(error).toBeUndefined()
      const [before, after] = await Promise.all(
        [softmax(), out].map(async (run) => tensorsOf(await readCheckpoint(join(run, 'checkpoint.bin')))),
      )
      for (const [name, data] of after!) {
        if (name.includes('#')) continue
        const same = Buffer.compare(Buffer.from(data.buffer), Buffer.from(before!.get(name)!.buffer)) === 0
        expect({ name, same }).toEqual({ name, same: name !== 'head.weight' || file === 'checkpoint.bin' })
      }
    },
  )

  it('is refused weights of another network before images are read', async () => {
    const wide = train(...usual(), '--width', '0.125', '--from', join(softmax(), 'model.onnx'))
    expect((await wide).error).toEqual(
      new UsageError(
        `--from: ${softmax()}/model.onnx does not fit, stage1.down.weight [8,3,3,3] needs 216 numbers, got 108`,
      ),
    )
    const deep = await train(...usual(), '--architecture', 'sfnet10', '--from', join(softmax(), 'model.onnx'))
    expect(deep.error?.message).toMatch(
      /does not fit, stage2\.unit1\.conv1\.weight \[8,8,3,3\] needs 576 numbers, got none$/,
    )
    expect(existsSync(out)).toBe(false)
  })
})

describe('what a run says of its loss', () => {
  it('that it rests at ln C, once, with what to try', async () => {
    // With so small a scale the network cannot but guess.
    const words = ['--loss', 'nsl', '--scale', '0.01', '--rate', '1e-9', '--steps', '601']
    const { stderr } = await train(...usual(), ...words)
    const said = stderr.split('\n').filter((line) => line.includes('rests'))
    expect(said).toEqual([
      'step 400: the loss rests at ln C = 1.39, nothing is learnt; try another rate (0.1 for A-Softmax), a warm-up, ' +
        'another gradient form, or start from a softmax model (--from)',
    ])
  })

  it('that it is no number: the step, what to try, exit code 1, and no model or folder is left', async () => {
    const { code, stderr, stdout } = await steradian('train', ...usual(), '--rate', '1e9', '--steps', '50')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /\nsteradian: train: step \d+: the loss is (NaN|Infinity); try a lower rate[^\n]*\n$/,
    )
    expect(existsSync(out)).toBe(false)
  })

  it('that it is no number leaves the last good checkpoint, from which a run can go on', async () => {
    // The rate leaps in the midst.
    const words = [...usual(), '--schedule', 'multi-step', '--milestones', '4', '--rate-factor', '1']
    const { error, exitCode } = await train(
      ...words,
      '--rate',
      '1e4',
      '--checkpoint-every',
      '1',
      '--steps',
      '40',
    )
    expect(error?.message).toMatch(/^train: step \d+: /)
    expect(exitCode).toBe(0)
    const step = Number(/step (\d+)/.exec(error!.message)![1])
    const folder = await readdir(out).catch(() => [])
    expect(folder).not.toContain('model.onnx')
    if (folder.length > 0) expect((await readCheckpoint(join(out, 'checkpoint.bin'))).step).toBeLessThan(step)
    else expect(step).toBe(1)
  })
})
