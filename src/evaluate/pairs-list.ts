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
 * Reads a list of anybody's pairs: a line is `a b label` or `a b label fold`. `a` and `b` are the paths of two images, the
 * label is 1 where they show one person and 0 where they show two, a fold is any whole number. Fields are parted by tabs where
 * the line has one, else by white space; a field in double quotes may hold spaces (a doubled quote stands for one). Blank
 * lines and lines that begin with # are passed over. `where` opens the messages.
 *
 * Where lines give folds all must; they are numbered by their size, and each holds what its lines say. Where none does there
 * are `folds` of them, each with a like share of the genuine and of the impostor pairs, both in the order of the list. Whether
 * folds share people is the list's affair: `sharedPeople` tells.
 * @throws DataError `where:line: …` for a line of other fields, and where folds cannot be filled
 */
export function parsePairsList(text: string, { where = 'pairs.txt', folds = 10 } = {}): Pairs {
  const lines = readLines(text, where)
  if (lines.length === 0) throw new DataError(`${where}: expected pairs, got an empty list`)
  const numberOf = new Map<string, number>()
  const numbered = (name: string): number => {
    if (!numberOf.has(name)) numberOf.set(name, numberOf.size)
    return numberOf.get(name)!
  }
  const left = new Int32Array(lines.length)
  const right = new Int32Array(lines.length)
  const same = new Uint8Array(lines.length)
  const width = lines[0]!.fields.length
  for (const [p, { number, fields }] of lines.entries()) {
    const [a, b, label] = fields
    const at = `${where}:${number}`
    if (fields.length !== 3 && fields.length !== 4)
      throw new DataError(`${at}: expected a, b, label and perhaps a fold, got ${fields.length} fields`)
    if (fields.length !== width)
      throw new DataError(
        `${at}: expected ${width} fields as in line ${lines[0]!.number}, got ${fields.length}`,
      )
    if (a === '' || b === '') throw new DataError(`${at}: expected the paths of two images, got an empty one`)
    if (a === b) throw new DataError(`${at}: expected two images, got the same twice, ${shown(a)}`)
    if (label !== '0' && label !== '1')
      throw new DataError(`${at}: expected label 1 (one person) or 0 (two), got ${shown(label)}`)
    left[p] = numbered(a!)
    right[p] = numbered(b!)
    same[p] = Number(label)
  }
  const dealt = width === 4 ? givenFolds(lines, where) : dealtFolds(same, { where, folds })
  return { images: [...numberOf.keys()], left, right, same, ...dealt }
}

/** The lines that hold a pair, with their fields. */
function readLines(text: string, where: string): Line[] {
  return listLines(text, where)
    .filter((line) => !line.text.trimStart().startsWith('#'))
    .map(({ number, text: line }) => ({
      number,
      fields: line.includes('\t')
        ? line.split('\t').map((field) => field.trim())
        : quotedFields(line.trim(), `${where}:${number}`),
    }))
}

/** Fields parted by white space, of which some may stand in double quotes. */
function quotedFields(line: string, at: string): string[] {
  if (!line.includes('"')) return line.split(/\s+/)
  const fields: string[] = []
  // A quoted field, or one without a quote at its start; either up to white space or the end.
  const field = /"((?:[^"]|"")*)"(?=\s|$)\s*|([^\s"]\S*)\s*/y
  while (field.lastIndex < line.length) {
    const start = field.lastIndex
    const found = field.exec(line)
    if (!found)
      throw new DataError(
        `${at}: expected a closing quote before white space, got ${shown(line.slice(start))}`,
      )
    fields.push(found[2] ?? found[1]!.replaceAll('""', '"'))
  }
  return fields
}

/** The folds that the lines give, numbered by size. */
function givenFolds(lines: readonly Line[], where: string): Pick<Pairs, 'folds' | 'foldOf'> {
  const given = lines.map(({ number, fields }) => {
    if (!/^\d{1,9}$/.test(fields[3]!))
      throw new DataError(`${where}:${number}: expected a whole number as fold, got ${shown(fields[3])}`)
    return Number(fields[3])
  })
  const folds = [...new Set(given)].sort((a, b) => a - b)
  if (folds.length < 2 || folds.length > 255)
    throw new DataError(`${where}: expected 2 to 255 different folds, got ${folds.length}`)
  const indexOf = new Map(folds.map((fold, k) => [fold, k]))
  return { folds: folds.length, foldOf: Uint8Array.from(given, (fold) => indexOf.get(fold)!) }
}

/** Folds with a like share of either kind, in order. */
function dealtFolds(
  same: Uint8Array,
  { where, folds }: { readonly where: string; readonly folds: number },
): Pick<Pairs, 'folds' | 'foldOf'> {
  const genuines = same.reduce((n, value) => n + value, 0)
  const impostors = same.length - genuines
  if (genuines < folds || impostors < folds)
    throw new DataError(
      `${where}: expected ${folds} genuine and ${folds} impostor pairs or more for ${folds} folds, got ${genuines} and ${impostors}`,
    )
  const of = [contiguousFolds(impostors, folds), contiguousFolds(genuines, folds)]
  const next = [0, 0]
  return { folds, foldOf: same.map((kind) => of[kind]![next[kind]!++]!) }
}

/**
 * How many people are in more than one fold, of those that `left` and `right` [P] name: where there are any, a threshold was
 * chosen on people whom it then judges.
 */
export function sharedPeople(
  { foldOf }: Pick<Pairs, 'foldOf'>,
  { left, right }: { readonly left: Int32Array; readonly right: Int32Array },
): number {
  const first = new Map<number, number>()
  const shared = new Set<number>()
  for (const [p, fold] of foldOf.entries())
    for (const person of [left[p]!, right[p]!]) {
      if ((first.get(person) ?? fold) !== fold) shared.add(person)
      else first.set(person, fold)
    }
  return shared.size
}
