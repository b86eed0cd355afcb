import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { DataError } from '../../errors.ts'
import { fileRows, type GatheredRows, memoryPieces, memoryRows, type PieceRows, type Rows } from './rows.ts'

const [classes, width] = [7, 3]
const numbers = (): Float32Array => Float32Array.from({ length: classes * width }, (_, i) => i)
const row = (c: number, of: ArrayLike<number> = numbers()): number[] =>
  Array.from({ length: width }, (_, i) => of[c * width + i]!)

const folder = mkdtempSync(join(tmpdir(), 'rows-'))
const opened: Rows[] = []
const open = <R extends Rows>(rows: R): R => {
  opened.push(rows)
  return rows
}
afterEach(() => {
  for (const rows of opened.splice(0)) rows.close()
  expect(readdirSync(folder)).toEqual([])
})
afterAll(() => rmSync(folder, { recursive: true }))

const inFile = () => fileRows(numbers(), width, folder, 'x.rows')
const all = (rows: Rows): number[] => [...rows.read(0, classes, new Float32Array(classes * width))]

describe.each<[string, () => GatheredRows]>([
  ['in memory', () => memoryRows(numbers(), width)],
  ['in a file', inFile],
])('rows %s', (_, make) => {
  it('are gathered in the order asked for, and put back where they belong', () => {
    const rows = open(make())
    const taken = new Float32Array(4 * width)
    const wanted = Int32Array.of(1, 2, 3, 6)
    rows.gather(wanted, taken)
    expect([...taken]).toEqual([...row(1), ...row(2), ...row(3), ...row(6)])
    rows.scatter(
      wanted,
      taken.map((v) => -v),
    )
    const after = all(rows)
    for (let c = 0; c < classes; c++)
      expect(row(c, after), `class ${c}`).toEqual(wanted.includes(c) ? row(c).map((v) => 0 - v) : row(c))
  })
})

describe.each<[string, () => PieceRows]>([
  ['in memory', () => memoryPieces(numbers(), width, 3)],
  ['in a file', inFile],
])('pieces of rows %s', (_, make) => {
  it('change places with what is kept in their stead, and are read across pieces', () => {
    const rows = open(make())
    const sizes = [3, 3, 1]
    let spare = new Float32Array(3 * width)
    let first = 0
    for (const size of sizes) {
      const before = rows.read(first, size, new Float32Array(size * width))
      const next = size === 3 ? spare : new Float32Array(width)
      before.forEach((v, i) => {
        next[i] = 10 * v
      })
      const free = rows.take(first, next)
      expect(free).toHaveLength(size * width)
      if (size === 3) spare = free as Float32Array<ArrayBuffer>
      first += size
    }
    // What is free may be written over.
    spare.fill(Number.NaN)
    expect(all(rows)).toEqual([...numbers()].map((v) => 10 * v))
    expect([...rows.read(2, 3, new Float32Array(9))]).toEqual(
      [...numbers().subarray(6, 15)].map((v) => 10 * v),
    )
  })
})

it('a folder that is not there is named', () => {
  const place = join(folder, 'none')
  expect(() => fileRows(numbers(), width, place, 'x.rows')).toThrow(DataError)
  expect(() => fileRows(numbers(), width, place, 'x.rows')).toThrow(
    `${join(place, 'x.rows')}: prototypes cannot be kept in a file, `,
  )
})
