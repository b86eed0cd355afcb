import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { matrixFile, mutateFeatureFiles } from '../../../test/cli/mutate-features.ts'
import { encodeNpy, npyHeader } from '../../embed/index.ts'
import { DataError } from '../../errors.ts'
import { featureShape, openFeatureFile } from './feature-file.ts'

let base: string
const at = (name: string): string => join(base, name)
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'feature-file-'))
})
afterAll(() => rm(base, { recursive: true }))

/** Writes a file and reads rows of it. */
async function rowsOf(bytes: Uint8Array, rows: readonly number[]) {
  await writeFile(at('x'), bytes)
  const file = await openFeatureFile(at('x'))
  try {
    return await file.read(Int32Array.from(rows))
  } finally {
    await file.close()
  }
}

test('rows are read in the order that is asked for, twice where asked twice, and zeros for -1', async () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6)
  for (const bytes of [encodeNpy({ shape: [3, 2], data }), matrixFile(3, 2, data)])
    expect(await rowsOf(bytes, [2, -1, 0, 2])).toEqual({
      data: Float32Array.of(5, 6, 0, 0, 1, 2, 5, 6),
      rows: 4,
      columns: 2,
    })
})

test('float64 stays float64', async () => {
  const data = Float64Array.of(0.1, 0.2, 0.3, 0.4)
  expect((await rowsOf(matrixFile(2, 2, data), [1, 0])).data).toEqual(Float64Array.of(0.3, 0.4, 0.1, 0.2))
  const header = Buffer.from(npyHeader([2, 2]))
    .toString('latin1')
    .replace('<f4', '<f8')
  const npy = Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from(data.buffer)])
  expect((await rowsOf(npy, [0])).data).toEqual(Float64Array.of(0.1, 0.2))
})

test('a file of more than one piece gives the rows of each', async () => {
  // 4,100 rows of 4 KiB are 16 MiB: more than two pieces.
  const [rows, columns] = [4100, 1024]
  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) data.fill(row, row * columns, (row + 1) * columns)
  await writeFile(at('large'), matrixFile(rows, columns, data))
  const file = await openFeatureFile(at('large'))
  const wanted = [4099, 0, 2047, 2048, 2049, 4095, 17, 18, 60, 18]
  const { data: got } = await file.read(Int32Array.from(wanted))
  for (const [i, row] of wanted.entries())
    expect(new Set(got.subarray(i * columns, (i + 1) * columns))).toEqual(new Set([row]))
  expect(await file.sha256()).toBe(
    createHash('sha256')
      .update(matrixFile(rows, columns, data))
      .digest('hex'),
  )
  await file.close()
})

test('a number that is not finite is named by row and column, in the rows that are read', async () => {
  const bytes = matrixFile(3, 2, Float32Array.of(1, 2, 3, Number.NaN, 5, 6))
  expect((await rowsOf(bytes, [0, 2])).rows).toBe(2)
  await expect(rowsOf(bytes, [0, 1])).rejects.toThrow(
    new DataError(`${at('x')}: expected finite numbers in row 2, got NaN in column 2`),
  )
})

test.each<[string, Uint8Array, string]>([
  ['an empty file', new Uint8Array(), 'expected .npy or a matrix file, got 0 bytes'],
  [
    'a text',
    Buffer.from('a,b,c\n1,2,3\n4,5,6\n'),
    'expected .npy, or int32 rows, columns, bytes a row and type 5 or 6, got 744631393 741411427 171125810 741682228',
  ],
  [
    'a matrix file cut short',
    matrixFile(2, 2, new Float32Array(4)).subarray(0, 30),
    'expected 16 bytes of numbers for 2 x 2 float32, got 14',
  ],
  [
    'a matrix file with something after it',
    Buffer.concat([matrixFile(2, 2, new Float32Array(4)), Buffer.alloc(4)]),
    'expected 16 bytes of numbers for 2 x 2 float32, got 20',
  ],
  [
    'a matrix file without rows',
    matrixFile(0, 2, new Float32Array(0)),
    'expected .npy, or int32 rows, columns, bytes a row and type 5 or 6, got 0 2 8 5',
  ],
  ['a vector', encodeNpy({ shape: [3], data: new Float32Array(3) }), 'expected an array [N, D], got [3]'],
  [
    'a row that would take more memory than a piece',
    (() => {
      const head = Buffer.alloc(16)
      for (const [i, value] of [1, 2_000_000, 8_000_000, 5].entries()) head.writeInt32LE(value, 4 * i)
      return head
    })(),
    'expected at most 1048576 columns, got 2000000',
  ],
])('%s is refused in one line', async (_, bytes, message) => {
  expect(() => featureShape(bytes, bytes.length, { name: 'x' })).toThrow(new DataError(`x: ${message}`))
  await expect(rowsOf(bytes, [0])).rejects.toThrow(new DataError(`${at('x')}: ${message}`))
})

test('what lies between the rows asked for may be no numbers, however far they lie apart', async () => {
  // 16 KiB a row: 64 KiB lie between 0 and 5, 80 KiB between 0 and 6.
  const columns = 4096
  const data = new Float32Array(9 * columns).fill(Number.NaN)
  for (const row of [0, 5, 6, 8]) data.fill(row, row * columns, (row + 1) * columns)
  const { data: got } = await rowsOf(matrixFile(9, columns, data), [8, 0, 5])
  expect([got[0], got[columns], got[2 * columns]]).toEqual([8, 0, 5])
  const { data: far } = await rowsOf(matrixFile(9, columns, data), [6, 0])
  expect([far[0], far.at(-1)]).toEqual([6, 0])
})

test.each<[string, (header: string) => string, string]>([
  ['integers', (text) => text.replace('<f4', '<i4'), "expected float32 ('<f4') or float64 ('<f8'), got <i4"],
  ['columns first', (text) => text.replace('False', 'True '), 'expected C order'],
  ['another format', (text) => `${text.slice(0, 6)}\t${text.slice(7)}`, 'expected .npy format 1 to 3, got 9'],
])('a .npy of %s is refused in one line', async (_, change, message) => {
  const bytes = encodeNpy({ shape: [3, 2], data: new Float32Array(6) })
  bytes.set(Buffer.from(change(Buffer.from(bytes.subarray(0, 128)).toString('latin1')), 'latin1'))
  await expect(rowsOf(bytes, [0])).rejects.toThrow(new DataError(`${at('x')}: ${message}`))
})

test('a missing file and a folder are refused in one line', async () => {
  await expect(openFeatureFile(at('none'))).rejects.toThrow(
    new DataError(`${at('none')}: no such file or folder`),
  )
  await expect(openFeatureFile(base)).rejects.toThrow(new DataError(`${base}: expected a file, got a folder`))
})

test('150 seeded mutations are read as finite rows, or refused in one clear line each', () =>
  mutateFeatureFiles(at('mutated'), { count: 150, seed: 1 }))
