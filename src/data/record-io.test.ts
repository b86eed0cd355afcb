import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageContent, record } from '../../test/data/write-records.ts'
import { readImageRecord, recordLabels } from './record-io.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'record-io-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(bytes: Uint8Array, position = 0) {
  const file = join(folder, 'one.rec')
  await writeFile(file, bytes)
  const handle = await open(file)
  try {
    const found = await readImageRecord(handle, position)
    return typeof found === 'string' ? found : { ...found, image: Buffer.from(found.image) }
  } finally {
    await handle.close()
  }
}

describe('readImageRecord', () => {
  test('reads a record written out by hand: mark, length, flag, label 3.0, two ids, five bytes, padding', async () => {
    const hex = '0a23d7ce 1d000000 00000000 00004040 0900000000000000 0000000000000000 ffd8ffd9aa 000000'
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(await read(bytes)).toEqual({ labels: [3], image: Buffer.from('ffd8ffd9aa', 'hex') })
    expect(recordLabels(bytes)).toEqual([3])
  })

  test('reads two labels after the header, where the flag says so', async () => {
    const hex = '0a23d7ce 22000000 02000000 00000000 0000000000000000 0000000000000000 0000803f 00004040 abcd'
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(await read(bytes)).toEqual({ labels: [1, 3], image: Buffer.from('abcd', 'hex') })
    expect(recordLabels(bytes)).toEqual([1, 3])
    expect(recordLabels(bytes.subarray(0, 20))).toEqual({ needs: 32 })
    expect(recordLabels(bytes.subarray(0, 32))).toEqual({ needs: 40 })
  })

  test('puts together what was split at marks, anywhere in a file', async () => {
    const piece = fc.oneof(
      fc.constant(Buffer.from('0a23d7ce', 'hex')),
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.uint8Array({ maxLength: 3 }),
        fc.nat(1000),
        fc.uint8Array({ maxLength: 20 }),
        async (pieces, rest, label, before) => {
          const image = Buffer.concat([...pieces, rest])
          const bytes = Buffer.concat([before, record(imageContent([label], image)), Buffer.from([1, 2, 3])])
          expect(await read(bytes, before.length)).toEqual({ labels: [label], image })
        },
      ),
      { seed: 1, numRuns: 150 },
    )
  })

  test('says what is wrong: nothing begins there, the end is missing, no image record', async () => {
    const marked = Buffer.concat([Buffer.alloc(8, 5), Buffer.from('0a23d7ce', 'hex'), Buffer.alloc(8, 6)])
    for (const image of [Buffer.alloc(50, 7), marked]) {
      const whole = record(imageContent([4], image))
      expect(await read(whole, 4)).toBe('misplaced')
      const padding = whole.length - image.length > 40 ? 0 : (4 - (image.length % 4)) % 4
      for (let left = 0; left < whole.length - padding; left++)
        expect([left, await read(whole.subarray(0, left))]).toEqual([left, 'cut short'])
    }
    // A middle part is no beginning, and a first part wants another after it.
    const parts = record(imageContent([4], marked))
    const second = parts.indexOf(Buffer.from('0a23d7ce', 'hex'), 4)
    expect(await read(parts, second)).toBe('misplaced')
    expect(await read(Buffer.concat([parts.subarray(0, second), record(Buffer.alloc(30))]))).toBe('damaged')
    expect(await read(record(Buffer.alloc(23)))).toBe('damaged')
    const many = imageContent([1, 2], Buffer.alloc(3))
    many.writeUInt32LE(900)
    expect(await read(record(many))).toBe('damaged')
    expect(recordLabels(record(many))).toBe('damaged')
  })
})
