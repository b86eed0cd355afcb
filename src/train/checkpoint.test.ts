import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aliveOf } from '../../test/train/alive.ts'
import { encoded, holding } from '../../test/train/toy.ts'
import { DataError, NumericError } from '../errors.ts'
import { type Checkpoint, decodeCheckpoint, readCheckpoint, tensorsOf, writeCheckpoint } from './index.ts'

const shapes = new Map([
  ['w', [2, 3]],
  ['scalar', []],
  ['w#velocity', [2]],
])
const values = new Map([
  ['w', Float32Array.of(1, -2.5, 1e-40, 3e38, -0, 0.1)],
  ['scalar', Float32Array.of(42)],
  // A view that does not begin where its buffer does.
  ['w#velocity', new Float32Array([9, 8, 7, 6]).subarray(1, 3)],
])
const settings = { dataHash: 'é“λ”', threads: 2, nested: { list: [1, null] } }
const place = { steps: 9, seed: 3, epoch: 1, image: 4, scalars: { rate: 0.1, lambda: 1 / 3 }, history: 'ab' }
const checkpoint = holding({ where: 'x', step: 7, place, settings, shapes }, values)
const bytes = await encoded(checkpoint)

/** Expects a DataError of one line that begins with the name. */
async function expectRefusal(reading: Promise<unknown>, why: RegExp, where: string): Promise<void> {
  const thrown: unknown = await reading.then(() => null).catch((error: unknown) => error)
  expect(thrown, where).toBeInstanceOf(DataError)
  expect((thrown as DataError).message, where).toMatch(/^run\/checkpoint\.bin: [^\n\r]+$/)
  expect((thrown as DataError).message, where).toMatch(why)
}
const decoded = (given: Uint8Array): Promise<Checkpoint> => decodeCheckpoint(given, 'run/checkpoint.bin')

describe('a checkpoint', () => {
  it('comes back as it was written, to the bit', async () => {
    const { tensors, ...facts } = await decodeCheckpoint(bytes, 'y')
    expect(facts).toEqual({ where: 'y', step: 7, place, settings, shapes })
    const back = await tensorsOf({ ...facts, tensors })
    expect([...back.keys()]).toEqual([...values.keys()])
    for (const [name, data] of back) expect([...data]).toEqual([...values.get(name)!])
    expect(Object.is(back.get('w')![4], -0)).toBe(true)
  })

  it('of a version that wrote no place is read', async () => {
    const { place: _, ...older } = checkpoint
    const back = await decoded(await encoded(older))
    expect(back).not.toHaveProperty('place')
    expect(back).toMatchObject({ step: 7, settings })
  })

  it('tells a person who looks into the file where the run stood', () => {
    const text = Buffer.from(bytes).toString('latin1')
    expect(text).toContain('"step":7,"place":{"steps":9,"seed":3,"epoch":1,"image":4,"scalars":{"rate":0.1,')
  })

  it('is read wherever in a buffer it lies, and what it gave keeps no hold of the buffer', async () => {
    const shifted = new Uint8Array(bytes.length + 5)
    shifted.set(bytes, 3)
    const view = shifted.subarray(3, 3 + bytes.length)
    const back = await tensorsOf(await decoded(view))
    view.fill(0)
    expect([...back.get('w#velocity')!]).toEqual([8, 7])
    const [first] = await Promise.all([tensorsOf(await decoded(Buffer.from(bytes)))])
    expect([...first.get('scalar')!]).toEqual([42])
  })

  it('that is cut short anywhere is refused', async () => {
    for (let length = 0; length < bytes.length; length++)
      await expectRefusal(
        decoded(bytes.slice(0, length)),
        length < 23 ? /no checkpoint of this version, begins with/ : /is cut short or changed/,
        `${length} bytes`,
      )
  })

  it('of which any one byte is changed is refused: magic, length, header, numbers, checksum', async () => {
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [1, 0x80]) {
        const changed = bytes.slice()
        changed[at]! ^= bit
        await expectRefusal(
          decoded(changed),
          at < 23 ? /no checkpoint/ : /SHA-256 does not fit/,
          `byte ${at}`,
        )
      }
  })

  it('that is changed or cut short between its opening and its reading is refused', async () => {
    for (const at of [0, 30, bytes.length - 40]) {
      const given = bytes.slice()
      const opened = await decoded(given)
      given[at]! ^= 1
      await expectRefusal(tensorsOf(opened), /was changed while it was read, its SHA-256/, `byte ${at}`)
    }
    for (const length of [0, 40, bytes.length - 34]) {
      let size = bytes.length
      const source = {
        size,
        read: async (start: number, end: number) => bytes.slice(start, Math.min(end, size)),
      }
      const opened = await decodeCheckpoint(source, 'run/checkpoint.bin')
      size = length
      await expectRefusal(tensorsOf(opened), /was changed while it was read/, `${length} bytes`)
    }
  })

  it('with bytes behind it is refused', async () => {
    await expectRefusal(decoded(new Uint8Array([...bytes, 0])), /SHA-256 does not fit/, 'one more')
  })

  it('of another version, or what is no checkpoint at all, is refused with how it begins', async () => {
    const later = bytes.slice()
    later[21] = '2'.charCodeAt(0)
    await expectRefusal(
      decoded(later),
      /no checkpoint of this version, begins with "STERADIAN CHECKPOINT 2\\n"$/,
      'version 2',
    )
    await expectRefusal(
      decoded(new TextEncoder().encode('{"a":\n1}')),
      /begins with "\{\\"a\\":\\n1\}"$/,
      'JSON',
    )
    await expectRefusal(decoded(new Uint8Array(200)), /no checkpoint/, 'zeros')
  })

  it('whose tensors are not those that its header names is not encoded', async () => {
    const wrong = (...given: [string, Float32Array][]): Promise<unknown> =>
      encoded(holding(checkpoint, new Map(given)))
    const [w, scalar, velocity] = [...values] as [string, Float32Array][]
    await expect(wrong(w!, velocity!)).rejects.toThrow('checkpoint: w#velocity is not the tensor')
    await expect(wrong(w!, ['scalar', new Float32Array(2)])).rejects.toThrow('got 2')
    await expect(wrong(w!, scalar!)).rejects.toThrow('a tensor is missing, got none for w#velocity')
    await expect(wrong(w!, scalar!, velocity!, ['v', new Float32Array(1)])).rejects.toThrow('v is not')
  })
})

