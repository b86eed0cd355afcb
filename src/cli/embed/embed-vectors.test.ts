import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { halvesModel } from '../../../test/embed/models.ts'
import { runCommand } from '../../../test/embed/run-command.ts'
import { evaluate, relativeError } from '../../../test/evaluator/index.ts'
import { mlp } from '../../backbones/index.ts'
import { decodeNpy, encodeNpy, openModel } from '../../embed/index.ts'
import { DataError, UsageError } from '../../errors.ts'
import { input } from '../../graph/index.ts'
import { rng } from '../../math/rng.ts'
import { readCheckpoint, tensorsOf } from '../../train/index.ts'
import { registerEmbed } from '../embed.ts'
import { registerEvaluate } from '../evaluate.ts'
import { registerTrain } from '../train.ts'
import { embedVectors } from './embed-vectors.ts'

const columns = 12
const each = 6
/** Rows of people: four numbers are the person's own, eight are louder and say nothing. */
function rowsOf(people: number, first: number): Float32Array {
  return Float32Array.from({ length: people * each * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const own = rng(1, first + Math.floor(row / each), column).normal()
    const noise = rng(2, first, i).normal()
    return column < 4 ? own + 0.1 * noise : 2 * noise
  })
}
const personOf = (row: number) => Math.floor(row / each)
const [learnt, tested] = [40, 20]
const test = rowsOf(tested, 1000)
const names = Array.from({ length: tested * each }, (_, row) => `person ${personOf(row)}/${(row % each) + 1}`)
/** Three genuine and three impostor pairs a person. */
const pairs = Array.from({ length: tested * 3 }, (_, i) => {
  const [person, k] = [Math.floor(i / 3), i % 3]
  const name = (p: number, n: number) => `"${names[(p % tested) * each + n]}"`
  return `${name(person, k)} ${name(person, k + 3)} 1\n${name(person, k)} ${name(person + 1 + k, k + 3)} 0`
})

let base = ''
let root = ''
let count = 0
const at = (name: string): string => join(root, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'embed-vectors-'))
})
afterAll(() => rm(base, { recursive: true }))
beforeEach(async () => {
  root = join(base, `${count++}`)
  await mkdir(at('out'), { recursive: true })
  await writeFile(at('test.npy'), encodeNpy({ data: test, shape: [tested * each, columns] }))
  await writeFile(at('test.names.txt'), `${names.join('\n')}\n`)
})

const usual = ['--hidden', '8', '--dimensions', '5', '--threads', '1']

/** A run of one step on a few vectors. */
async function smallModel(): Promise<string> {
  await writeFile(at('few.npy'), encodeNpy({ data: rowsOf(2, 0), shape: [2 * each, columns] }))
  await writeFile(at('few.txt'), 'a\n'.repeat(each) + 'b\n'.repeat(each))
  const { error } = await runCommand(
    registerTrain,
    ...['train', '--architecture', 'mlp', ...usual, '--vectors', at('few.npy'), '--labels', at('few.txt')],
    ...['--steps', '1', '--batch', '4', '--out', at('run')],
  )
  expect(error).toBeUndefined()
  return at('run/model.onnx')
}

const embed = (...words: string[]) => runCommand(registerEmbed, 'embed', '--threads', '1', ...words)

