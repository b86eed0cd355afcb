import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy } from '../embed/index.ts'
import { openRowFile } from './row-file.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'row-file-'))
})
afterAll(() => rm(base, { recursive: true }))

async function written(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(base, name), bytes)
  return join(base, name)
}
const npy = (shape: number[], change = (text: string) => text) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 2)
  const bytes = encodeNpy({ shape, data })
  const header = change(Buffer.from(bytes.subarray(0, 128)).toString('latin1'))
  bytes.set(Buffer.from(header, 'latin1'))
  return bytes
}
const matrixFile = (header: [number, number, number, number], numbers: Float32Array | Float64Array) => {
  const bytes = new Uint8Array(16 + numbers.byteLength)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of header.entries()) view.setInt32(4 * i, value, true)
  bytes.set(new Uint8Array(numbers.buffer), 16)
  return bytes
}

describe('openRowFile(path)', () => {
  it('reads the rows asked for, in the order asked for, of .npy and matrix files of both kinds of number', async () => {
    const numbers = Float64Array.from({ length: 12 }, (_, i) => i / 2)
    const files = [
      await written('f4.npy', npy([4, 3])),
      await written('f8.bin', matrixFile([4, 3, 24, 6], numbers)),
      await written('f4.bin', matrixFile([4, 3, 12, 5], Float32Array.from(numbers))),
    ]
    for (const path of files) {
      const file = await openRowFile(path)
      expect(file).toMatchObject({ rows: 4, columns: 3 })
      const { data, rows, columns } = await file.read(Int32Array.of(2, 3, 0, 0))
      expect([rows, columns, ...data]).toEqual([4, 3, 3, 3.5, 4, 4.5, 5, 5.5, 0, 0.5, 1, 0, 0.5, 1])
      await file.close()
    }
  })

  it('refuses what is no such file, by its name', async () => {
    const numbers = new Float32Array(12)
    const cases: [string, Uint8Array][] = [
      ['expected a header of 16 bytes or more, got 3', Uint8Array.of(1, 2, 3)],
      ['expected features as .npy or as a matrix file', matrixFile([4, 3, 12, 7], numbers)],
      ['expected features as .npy or as a matrix file', matrixFile([4, 3, 13, 5], numbers)],
      ['expected features as .npy or as a matrix file', matrixFile([-4, 3, 12, 5], numbers)],
      ['expected 76 bytes for [5, 3], got 64', matrixFile([5, 3, 12, 5], numbers)],
      ['expected 176 bytes for [4, 3], got 175', npy([4, 3]).slice(0, -1)],
      ['expected two axes, rows and columns', npy([12])],
      ['expected two axes, rows and columns', npy([2, 2, 3])],
      ['expected at least one row and column, got [0, 3]', npy([0, 3])],
      [
        "expected float32 ('<f4') or float64 ('<f8'), got <i4",
        npy([4, 3], (text) => text.replace('<f4', '<i4')),
      ],
      ['expected C order', npy([4, 3], (text) => text.replace('False', 'True '))],
      ['expected .npy format 1 to 3, got 9', npy([4, 3], (text) => `${text.slice(0, 6)}\t${text.slice(7)}`)],
      ['the header is cut short', npy([4, 3]).slice(0, 100)],
    ]
    for (const [what, bytes] of cases) {
      const path = await written('wrong', bytes)
      await expect(openRowFile(path), what).rejects.toThrow(`${path}: ${what}`)
    }
    await expect(openRowFile(join(base, 'none'))).rejects.toThrow('none: no such file or folder')
    await expect(openRowFile(base)).rejects.toThrow(`${base}: expected a file, got a folder`)
  })
})
