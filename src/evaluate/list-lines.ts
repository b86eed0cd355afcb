import { DataError } from '../errors.ts'

/** A line of a list that is not blank, with its number from 1. */
export interface ListLine {
  readonly number: number
  readonly text: string
}

/** The longest line of a list, in UTF-16 code units: two paths and some numbers are far shorter. */
const LONGEST = 10_000

/**
 * The lines of a list that are not blank, without the byte order mark; a line ends with LF, CR LF or CR. `where` opens the
 * messages.
 * @throws DataError `where:line: …` at a control character other than a tab, and at a line of more than 10,000 characters
 */
export function listLines(text: string, where: string): ListLine[] {
  const lines: ListLine[] = []
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    if (line.trim() === '') continue
    if (line.length > LONGEST)
      throw new DataError(`${where}:${i + 1}: expected at most ${LONGEST} characters, got ${line.length}`)
    // They would reach the terminal with the message of a later error.
    const control = /[^\P{Cc}\t]|[\u2028\u2029]/u.exec(line)?.[0]
    if (control !== undefined)
      throw new DataError(
        `${where}:${i + 1}: expected text, got the control character U+${control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
      )
    lines.push({ number: i + 1, text: line })
  }
  return lines
}
