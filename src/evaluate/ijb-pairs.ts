import { DataError, shown } from '../errors.ts'
import { type Bytes, wholeLines } from './ijb-lines.ts'

/** Some pairs of templates in a row, [P]. */
export interface PairPiece {
  /** The first template's row, int32 [P]. */
  readonly left: Int32Array
  /** The second template's row, int32 [P]. */
  readonly right: Int32Array
  /** 1 for one person, 0 for two, uint8 [P]. */
  readonly same: Uint8Array
  /** How many pairs came before these. */
  readonly start: number
}

/** The longest line taken: two numbers and a label need 33 bytes. */
const LONGEST = 1024

/**
 * Reads `template_pair_label.txt` piece by piece: a line a pair, `template template label` with blanks between, label 1 for
 * one person and 0 for two. `rowOf` gives the row of a template by its number. No more than a piece of the file and its
 * pairs are held, however long the list. Blank lines are skipped.
 * @throws DataError `where:line: …` for a line of another form and a template without a row
 */
export async function* readIjbPairs(
  chunks: Bytes,
  rowOf: ReadonlyMap<number, number>,
  { where = 'template_pair_label.txt' } = {},
): AsyncGenerator<PairPiece> {
  let start = 0
  for await (const { first, bytes } of wholeLines(chunks, { where, longest: LONGEST })) {
    // A pair needs six bytes at least.
    const most = Math.floor(bytes.length / 6)
    const left = new Int32Array(most)
    const right = new Int32Array(most)
    const same = new Uint8Array(most)
    let count = 0
    let line = first
    for (let at = 0; at < bytes.length; line++) {
      const end = bytes.indexOf(LF, at)
      if (parseLine(bytes, at, end)) {
        const a = rowOf.get(fields[0]!)
        const b = rowOf.get(fields[1]!)
        if (a === undefined || b === undefined)
          throw new DataError(
            `${where}:${line}: expected templates of the list of templates, got ${fields[a === undefined ? 0 : 1]}`,
          )
        left[count] = a
        right[count] = b
        same[count++] = fields[2]!
      } else if (!isBlank(bytes, at, end)) {
        const text = new TextDecoder().decode(bytes.subarray(at, end)).trim()
        throw new DataError(`${where}:${line}: expected two templates and a label 0 or 1, got ${shown(text)}`)
      }
      at = end + 1
    }
    if (count === 0) continue
    yield {
      left: left.subarray(0, count),
      right: right.subarray(0, count),
      same: same.subarray(0, count),
      start,
    }
    start += count
  }
}

const [LF, CR, BLANK, TAB, ZERO] = [10, 13, 32, 9, 48]

/** What the last line parsed held; one array for all, since there are millions of lines. */
const fields = new Float64Array(3)

/** Whether the line is three whole numbers, the last 0 or 1; they are in `fields` then. */
function parseLine(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  const gap = (): void => {
    while (at < end && (bytes[at] === BLANK || bytes[at] === TAB || bytes[at] === CR)) at++
  }
  gap()
  for (let k = 0; k < 3; k++) {
    const begun = at
    let value = 0
    while (at < end) {
      const digit = bytes[at]! - ZERO
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
      at++
    }
    if (at === begun || at - begun > 15) return false
    fields[k] = value
    const stop = at
    gap()
    if (stop === at && at < end) return false
  }
  return at === end && fields[2]! <= 1
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++)
    if (bytes[at] !== BLANK && bytes[at] !== TAB && bytes[at] !== CR) return false
  return true
}
