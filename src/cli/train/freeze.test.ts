import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../../test/cli/pictures.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { sfnet } from '../../backbones/index.ts'
import { UsageError } from '../../errors.ts'
import { readCheckpoint, tensorsOf } from '../../train/index.ts'
import { registerTrain } from '../train.ts'
import { frozenNames, parameterNames } from './freeze.ts'

const names = parameterNames(
  (x, mode) => sfnet(x, { depth: 10, width: 1 / 32, dimensions: 4, batchNorm: true, ...mode }),
  { height: 16, width: 16 },
)
const frozen = (freeze: string): string[] => names.filter(frozenNames(freeze, names))

describe('frozenNames(freeze, names)', () => {
  it('takes a parameter, a layer or a stage by its name, and several of them', () => {
    expect(frozen('stage1.down.weight')).toEqual(['stage1.down.weight'])
    expect(frozen('stage2.unit1.conv1')).toEqual(
      ['weight', 'norm.bias', 'norm.weight', 'slope']
        .map((name) => `stage2.unit1.conv1.${name}`)
        .sort((a, b) => names.indexOf(a) - names.indexOf(b)),
    )
    expect(frozen('stage1, embedding')).toEqual(names.filter((name) => /^(stage1|embedding)\./.test(name)))
  })

  it('takes all up to a stage with it, and the backbone', () => {
    expect(frozen('..stage3')).toEqual(names.filter((name) => /^stage[123]\./.test(name)))
    expect(frozen('..stage2.down.weight').at(-1)).toBe('stage2.down.weight')
    expect(frozen('backbone')).toEqual(names)
  })

  it('freezes a layer with all of its parameters, one without any with what it belongs to, and no head', () => {
    const isFrozen = frozenNames('stage1,stage2.down.norm.weight', names)
    expect(isFrozen('stage1.down.norm')).toBe(true)
    expect(isFrozen('stage2.down.norm')).toBe(false)
    expect(isFrozen('stage1.down.dropout')).toBe(true)
    expect(isFrozen('dropout')).toBe(false)
    expect(frozenNames('backbone', names)('dropout')).toBe(true)
    expect(frozenNames('backbone', names)('head.weight')).toBe(false)
  })

  it('refuses what the network does not have, with the nearest', () => {
    const has =
      'train: freeze: the network has backbone, stage1, stage2, stage3, stage4, embedding and what is in them'
    expect(() => frozen('stage1,stag2')).toThrow(new UsageError(`${has} (did you mean stage2?), got stag2`))
    expect(() => frozen('..head.weight')).toThrow(has)
    expect(() => frozen('stage1,')).toThrow(new UsageError(`${has}, got an empty name`))
  })
})

describe('steradian train --freeze', () => {
  let base = ''
  let images = ''
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'freeze-'))
    images = join(base, 'people')
    await writePeople(images)
  })
  afterAll(() => rm(base, { recursive: true }))
  const train = (out: string, ...words: string[]) =>
    runCommand(
      registerTrain,
      'train',
      ...tiny,
      '--batch-norm',
      'true',
      '--images',
      images,
      '--out',
      join(base, out),
      ...words,
    )
  const tensors = async (out: string) => tensorsOf(await readCheckpoint(join(base, out, 'checkpoint.bin')))

  it('learns from given weights what is not frozen, and goes on to the same bytes', async () => {
    await train('first', '--steps', '3')
    const from = join(base, 'first', 'checkpoint.bin')
    const words = ['--from', from, '--freeze', '..stage2', '--schedule', 'constant', '--steps', '6']
    expect(await train('whole', ...words)).toMatchObject({ error: undefined })
    const [before, after] = [await tensors('first'), await tensors('whole')]
    for (const [name, values] of after)
      if (/^stage[12]\./.test(name)) expect(values, name).toEqual(before.get(name))
    expect(after.get('stage3.down.weight')).not.toEqual(before.get('stage3.down.weight'))
    expect(after.has('stage2.down.weight#velocity')).toBe(false)

    // A run of half the steps whose recipe asks for all of them is one that was stopped there.
    await train('again', ...words, '--steps', '3')
    const file = join(base, 'again', 'recipe.json')
    const recipe = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...recipe, steps: 6 }))
    expect(
      (await runCommand(registerTrain, 'train', '--resume', '--out', join(base, 'again'))).error,
    ).toBeUndefined()
    const models = ['whole', 'again'].map((out) => readFile(join(base, out, 'model.onnx')))
    expect(await models[1]).toEqual(await models[0])
  })

  it('what starts at one number can stay there from the beginning', async () => {
    const words = ['--batch-norm', 'true', '--freeze', 'stage1.down.norm.weight']
    expect((await train('scale', ...words, '--steps', '2')).error).toBeUndefined()
    const values = await tensorsOf(await readCheckpoint(join(base, 'scale', 'checkpoint.bin')))
    expect(new Set(values.get('stage1.down.norm.weight'))).toEqual(new Set([1]))
    expect(new Set(values.get('stage2.down.norm.weight')).size).toBeGreaterThan(1)
    // The layer is trained by the batch none the less.
    expect(new Set(values.get('stage1.down.norm.mean')).size).toBeGreaterThan(1)
  })

  it.each([
    [
      ['--freeze', 'stage1'],
      'train: freeze needs from, a file with the weights that stay, got freeze stage1 alone',
    ],
    [
      ['--freeze', 'stage9', '--from', '$'],
      'train: freeze: the network has backbone, stage1, stage2, stage3, stage4, embedding and what is in them (did you mean stage1?), got stage9',
    ],
  ])('refuses %j', async (words, message) => {
    await train('start', '--steps', '1')
    const from = join(base, 'start', 'checkpoint.bin')
    const { error } = await train('refused', ...words.map((word) => (word === '$' ? from : word)))
    expect(error).toEqual(new UsageError(message))
  })
})
