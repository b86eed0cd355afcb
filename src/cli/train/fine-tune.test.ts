import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../../../test/embed/run-command.ts'
import { type Faces, syntheticFaces } from '../../data/index.ts'
import { createSession } from '../../runtime/node.ts'
import { readCheckpoint, tensorsOf } from '../../train/index.ts'
import { registerImport } from '../import.ts'
import { registerTrain } from '../train.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const page = readFileSync(join(root, 'docs/fine-tune.md'), 'utf8')

let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'fine-tune-'))
})
afterAll(() => rm(base, { recursive: true }))

const size = { height: 28, width: 24 }
const faces = (people: number, firstPerson: number): Faces =>
  syntheticFaces({ ...size, people, firstPerson, imagesPerPerson: 24, seed: 1, difficulty: 0.5 })

/** Some of the pictures: of each person's those from `first` up to `end`. */
function part({ pixels, labels, ...rest }: Faces, first: number, end: number): Faces {
  const bytes = rest.height * rest.width * 3
  const seen = new Map<number, number>()
  const chosen = [...labels.keys()].filter((i) => {
    const at = seen.get(labels[i]!) ?? 0
    seen.set(labels[i]!, at + 1)
    return at >= first && at < end
  })
  return {
    ...rest,
    pixels: Uint8Array.from(chosen.flatMap((i) => [...pixels.subarray(i * bytes, (i + 1) * bytes)])),
    labels: Int32Array.from(chosen, (i) => labels[i]!),
  }
}

async function write(folder: string, { pixels, labels, height, width }: Faces): Promise<void> {
  const bytes = height * width * 3
  for (const [i, label] of labels.entries()) {
    const person = join(folder, `p${label}`)
    await mkdir(person, { recursive: true })
    await sharp(pixels.subarray(i * bytes, (i + 1) * bytes), { raw: { height, width, channels: 3 } })
      .png()
      .toFile(join(person, `${i}.png`))
  }
}

/** How far cosines of pictures of one person lie above those of two, in deviations (d′). */
async function separation(model: string, { pixels, labels, height, width }: Faces): Promise<number> {
  const session = await createSession(await readFile(model), { threads: 1 })
  const { embedding } = await session
    .run({ image: { type: 'uint8', shape: [labels.length, height, width, 3], data: pixels } })
    .finally(session.close)
  const [same, others]: [number[], number[]] = [[], []]
  const D = embedding!.shape[1]!
  for (let i = 0; i < labels.length; i++)
    for (let j = 0; j < i; j++) {
      let cosine = 0
      for (let k = 0; k < D; k++)
        cosine += Number(embedding!.data[i * D + k]) * Number(embedding!.data[j * D + k])
      ;(labels[i] === labels[j] ? same : others).push(cosine)
    }
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
  const variance = (values: readonly number[]): number => mean(values.map((v) => v * v)) - mean(values) ** 2
  return (mean(same) - mean(others)) / Math.sqrt((variance(same) + variance(others)) / 2)
}

it('the command of docs/fine-tune.md trains the end of a network on other people, which it then tells apart better', async () => {
  const at = (name: string): string => join(base, name)
  const own = faces(6, 100)
  await write(at('first'), part(faces(12, 0), 0, 8))
  await write(at('people'), part(own, 0, 16))
  const network = [
    '--architecture',
    'sfnet10',
    '--width',
    '0.125',
    '--batch-norm',
    'true',
    '--dimensions',
    '32',
    '--input',
    '28x24',
  ]
  const words = [
    '--images',
    at('first'),
    '--batch',
    '16',
    '--steps',
    '40',
    '--loss',
    'softmax',
    '--threads',
    '1',
  ]
  expect(
    (await runCommand(registerTrain, 'train', ...network, ...words, '--out', at('run'))).error,
  ).toBeUndefined()
  const taken = await runCommand(
    registerImport,
    'import',
    at('run/checkpoint.bin'),
    ...network,
    '--out',
    at('start.bin'),
    '--model',
    at('start.onnx'),
  )
  expect(taken.error).toBeUndefined()

  const command = /npx steradian (train --recipe recipes\/fine-tune\.json .*)/.exec(page)![1]!
  const flagsOf: Record<string, readonly string[]> = {
    '--recipe': ['--recipe', join(root, 'recipes/fine-tune.json')],
    '--architecture': network,
    '--input': [],
    '--alignment': [],
    '--landmarks': [],
    '--images': ['--images', at('people')],
    '--from': ['--from', at('start.bin')],
    '--out': ['--out', at('mine')],
  }
  const [name, ...options] = command.split(' ')
  const flags = options.filter((word) => word.startsWith('--'))
  expect(flags.filter((flag) => !(flag in flagsOf))).toEqual([])
  const { error } = await runCommand(
    registerTrain,
    name!,
    ...flags.flatMap((flag) => flagsOf[flag]!),
    '--batch',
    '16',
    '--threads',
    '1',
  )
  expect(error).toBeUndefined()

  const [before, after] = [
    await tensorsOf(await readCheckpoint(at('start.bin'))),
    await tensorsOf(await readCheckpoint(at('mine/checkpoint.bin'))),
  ]
  for (const [tensor, values] of before)
    if (/^stage[123]\./.test(tensor)) expect(after.get(tensor), tensor).toEqual(values)
  expect(after.get('stage4.down.weight')).not.toEqual(before.get('stage4.down.weight'))
  const unseen = part(own, 16, 24)
  const [first, tuned] = [
    await separation(at('start.onnx'), unseen),
    await separation(at('mine/model.onnx'), unseen),
  ]
  expect(tuned).toBeGreaterThan(first)
})
