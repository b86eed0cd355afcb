import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from './index.ts'

const checkpoint: Checkpoint = {
  step: 7,
  settings: { dataHash: 'é“λ”', threads: 2, nested: { list: [1, null] } },
  tensors: new Map([
    ['w', { shape: [2, 3], data: Float32Array.of(1, -2.5, 1e-40, 3e38, -0, 0.1) }],
    ['scalar', { shape: [], data: Float32Array.of(42) }],
    // A view that does not begin where its buffer does.
    ['w#velocity', { shape: [2], data: new Float32Array([9, 8, 7, 6]).subarray(1, 3) }],
  ]),
}
const encoded = (): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(encodeCheckpoint(checkpoint)))

/** Decodes and expects a DataError of one line that begins with the name. */
function expectRefusal(bytes: Uint8Array<ArrayBuffer>, why: RegExp, where: string): void {
  let thrown: unknown
  try {
    decodeCheckpoint(bytes, 'run/checkpoint.bin')
  } catch (error) {
    thrown = error
  }
  expect(thrown, where).toBeInstanceOf(DataError)
  expect((thrown as DataError).message, where).toMatch(/^run\/checkpoint\.bin: [^\n\r]+$/)
  expect((thrown as DataError).message, where).toMatch(why)
}

describe('a checkpoint', () => {
  it('comes back as it was written, to the bit', () => {
    const back = decodeCheckpoint(encoded(), 'x')
    expect(back).toEqual({
      ...checkpoint,
      tensors: new Map([...checkpoint.tensors].map(([name, t]) => [name, { ...t, data: t.data.slice() }])),
    })
    expect(Object.is(back.tensors.get('w')!.data[4], -0)).toBe(true)
  })

  it('is read wherever in a buffer it lies, and keeps no hold of the buffer', () => {
    const bytes = encoded()
    const shifted = new Uint8Array(bytes.length + 5)
    shifted.set(bytes, 3)
    const view = shifted.subarray(3, 3 + bytes.length)
    const back = decodeCheckpoint(view, 'x')
    view.fill(0)
    expect([...back.tensors.get('w#velocity')!.data]).toEqual([8, 7])
  })

  it('that is cut short anywhere is refused', () => {
    const bytes = encoded()
    for (let length = 0; length < bytes.length; length++)
      expectRefusal(
        bytes.slice(0, length),
        length < 23 ? /no checkpoint of this version, begins with/ : /is cut short or changed/,
        `${length} bytes`,
      )
  })

  it('of which any one byte is changed is refused: magic, length, header, numbers, checksum', () => {
    const bytes = encoded()
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [1, 0x80]) {
        const changed = bytes.slice()
        changed[at]! ^= bit
        expectRefusal(changed, at < 23 ? /no checkpoint/ : /SHA-256 does not fit/, `byte ${at}`)
      }
  })

  it('with bytes behind it is refused', () => {
    expectRefusal(new Uint8Array([...encoded(), 0]), /SHA-256 does not fit/, 'one more')
  })

  it('of another version, or what is no checkpoint at all, is refused with how it begins', () => {
    const later = encoded()
    later[21] = '2'.charCodeAt(0)
    expectRefusal(
      later,
      /no checkpoint of this version, begins with "STERADIAN CHECKPOINT 2\\n"$/,
      'version 2',
    )
    expectRefusal(new TextEncoder().encode('{"a":\n1}'), /begins with "\{\\"a\\":\\n1\}"$/, 'JSON')
    expectRefusal(new Uint8Array(200), /no checkpoint/, 'zeros')
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
    expect(new Uint8Array(await readFile(path))).toEqual(encoded())
    expect(await readdir(folder)).toEqual(['checkpoint.bin'])
    expect((await readCheckpoint(path)).tensors.get('scalar')!.data).toEqual(Float32Array.of(42))
  })

  it('is replaced by a later one', async () => {
    await writeCheckpoint(path, checkpoint)
    await writeCheckpoint(path, { ...checkpoint, step: 8 })
    expect((await readCheckpoint(path)).step).toBe(8)
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

  it('that is missing or a folder is refused', async () => {
    await expect(readCheckpoint(path)).rejects.toThrow(
      new DataError(`${path}: checkpoint cannot be read, no such file or folder`),
    )
    await expect(readCheckpoint(folder)).rejects.toThrow(
      new DataError(`${folder}: checkpoint cannot be read, expected a file, got a folder`),
    )
  })
})
