import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { readSafetensors } from './safetensors.ts'
import type { ByteSource } from './weight-file.ts'

const sourceOf = (bytes: Uint8Array, reads: number[] = []): ByteSource => ({
  size: bytes.length,
  read: async (start, end) => {
    reads.push(end - start)
    return bytes.slice(start, end)
  },
})

/** A file with this header, and `data` behind it. */
function file(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}

const read = (bytes: Uint8Array) => readSafetensors(sourceOf(bytes), 'w.safetensors')
const one = (dtype: string, shape: readonly number[], data: Uint8Array) =>
  file({ a: { dtype, shape, data_offsets: [0, data.length] } }, data)
const valuesOf = async (bytes: Uint8Array) => [...(await (await read(bytes)).tensors.get('a')!.read())]

describe('readSafetensors(source, where)', () => {
  it('reads F32, F64, BF16 and F16, as float32', async () => {
    const bytes = (numbers: ArrayBufferView): Uint8Array => new Uint8Array(numbers.buffer)
    expect(await valuesOf(one('F32', [2], bytes(Float32Array.of(1.5, -2))))).toEqual([1.5, -2])
    expect(await valuesOf(one('F64', [1, 2], bytes(Float64Array.of(0.1, 3))))).toEqual([Math.fround(0.1), 3])
    // By hand: 1 and −2.5 in the upper half of a float32; 1, −2.5, the least and the largest number of binary16.
    expect(await valuesOf(one('BF16', [2], bytes(Uint16Array.of(0x3f80, 0xc020))))).toEqual([1, -2.5])
    expect(await valuesOf(one('F16', [4], bytes(Uint16Array.of(0x3c00, 0xc100, 1, 0x7bff))))).toEqual([
      1,
      -2.5,
      2 ** -24,
      65504,
    ])
  })

  it('reads nothing but the header until numbers are asked for, and those in pieces', async () => {
    const data = new Uint8Array(4 * 2 ** 24 + 8)
    data.set(new Uint8Array(Float32Array.of(7).buffer), data.length - 4)
    const bytes = one('F32', [2 ** 24 + 2], data)
    const reads: number[] = []
    const { tensors } = await readSafetensors(sourceOf(bytes, reads), 'w')
    expect(reads).toEqual([8, bytes.length - data.length - 8])
    expect((await tensors.get('a')!.read()).at(-1)).toBe(7)
    expect(reads.slice(2)).toEqual([2 ** 26, 8])
  })

  it('takes a file of more than 2 GiB for what its header says', async () => {
    const size = 3 * 2 ** 30
    const head = file({ a: { dtype: 'F32', shape: [2], data_offsets: [size - 8, size] } })
    const source: ByteSource = {
      size: head.length + size,
      read: async (start, end) =>
        end <= head.length
          ? head.slice(start, end)
          : new Uint8Array(Float32Array.of(size - start + head.length, 5).buffer).slice(0, end - start),
    }
    const { tensors } = await readSafetensors(source, 'w')
    expect([...(await tensors.get('a')!.read())]).toEqual([8, 5])
  })

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(3), "safetensors are cut short, a header's length takes 8 bytes, got 3"],
    [
      'another file',
      new TextEncoder().encode('PK\u0003\u0004 a zip archive'),
      'no safetensors, or their header is too large, at most 100000000 bytes are read, got 8800140462016122000',
    ],
    [
      'a header that ends early',
      file({ a: 1 }).subarray(0, 12),
      'safetensors are cut short, the header takes 7 bytes, got 4',
    ],
    [
      'no JSON',
      file('{"a": [}'),
      'no safetensors, the header is not a JSON object, it begins with "{\\"a\\": [}"',
    ],
    ['a list', file('[1]'), 'no safetensors, the header is not a JSON object, it begins with "[1]"'],
    [
      'no dtype',
      file({ a: { shape: [1], data_offsets: [0, 4] } }),
      'header of a: dtype must be a name, got undefined',
    ],
    [
      'a wrong shape',
      file({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }),
      'header of a: shape must be whole numbers, got [-1]',
    ],
    [
      'offsets in disorder',
      file({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }),
      'header of a: data_offsets must be two places in order, got [4,0]',
    ],
    [
      'offsets of another shape',
      file({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 4] } }, new Uint8Array(4)),
      'a F32 [3] takes 12 bytes, the header gives it 4',
    ],
    [
      'data cut short',
      one('F32', [2], new Uint8Array(8)).subarray(0, -1),
      'safetensors are cut short, a ends at byte 70, got 69 bytes',
    ],
    [
      'tensors that share some of their bytes',
      file(
        {
          a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
        },
        new Uint8Array(12),
      ),
      'header of b: expected to begin at 8 or later, where another tensor ends, got 4',
    ],
    [
      'a name that is no line',
      file({ 'a\n\u001b[31m': { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }),
      'header of a [31m: shape must be whole numbers, got [-1]',
    ],
    [
      'data left over',
      file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, new Uint8Array(6)),
      'safetensors end at byte 66 by their header, got 68 bytes',
    ],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(new DataError(`w.safetensors: ${message}`))
  })

  it('refuses numbers of another kind, and what is no number, when they are read', async () => {
    await expect(valuesOf(one('I8', [2], new Uint8Array(2)))).rejects.toThrow(
      new DataError('w.safetensors: a must be of F64, F32, F16, BF16, got I8'),
    )
    await expect(
      valuesOf(one('F32', [2], new Uint8Array(Float32Array.of(1, Number.NaN).buffer))),
    ).rejects.toThrow(new DataError('w.safetensors: a holds a value that is no number, at 1, got NaN'))
  })

  it('ends a file changed at random by numbers or a DataError, never otherwise', async () => {
    const good = one('F32', [3], new Uint8Array(Float32Array.of(1, 2, 3).buffer))
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, end) => {
        const bytes = good.slice(0, end)
        if (at < end) bytes[at] = byte
        try {
          const { tensors } = await read(bytes)
          for (const tensor of tensors.values()) await tensor.read()
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }),
      { seed: 1, numRuns: 400 },
    )
  })
})
