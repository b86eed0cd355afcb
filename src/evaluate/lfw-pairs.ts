import { DataError, shown } from '../errors.ts'
import { contiguousFolds } from './kfold.ts'
import { listLines } from './list-lines.ts'
import type { Pairs } from './pairs.ts'

/** One line of a list of pairs. */
interface Line {
  readonly number: number
  readonly fields: readonly string[]
}

/**
 * Reads a list of pairs of LFW: per fold genuine lines `name n1 n2`, then as many impostor lines `name1 n1 name2 n2`.
 * Fields are parted by tabs, or by white space in a line without tabs (so names may hold spaces where tabs part them).
 * `name n` is the image `name/name_%04d.jpg`.
 *
 * The header `folds pairs` (view 2: `10 300`) or `pairs` (view 1: one block) gives the counts; a list without a header is
 * taken as one block. One block makes ten folds, each with a tenth of the genuine and a tenth of the impostor pairs, both in
 * the order of the list, so that each fold holds both kinds and names that lie together in the list stay in one fold.
 * `where` opens the messages.
 * @throws DataError at a line of other fields, and where the counts differ from the header's
 */
export function parseLfwPairs(text: string, { where = 'pairs.txt' } = {}): Pairs {
  const lines = readLines(text, where)
  const header = readHeader(lines[0], where)
  const rows = header === undefined ? lines : lines.slice(1)
  const firstOf = new Map<string, number>()
  const index = (line: Line, name: string, digits: string) => {
    const image = imageName(`${where}:${line.number}`, name, digits)
    if (!firstOf.has(image)) firstOf.set(image, firstOf.size)
    return firstOf.get(image)!
  }
  const left: number[] = []
  const right: number[] = []
  const same: number[] = []
  for (const line of rows) {
    const [name, first, second, last] = line.fields
    const genuine = line.fields.length === 3
    if (!genuine && line.fields.length !== 4)
      throw new DataError(`${where}:${line.number}: expected 3 or 4 fields, got ${line.fields.length}`)
    if (!genuine && name === second)
      throw new DataError(
        `${where}:${line.number}: expected two people, got the same name twice, ${shown(name)}`,
      )
    left.push(index(line, name!, first!))
    right.push(genuine ? index(line, name!, second!) : index(line, second!, last!))
    same.push(genuine ? 1 : 0)
  }
  const folds = header === undefined ? oneBlock(same, where) : counted(header, rows, where)
  return {
    images: [...firstOf.keys()],
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    same: Uint8Array.from(same),
    ...folds,
  }
}

/** The path of image `digits` of `name` in LFW's folders: `name/name_%04d.jpg`. */
function imageName(where: string, name: string, digits: string): string {
  if (!/^\d{1,9}$/.test(digits))
    throw new DataError(`${where}: expected the number of an image, got ${shown(digits)}`)
  if (name === '' || /^\.|[/\\]/.test(name))
    throw new DataError(`${where}: expected a name, got ${shown(name)}`)
  return `${name}/${name}_${String(Number(digits)).padStart(4, '0')}.jpg`
}

/** The lines with their numbers and fields; empty lines at the end are left out. @throws DataError at one between */
function readLines(text: string, where: string): Line[] {
  return listLines(text, where).map(({ number, text: line }, i) => {
    if (number !== i + 1) throw new DataError(`${where}:${i + 1}: expected 3 or 4 fields, got 0`)
    const fields = line.includes('\t')
      ? line.split('\t').map((field) => field.trim())
      : line.trim().split(/\s+/)
    return { number, fields }
  })
}

/** The header's blocks and its pairs of a kind in each, or undefined where the list starts with a pair. */
function readHeader(line: Line | undefined, where: string) {
  if (line === undefined) throw new DataError(`${where}: expected pairs, got an empty list`)
  if (line.fields.length > 2 || !line.fields.every((field) => /^\d{1,9}$/.test(field))) return undefined
  const [blocks, pairs] = line.fields.length === 2 ? line.fields.map(Number) : [1, Number(line.fields[0])]
  if (!(blocks! >= 1 && blocks! <= 255 && pairs! >= 1))
    throw new DataError(
      `${where}:1: expected 1 to 255 folds of 1 pair or more, got ${shown(line.fields.join(' '))}`,
    )
  return { blocks: blocks!, pairs: pairs! }
}

/** The folds that the header says, the rows checked against it. */
function counted({ blocks, pairs }: { blocks: number; pairs: number }, rows: readonly Line[], where: string) {
  const expected = blocks * 2 * pairs
  if (rows.length !== expected)
    throw new DataError(
      `${where}: expected ${expected} pairs by its header (${blocks} x ${pairs} genuine and ${pairs} impostor), got ${rows.length}`,
    )
  for (const [i, { fields, number }] of rows.entries()) {
    const fieldCount = i % (2 * pairs) < pairs ? 3 : 4
    if (fields.length !== fieldCount)
      throw new DataError(
        `${where}:${number}: expected ${fieldCount === 3 ? 'a genuine pair (3 fields)' : 'an impostor pair (4 fields)'} by the header's counts, got ${fields.length} fields`,
      )
  }
  if (blocks > 1) return { folds: blocks, foldOf: contiguousFolds(expected, blocks) }
  return oneBlock(
    rows.map(({ fields }) => (fields.length === 3 ? 1 : 0)),
    where,
  )
}

/** Ten folds out of one block, each with a tenth of either kind, in order. */
function oneBlock(same: readonly number[], where: string) {
  const folds = 10
  const genuines = same.filter((value) => value === 1).length
  if (genuines < folds || same.length - genuines < folds)
    throw new DataError(
      `${where}: expected ${folds} genuine and ${folds} impostor pairs or more, got ${genuines} and ${same.length - genuines}`,
    )
  const ofGenuine = contiguousFolds(genuines, folds)
  const ofImpostor = contiguousFolds(same.length - genuines, folds)
  let g = 0
  let f = 0
  return {
    folds,
    foldOf: Uint8Array.from(same, (value) => (value === 1 ? ofGenuine[g++]! : ofImpostor[f++]!)),
  }
}