describe('a checkpoint file', () => {
  let folder = ''
  let path = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoint-'))
    path = join(folder, 'checkpoint.bin')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('holds what encodeCheckpoint gives, and nothing else is left in its folder', async () => {
    await writeCheckpoint(path, checkpoint)
    expect(new Uint8Array(await readFile(path))).toEqual(bytes)
    expect(await readdir(folder)).toEqual(['checkpoint.bin'])
    const back = await readCheckpoint(path)
    expect(back.where).toBe(path)
    expect((await tensorsOf(back)).get('scalar')).toEqual(Float32Array.of(42))
  })

  it('of tensors that are hashed and written in several pieces comes back as it was', async () => {
    const large = new Float32Array(2 ** 21 + 3).map((_, i) => i)
    const whole = holding(
      { ...checkpoint, shapes: new Map([['large', [large.length]]]) },
      new Map([['large', large]]),
    )
    await writeCheckpoint(path, whole)
    const back = (await tensorsOf(await readCheckpoint(path))).get('large')!
    expect(Buffer.compare(Buffer.from(back.buffer), Buffer.from(large.buffer))).toBe(0)
  })

  it('is replaced by a later one', async () => {
    await writeCheckpoint(path, checkpoint)
    await writeCheckpoint(path, { ...checkpoint, step: 8 })
    expect((await readCheckpoint(path)).step).toBe(8)
  })

  it('that is replaced after it was opened is not read as what it was', async () => {
    await writeCheckpoint(path, checkpoint)
    const opened = await readCheckpoint(path)
    await writeCheckpoint(path, { ...checkpoint, step: 8 })
    await expect(tensorsOf(opened)).rejects.toThrow(
      /^.*\/checkpoint\.bin: checkpoint was changed while it was read, its SHA-256 does not fit, got \w{12}$/,
    )
    await rm(path)
    await expect(tensorsOf(opened)).rejects.toThrow(
      new DataError(`${path}: checkpoint cannot be read, no such file or folder`),
    )
  })

  it('that cannot be written leaves no part of itself, and says why', async () => {
    await expect(writeCheckpoint(join(folder, 'none', 'c.bin'), checkpoint)).rejects.toThrow(
      new DataError(`${folder}/none/c.bin: checkpoint was not written, no such file or folder`),
    )
    await mkdir(path)
    await writeFile(join(path, 'x'), '')
    await expect(writeCheckpoint(path, checkpoint)).rejects.toThrow(DataError)
    expect(await readdir(folder)).toEqual(['checkpoint.bin'])
  })

  it('whose tensors fail half-way leaves the last one, and passes their error on', async () => {
    await writeCheckpoint(path, checkpoint)
    const problem = new NumericError('train: step 9: w holds a value that is no number')
    const failing: Checkpoint = {
      ...checkpoint,
      step: 9,
      async *tensors() {
        yield* [...values].slice(0, 1)
        throw problem
      },
    }
    await expect(writeCheckpoint(path, failing)).rejects.toBe(problem)
    expect(await readdir(folder)).toEqual(['checkpoint.bin'])
    expect(new Uint8Array(await readFile(path))).toEqual(bytes)
  })

  it('that is missing or a folder is refused', async () => {
    await expect(readCheckpoint(path)).rejects.toThrow(
      new DataError(`${path}: checkpoint cannot be read, no such file or folder`),
    )
    await expect(readCheckpoint(folder)).rejects.toThrow(
      new DataError(`${folder}: checkpoint cannot be read, expected a file, got a folder`),
    )
  })

  it('is written and read with one tensor in memory at a time', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `w${i}`)
    const many = new Map(names.map((name) => [name, [1000]]))
    const alive = aliveOf()
    const most = { written: 0, read: 0 }
    await writeCheckpoint(path, {
      ...checkpoint,
      shapes: many,
      async *tensors() {
        for (const name of names) {
          yield [name, alive.watch(new Float32Array(1000))] as const
          most.written = Math.max(most.written, await alive.count())
        }
      },
    })
    for await (const [, data] of (await readCheckpoint(path)).tensors()) {
      alive.watch(data)
      most.read = Math.max(most.read, await alive.count())
    }
    // The one at hand, and the one before it, which a loop may still name.
    expect(most.written).toBeLessThanOrEqual(2)
    expect(most.read).toBeLessThanOrEqual(2)
    expect(most.read).toBeGreaterThan(0)
  })
})
