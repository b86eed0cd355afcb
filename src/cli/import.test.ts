import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tiny, writePeople } from '../../test/cli/pictures.ts'
import { steradian } from '../../test/cli/steradian.ts'
import { runCommand } from '../../test/embed/run-command.ts'
import { relativeError } from '../../test/evaluator/index.ts'
import { DataError, UsageError } from '../errors.ts'
import { createSession } from '../runtime/node.ts'
import { readCheckpoint, tensorsOf } from '../train/index.ts'
import { registerImport } from './import.ts'
import { registerTrain } from './train.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url))
const { cases, side, dimensions } = JSON.parse(readFileSync(fixture('weights.json'), 'utf8')) as {
  readonly side: number
  readonly dimensions: number
  readonly cases: readonly { readonly file: string; readonly words: string[]; readonly features: number[] }[]
}

let base = ''
let images = ''
let out = ''
let count = 0
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'import-'))
  images = join(base, 'people')
  await writePeople(images)
})
afterAll(() => rm(base, { recursive: true }))
beforeEach(() => {
  out = join(base, `from${count++}`)
})

const sizes = ['--input', `${side}x${side}`, '--dimensions', String(dimensions)]
/** Runs `steradian import` in this process. */
const take = (path: string, words: readonly string[], ...more: string[]) =>
  runCommand(registerImport, 'import', path, '--architecture', ...words, ...sizes, ...more)
const ir = ['ir18', '--width', '0.03125']

/** What a model makes of the pictures of the fixture. */
async function featuresOf(path: string): Promise<Float32Array> {
  const data = Uint8Array.from({ length: 2 * side * side * 3 }, (_, i) => (i * i + 7 * i) % 251)
  const session = await createSession(await readFile(path), { threads: 1 })
  const results = await session
    .run({ image: { type: 'uint8', shape: [2, side, side, 3], data } })
    .finally(session.close)
  return results.feature!.data as Float32Array
}

/** The small file of InsightFace's names with something changed in its header. */
async function changed(
  change: (header: Record<string, { dtype: string; shape: number[] }>) => void,
): Promise<string> {
  const bytes = await readFile(fixture('weights-iresnet.safetensors'))
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString())
  change(header)
  const text = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(text.length))
  const path = `${out}.safetensors`
  await writeFile(path, Buffer.concat([start, text, bytes.subarray(8 + length)]))
  return path
}

