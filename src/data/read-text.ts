import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { DataError, fileProblem } from '../errors.ts'

/**
 * The text of a small file, as UTF-8 without a byte order mark.
 * @throws DataError `file: why` when it cannot be read or holds a zero byte.
 */
export async function readText(file: string): Promise<string> {
  return (await readHashedText(file)).text
}

/** The same, with the SHA-256 of the bytes that the text was made of, in hex. @throws DataError as `readText` does */
export async function readHashedText(
  file: string,
): Promise<{ readonly text: string; readonly sha256: string }> {
  let text: string
  let sha256: string
  try {
    const bytes = await readFile(file)
    text = bytes.toString()
    sha256 = createHash('sha256').update(bytes).digest('hex')
  } catch (error) {
    throw new DataError(`${file}: ${fileProblem(error)}`)
  }
  if (text.includes('\0')) throw new DataError(`${file}: expected a text file, got a binary one`)
  return { text: text.replace(/^\uFEFF/, ''), sha256 }
}

/** The lines of a text that are not blank, each trimmed and with its number from 1. */
export function textLines(text: string): { line: number; text: string }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((content, i) => ({ line: i + 1, text: content.trim() }))
    .filter((entry) => entry.text !== '')
}