describe('the way from vectors to a verified number', () => {
  const commands: Record<string, (program: Command) => void> = {
    train: registerTrain,
    embed: registerEmbed,
    evaluate: registerEvaluate,
  }

  it('is as its page says, and a network on top tells apart people whom the vectors hardly do', async () => {
    const page = await readFile(new URL('../../../docs/networks.md', import.meta.url), 'utf8')
    const lines = Array.from(page.matchAll(/^ {4}npx steradian (.*)$/gm), (match) => match[1]!.split(' '))
    expect(lines.map(([name]) => name)).toEqual(['train', 'embed', 'evaluate'])
    await writeFile(at('train.npy'), encodeNpy({ data: rowsOf(learnt, 0), shape: [learnt * each, columns] }))
    await writeFile(
      at('train.people.txt'),
      Array.from({ length: learnt * each }, (_, row) => `person ${personOf(row)}`).join('\n'),
    )
    await writeFile(at('pairs.txt'), pairs.join('\n'))
    const more: Record<string, string[]> = {
      train: [
        '--hidden',
        '32',
        '--dimensions',
        '16',
        '--scale',
        '16',
        '--margin',
        '0.1',
        '--epochs',
        '60',
        '--threads',
        '1',
      ],
      embed: ['--threads', '1'],
      evaluate: ['--json'],
    }
    let accuracy = 0
    for (const [name, ...words] of lines) {
      const own = words.map((word) => (/\.(npy|txt|onnx)$|^runs\//.test(word) ? at(word) : word))
      if (name === 'train') await mkdir(at('runs'))
      const { error, stdout } = await runCommand(commands[name!]!, name!, ...own, ...more[name!]!)
      expect(error).toBeUndefined()
      if (name === 'evaluate') accuracy = JSON.parse(stdout).accuracy
    }
    const before = await runCommand(
      registerEvaluate,
      ...['evaluate', 'pairs', '--pairs', at('pairs.txt'), '--features', at('test.npy'), '--json'],
    )
    expect(accuracy).toBeGreaterThan(JSON.parse(before.stdout).accuracy + 0.1)
  })
})

describe('steradian embed --vectors', () => {
  it('writes what the network makes of each row, and takes the names along', async () => {
    const model = await smallModel()
    const words = ['--model', model, '--vectors', at('test.npy'), '--out', at('out/a.npy'), '--batch', '7']
    const { error, stdout } = await embed(...words, '--rows', 'feature')
    expect(error).toBeUndefined()
    expect(stdout).toBe(`${at('out/a.npy')}: 120 x 5, names in ${at('out/a.names.txt')}\n`)
    expect(await readFile(at('out/a.names.txt'), 'utf8')).toBe(`${names.join('\n')}\n`)
    const { shape, data } = decodeNpy(await readFile(at('out/a.npy')))
    expect(shape).toEqual([120, 5])
    const values = Object.fromEntries(await tensorsOf(await readCheckpoint(at('run/checkpoint.bin'))))
    const plain = mlp(input('vector', [120, columns]), { hidden: [8], dimensions: 5 })
    const expected = evaluate({ plain }, { ...values, vector: test }).plain
    expect(relativeError(Float64Array.from(data), expected)).toBeLessThan(1e-5)
    await embed(...words)
    const units = decodeNpy(await readFile(at('out/a.npy'))).data
    const length = Math.hypot(...data.subarray(0, 5))
    for (let i = 0; i < 5; i++) expect(units[i]).toBeCloseTo(data[i]! / length, 5)
  })

  it('reads the names that --names says, and without any writes none and leaves none of an earlier file', async () => {
    const model = await smallModel()
    const words = ['--model', model, '--out', at('out/a.npy')]
    const other = names.map((name) => `x/${name}`).join('\r\n')
    await writeFile(at('other.txt'), other)
    await embed(...words, '--vectors', at('test.npy'), '--names', at('other.txt'))
    expect((await readFile(at('out/a.names.txt'), 'utf8')).split(/\r?\n/)[0]).toBe(`x/${names[0]}`)
    await rm(at('test.names.txt'))
    const { stdout } = await embed(...words, '--vectors', at('test.npy'), '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ out: at('out/a.npy'), names: null, vectors: 120, dimensions: 5, rows: 'embedding' },
      model: { file: model, columns: 12 },
    })
    expect(await readdir(at('out'))).toEqual(['a.npy'])
  })

  it('refuses files that do not fit, in one line, and writes nothing', async () => {
    const model = await smallModel()
    await writeFile(at('narrow.npy'), encodeNpy({ data: test, shape: [240, 6] }))
    await writeFile(at('nan.npy'), encodeNpy({ data: test.with(40 * columns, Number.NaN), shape: [120, 12] }))
    await writeFile(at('few.txt'), 'a\nb\n')
    await writeFile(at('twice.txt'), names.with(3, names[1]!).join('\n'))
    await writeFile(at('pictures.onnx'), halvesModel())
    const message = async (options: Record<string, string>) => {
      const all = { model, vectors: at('test.npy'), out: at('out/a.npy'), ...options }
      const { error } = await embed(...Object.entries(all).flatMap(([key, value]) => [`--${key}`, value]))
      expect(error).toBeInstanceOf(DataError)
      expect(await readdir(at('out'))).toEqual([])
      return error!.message
    }
    expect(await message({ vectors: at('narrow.npy') })).toBe(
      `${at('narrow.npy')}: expected 12 numbers a row, as ${model} takes, got 6`,
    )
    expect(await message({ vectors: at('nan.npy') })).toBe(
      `${at('nan.npy')}: expected finite numbers in row 41, got NaN in column 1`,
    )
    expect(await message({ vectors: at('none.npy') })).toBe(`${at('none.npy')}: no such file or folder`)
    expect(await message({ names: at('few.txt') })).toBe(
      `${at('few.txt')}: expected a name for each of 120 rows, got 2`,
    )
    expect(await message({ names: at('twice.txt') })).toMatch(/twice\.txt:4: expected each name once/)
    expect(await message({ names: at('none.txt') })).toMatch(/none\.txt: /)
    expect(await message({ model: at('pictures.onnx') })).toMatch(
      /pictures\.onnx: expected one input of float32 \[N, K\] for vectors, got /,
    )
    expect(await message({ out: at('nowhere/a.npy') })).toMatch(/nowhere\/a\.npy: cannot be written/)
  })

  it.each([
    [['--vectors', 'v.npy', '--images', 'people'], 'embed: expected either --images or --vectors, got both'],
    [[], 'embed: expected either --images or --vectors, got none'],
    [['--images', 'people', '--names', 'n.txt'], '--names: goes with --vectors, got n.txt with --images'],
    [['--vectors', 'v.npy', '--flip', 'sum'], '--vectors: takes no --flip, got sum'],
    [['--vectors', 'v.npy', '--allow-missing'], '--vectors: takes no --allow-missing, got true'],
  ])('refuses %j', async (words, message) => {
    const { error } = await embed('--model', 'm.onnx', '--out', at('out/a.npy'), ...words)
    expect(error).toEqual(new UsageError(message))
    expect(existsSync(at('out/a.npy'))).toBe(false)
  })

  it('a stopped run leaves nothing', async () => {
    const controller = new AbortController()
    const report = await embedVectors(at('test.npy'), {
      ...{
        model: await smallModel(),
        threads: 1,
        out: at('out/a.npy'),
        batch: 10,
        signal: controller.signal,
      },
      onProgress: (done) => {
        if (done === 20) controller.abort()
      },
    })
    expect(report).toBeUndefined()
    expect(await readdir(at('out'))).toEqual([])
  })

  it('a model of vectors is refused as one of pictures, and told what takes it', async () => {
    await expect(openModel(await smallModel())).rejects.toThrow(
      /takes vectors, not pictures \(steradian embed --vectors\), got vector \[.*12\] as input$/,
    )
  })
})