describe('steradian import', () => {
  it.each(cases)('makes a model that gives what PyTorch gives: $file', async ({ file, words, features }) => {
    const more = file.endsWith('.onnx') ? ['--divisor', '127.5'] : []
    const { error, stderr } = await take(fixture(file), words, '--model', `${out}.onnx`, ...more)
    expect(error).toBeUndefined()
    expect(relativeError(Float64Array.from(await featuresOf(`${out}.onnx`)), features)).toBeLessThan(1e-4)
    expect(stderr.startsWith('warning: names are of no layout that is known')).toBe(file.endsWith('.onnx'))
  })

  it('says as JSON by what it told tensors apart, what pixels it took, and what it left out', async () => {
    const { stdout } = await take(fixture('weights-adaface.safetensors'), ir, '--out', out, '--json')
    expect(JSON.parse(stdout)).toEqual({
      weights: fixture('weights-adaface.safetensors'),
      architecture: 'ir18',
      by: 'IR (AdaFace) behind model.',
      ...{ divisor: 127.5, channels: 'bgr', tensors: 156, leftOut: 31, out },
    })
  })

  it('writes a file that train --from starts from, exactly', async () => {
    await take(fixture('weights-iresnet.safetensors'), ir, '--out', `${out}.bin`, '--model', `${out}.onnx`)
    const words = [...tiny, '--architecture', ...ir, ...sizes, '--images', images, '--from', `${out}.bin`]
    const run = join(base, `run${count}`)
    const { error } = await runCommand(
      registerTrain,
      ...['train', ...words, '--freeze', 'backbone', '--steps', '2', '--out', run],
    )
    expect(error).toBeUndefined()
    // Nothing but the head has learnt, so the model is the one that was imported.
    expect(
      relativeError(Float64Array.from(await featuresOf(join(run, 'model.onnx'))), [
        ...(await featuresOf(`${out}.onnx`)),
      ]),
    ).toBeLessThan(1e-6)
  })

  it("takes a run's checkpoint without its head, for other people", async () => {
    const run = join(base, `run${count}`)
    const words = [...tiny, '--batch-norm', 'true', '--images', images]
    await runCommand(registerTrain, 'train', ...words, '--steps', '2', '--out', run)
    const network = ['--width', '0.0625', '--dimensions', '8', '--batch-norm', 'true', '--input', '16x16']
    const { error, stderr } = await runCommand(
      registerImport,
      ...[
        'import',
        join(run, 'checkpoint.bin'),
        '--architecture',
        'sfnet4',
        ...network,
        '--out',
        `${out}.bin`,
      ],
    )
    expect(error).toBeUndefined()
    expect(stderr).toContain('by the names of steradian; pixels (v − 127.5) / 128, RGB')
    const [before, after] = [
      await tensorsOf(await readCheckpoint(join(run, 'checkpoint.bin'))),
      await tensorsOf(await readCheckpoint(`${out}.bin`)),
    ]
    expect([...after.keys()]).toEqual(
      [...before.keys()]
        .filter((name) => after.has(name))
        .sort((a, b) => [...after.keys()].indexOf(a) - [...after.keys()].indexOf(b)),
    )
    for (const [name, values] of after) expect(values, name).toEqual(before.get(name))
    expect([...after.keys()].some((name) => name.startsWith('head.') || name.includes('#'))).toBe(false)
  })

  it('takes names by a map, numbers too, and leaves out what it is told to', async () => {
    const path = await changed((header) => {
      header.first = header['conv1.weight']!
      delete header['conv1.weight']
      header.other = header['features.weight']!
    })
    await writeFile(
      `${out}.json`,
      JSON.stringify({ 'stem.weight': 'first', 'stem.slope': 0.5, ignore: ['other', 'prelu.weight'] }),
    )
    const { error } = await take(path, ir, '--map', `${out}.json`, '--out', `${out}.bin`)
    expect(error).toBeUndefined()
    const tensors = await tensorsOf(await readCheckpoint(`${out}.bin`))
    expect([...tensors.get('stem.slope')!]).toEqual([0.5, 0.5])
  })

  it('falls back to shapes in order where names tell nothing, and says so', async () => {
    const path = await changed((header) => {
      for (const name of Object.keys(header)) {
        if (name === '__metadata__') continue
        header[`n.${name}`] = header[name]!
        delete header[name]
      }
    })
    const { error, stderr } = await take(path, ir, '--out', `${out}.bin`)
    expect(error).toBeUndefined()
    expect(stderr).toContain(
      'warning: names are of no layout that is known: taken by shapes in order; see that it embeds well before you build on it\n',
    )
  })

  const iresnet = fixture('weights-iresnet.safetensors')
  it.each<[string, () => Promise<string>, string]>([
    [
      'tensors of another shape and ones that are missing, the first five of them',
      () =>
        changed((header) => {
          for (const name of ['layer1.0.bn1', 'layer1.0.bn2', 'layer1.0.bn3'])
            for (const part of ['weight', 'bias']) delete header[`${name}.${part}`]
          header['conv1.weight']!.shape = [2, 3, 9, 1]
        }),
      'does not fit ir18 by the names of iresnet (InsightFace): stem.weight needs conv1.weight [2,3,3,3], got [2,3,9,1]; stage1.unit1.input.norm.weight needs layer1.0.bn1.weight [2], got none; stage1.unit1.input.norm.bias needs layer1.0.bn1.bias [2], got none; stage1.unit1.conv1.norm.weight needs layer1.0.bn2.weight [2], got none; stage1.unit1.conv1.norm.bias needs layer1.0.bn2.bias [2], got none; and 2 more',
    ],
    [
      'tensors without a place',
      () =>
        changed((header) => {
          header['layer9.weight'] = header['fc.bias']!
        }),
      'does not fit ir18 by the names of iresnet (InsightFace): layer9.weight [5] has no place',
    ],
    [
      'tensors of whole numbers',
      () =>
        changed((header) => {
          header['fc.bias'] = { ...header['fc.bias']!, dtype: 'I32' }
        }),
      'fc.bias must be of F64, F32, F16, BF16, got I32',
    ],
    [
      'a file that is cut short',
      async () => {
        await writeFile(`${out}.safetensors`, (await readFile(iresnet)).subarray(0, -1))
        return `${out}.safetensors`
      },
      'safetensors are cut short, stem ends',
    ],
    [
      'a header that is too large',
      async () => {
        await writeFile(`${out}.safetensors`, Buffer.alloc(64, 0xff))
        return `${out}.safetensors`
      },
      'no safetensors, or their header is too large, at most 100000000 bytes are read, got 18446744073709552000',
    ],
    [
      'an ONNX file that is cut short',
      async () => {
        await writeFile(`${out}.onnx`, (await readFile(fixture('weights-ir.onnx'))).subarray(0, 20_000))
        return `${out}.onnx`
      },
      'not an ONNX model, or one cut short, it begins with',
    ],
    [
      'a file that is not there',
      async () => `${out}.safetensors`,
      'weights cannot be read, no such file or folder',
    ],
  ])('refuses %s, and leaves nothing behind', async (name, make, message) => {
    const path = await make()
    const before = await readdir(base)
    const { error } = await take(path, ir, '--out', `${out}.bin`, '--model', `${out}.made.onnx`)
    expect(error).toBeInstanceOf(DataError)
    if (name === 'a file that is cut short')
      expect(error?.message).toMatch(
        /safetensors: safetensors are cut short, \S+ ends at byte \d+, got \d+ bytes$/,
      )
    else expect(error?.message.startsWith(`${path}: ${message}`), error?.message).toBe(true)
    expect(await readdir(base)).toEqual(before)
  })

  it('refuses another depth and another width, and says where SFNet has a place for biases', async () => {
    const deep = await take(iresnet, ['ir34', '--width', '0.03125'], '--out', out)
    expect(deep.error?.message).toMatch(
      /does not fit ir34 by the names of iresnet \(InsightFace\): stage1\.unit3.*; and \d+ more$/,
    )
    // Half of ours and more are missing, but the file's own names leave no doubt.
    const deeper = await take(iresnet, ['ir50', '--width', '0.03125'], '--out', out)
    expect(deeper.error?.message).toMatch(
      /does not fit ir50 by the names of iresnet \(InsightFace\): stage1\.unit3\.input\.norm\.weight needs layer1\.2\.bn1\.weight \[2\], got none; .*; and \d+ more$/,
    )
    const wide = await take(iresnet, ['ir18'], '--out', out)
    expect(wide.error?.message).toContain('stem.weight needs conv1.weight [64,3,3,3], got [2,3,3,3]')
    const { error } = await take(
      fixture('weights-opensphere.safetensors'),
      ['sfnet10', '--width', '0.03125'],
      '--out',
      out,
    )
    expect(error?.message).toContain(
      '(the biases of its units have a place with --batch-norm true): layer2.1.conv1.bias [4] has no place; ',
    )
    expect(existsSync(out)).toBe(false)
  })

  it.each([
    [[], 'import: --architecture is missing'],
    [
      ['--architecture', 'ir18'],
      'import: --out (a file for train --from) or --model (a model.onnx) is missing',
    ],
    [['--architecture', 'mlp', '--out', '$'], 'import: mlp needs --vector-length, got none'],
    [
      ['--architecture', 'mlp', '--vector-length', '1.5', '--out', '$'],
      'import: expected a whole number above 0, got 1.5',
    ],
    [
      ['--architecture', 'ir18', '--vector-length', '4', '--out', '$'],
      'import: --vector-length is of mlp, got it for ir18',
    ],
    [['--architecture', 'ir18', '--divisor', '0', '--out', '$'], 'import: expected a number above 0, got 0'],
  ])('refuses %j', async (words, message) => {
    const { error } = await runCommand(
      registerImport,
      ...[
        'import',
        iresnet,
        ...(words.length === 0 ? ['--out', out] : []),
        ...words.map((word) => (word === '$' ? out : word)),
      ],
    )
    expect(error).toEqual(new UsageError(message))
  })

  it.each([
    ['[]', 'map must be an object, got []'],
    ['{', 'map is no JSON, '],
    ['{"stem.weight": true}', 'stem.weight must be a name or a number, got true'],
    ['{"ignore": "x"}', 'ignore must be names of the file, got "x"'],
  ])('refuses the map %s', async (text, message) => {
    await writeFile(`${out}.json`, text)
    const { error } = await take(iresnet, ir, '--map', `${out}.json`, '--out', `${out}.bin`)
    expect(error).toBeInstanceOf(DataError)
    expect(error?.message.startsWith(`${out}.json: ${message}`), error?.message).toBe(true)
  })

  it('warns where weights of a published layout are to see other images than they were trained on', async () => {
    const of = 'warning: weights of iresnet (InsightFace) were trained on images with'
    const { stderr } = await take(iresnet, [...ir, '--alignment', 'sphereface'], '--out', `${out}.bin`)
    expect(stderr).toContain(`${of} --input 112x112, got 16x16\n`)
    expect(stderr).toContain(`${of} --alignment arcface, got sphereface\n`)
    expect((await take(iresnet, ir, '--out', out)).stderr).not.toContain('--alignment')
  })

  it('leaves neither file where the second cannot be written', async () => {
    const folder = join(base, `closed${count}`)
    await mkdir(folder)
    const { error } = await take(iresnet, ir, '--out', `${out}.bin`, '--model', join(folder, 'a'.repeat(250)))
    expect(error).toBeInstanceOf(DataError)
    expect(await stat(`${out}.bin`).catch(() => null)).toBeNull()
  })

  it('refuses to write over a file that is there, and a map of names that are not ours', async () => {
    await copyFile(iresnet, out)
    expect((await take(iresnet, ir, '--out', out)).error).toEqual(
      new UsageError(`--out: expected a new file, got ${out}, which is there already`),
    )
    expect((await take(iresnet, ir, '--model', out)).error).toEqual(
      new UsageError(`--model: expected a new file, got ${out}, which is there already`),
    )
    expect((await take(iresnet, ir, '--out', `${out}.one`, '--model', `${out}.one`)).error).toEqual(
      new UsageError(`import: --out and --model must be two files, got ${out}.one for both`),
    )
    await writeFile(`${out}.json`, '{"conv1.weight": "stem.weight"}')
    expect((await take(iresnet, ir, '--map', `${out}.json`, '--out', `${out}.bin`)).error).toEqual(
      new DataError(`${iresnet}: has no tensor of that name in ir18: conv1.weight`),
    )
  })

  it('ends with code 2 and one line, as a program of its own', async () => {
    const { code, stdout, stderr } = await steradian(
      'import',
      iresnet,
      '--architecture',
      'ir50',
      '--out',
      out,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^steradian: .*; and \d+ more\n$/)
  })
})
