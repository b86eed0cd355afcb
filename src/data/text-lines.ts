import { readFile } from 'node:fs/promises'
import { DataError } from '../errors.ts'

/**
 * The text of a small file, as UTF-8 without a byte order mark.
 * @throws DataError `file: why` when it cannot be read or holds a zero byte.
 */
export async function readText(file: string): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new DataError(`${file}: ${fileProblem(error)}`)
  }
  if (text.includes('\0')) throw new DataError(`${file}: expected a text file, got a binary one`)
  return text.replace(/^\uFEFF/, '')
}

/** What an error of the file system means, in our words. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder'
    case 'EISDIR':
      return 'expected a file, got a folder'
    case 'ENOTDIR':
      return 'expected a folder, got a file'
    case 'EACCES':
    case 'EPERM':
      return 'no permission'
    case 'ENOSPC':
      return 'the disk is full'
    default:
      return message.split('\n')[0]!
  }
}

/** The lines of a text that are not blank, each trimmed and with its number from 1. */
export function textLines(text: string): { line: number; text: string }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((content, i) => ({ line: i + 1, text: content.trim() }))
    .filter((entry) => entry.text !== '')
}
