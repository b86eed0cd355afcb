import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { agreeingParts } from './agreeing-parts.ts'
import { decodePart, encodePart, type Part } from './part-file.ts'

const part: Part = {
  protocol: 'megaface',
  run: { version: '1.0.0', list: { sha256: 'ab' }, sizes: [10, 100] },
  shard: { index: 2, count: 3 },
  facts: { missing: [] },
  arrays: {
    ranks: Int32Array.from([0, 5, -1]),
    scores: Float64Array.from([-0.5, Number.NEGATIVE_INFINITY, Number.NaN]),
    flags: Uint8Array.from([1, 0, 1, 1, 0]),
    few: Float32Array.from([0.25]),
    none: new Float64Array(0),
  },
}
const shards = (changes: readonly Partial<Part>[]) =>
  changes.map((change, i) => ({ name: `p${i + 1}`, part: { ...part, ...change } }))
const of3 = (index: number) => ({ shard: { index, count: 3 } })

describe('a part file', () => {
  it('gives back what was put in, to the bit', async () => {
    expect(await decodePart(await encodePart(part))).toEqual(part)
  })

  it('has the same bytes each time', async () => {
    expect(await encodePart(part)).toEqual(await encodePart(structuredClone(part)))
  })

  it('is read from the middle of a buffer too', async () => {
    const bytes = await encodePart(part)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(await decodePart(shifted.subarray(3))).toEqual(part)
  })

  it('says what is wrong with another file', async () => {
    const read = (bytes: Uint8Array) => decodePart(bytes, { name: 'a.part' })
    await expect(read(new Uint8Array(0))).rejects.toThrow('a.part: expected a part of an evaluation')
    const bytes = await encodePart(part)
    await expect(read(bytes.subarray(0, 30))).rejects.toThrow('a.part: cut short, got 30 bytes')
    await expect(read(bytes.subarray(0, bytes.length - 8))).rejects.toThrow('a.part: checksum differs')
    const later = bytes.slice()
    later[8] = 2
    await expect(read(later)).rejects.toThrow('a.part: expected part version 1, got 2')
  })

  it('is refused with more shards than a run can have, or values deep within each other', async () => {
    const read = async (change: Partial<Part>) =>
      decodePart(await encodePart({ ...part, ...change }), { name: 'a.part' })
    for (const many of [10_000, 2 ** 31, 2 ** 40])
      await expect(read({ shard: { index: 1, count: many } })).rejects.toThrow(
        new DataError(`a.part: expected at most 9999 shards, got ${many}`),
      )
    expect((await read({ shard: { index: 9999, count: 9999 } })).shard.count).toBe(9999)
    const deep = (levels: number): Part['run'] => (levels === 0 ? {} : { inner: deep(levels - 1) })
    expect((await read({ run: deep(20) })).run).toEqual(deep(20))
    for (const field of ['run', 'facts'] as const)
      await expect(read({ [field]: deep(3000) })).rejects.toThrow(
        new DataError('a.part: expected values at most 32 deep in the header, got deeper'),
      )
  })

  it('notices each changed byte', async () => {
    const bytes = await encodePart(part)
    const random = rng(1)
    for (let i = 0; i < 100; i++) {
      const changed = bytes.slice()
      const at = random.below(bytes.length)
      changed[at] = changed[at]! ^ (1 + random.below(255))
      await expect(decodePart(changed), `byte ${at}`).rejects.toThrow(DataError)
    }
  })
})

describe('agreeingParts(parts)', () => {
  it('gives them in the order of their shards', () => {
    const parts = agreeingParts(shards([of3(3), of3(1), of3(2)]))
    expect(parts.map(({ name }) => name)).toEqual(['p2', 'p3', 'p1'])
  })

  it('refuses a missing shard, a shard given twice, and none', () => {
    expect(() => agreeingParts(shards([of3(3), of3(2)]))).toThrow('merge: expected 3 shards, missing 1')
    expect(() => agreeingParts(shards([of3(3), of3(3)]))).toThrow('p2: shard 3/3 is given already, got p1')
    expect(() => agreeingParts([])).toThrow('merge: expected parts, got none')
  })

  it('knows a file by its SHA-256, wherever it lies', () => {
    const listed = (list: Record<string, string>) => ({ run: { list, sizes: [10] } })
    const [one, two] = [
      { file: 'ijb/tid.txt', sha256: 'ab' },
      { file: './ijb/tid.txt', sha256: 'ab' },
    ]
    expect(
      agreeingParts(
        shards([
          { ...of3(1), ...listed(one) },
          { ...of3(2), ...listed(two) },
          { ...of3(3), ...listed(one) },
        ]),
      ),
    ).toHaveLength(3)
    const differing = (list: Record<string, string>) => () =>
      agreeingParts(
        shards([
          { ...of3(1), ...listed(one) },
          { ...of3(2), ...listed(list) },
        ]),
      )
    expect(differing({ ...two, sha256: 'cd' })).toThrow('p2: expected list.sha256 "ab" as p1, got "cd"')
    expect(differing({ file: './ijb/tid.txt' })).toThrow(
      'p2: expected list.file "ijb/tid.txt" as p1, got "./ijb/tid.txt"',
    )
  })

  it('refuses parts of other protocols, numbers of shards, lists and settings, naming the first difference', () => {
    const other = (change: Partial<Part>) => () => agreeingParts(shards([of3(1), { ...of3(2), ...change }]))
    expect(other({ protocol: 'ijbb' })).toThrow('p2: expected a part of megaface as p1, got ijbb')
    expect(other({ shard: { index: 2, count: 4 } })).toThrow(
      'p2: expected one of 3 shards as p1, got one of 4',
    )
    expect(other({ run: { ...part.run, list: { sha256: 'cd' } } })).toThrow(
      'p2: expected list.sha256 "ab" as p1, got "cd"',
    )
    expect(other({ run: { ...part.run, sizes: [10] } })).toThrow('p2: expected sizes.1 100 as p1, got none')
    expect(other({ run: { ...part.run, normalise: true } })).toThrow(
      'p2: expected normalise none as p1, got true',
    )
  })
})
