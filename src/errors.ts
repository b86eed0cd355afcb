/** The errors that a user can cause. Each message is one line: `where: what, with the values`. */

/** Tensors whose shapes or dtypes do not fit; thrown while a graph is built. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** A file, folder, list or picture that is not what it should be. The command line exits with code 2. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** An option or argument outside its domain. The command line exits with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Numbers that went wrong while training (NaN, infinity). The command line exits with code 1. */
export class NumericError extends Error {
  override readonly name = 'NumericError'
}

/** Work that the user stopped (Ctrl-C), what was done being kept. The command line exits with code 130. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** What would break a line, turn its direction, or be obeyed by a terminal. */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/**
 * A piece of a user's file as a message shows it: on one line, at most `longest` UTF-16 code units of it and `…` where that
 * is not all; `none` for nothing, and white space named as such.
 */
export function shown(text: string | undefined, { longest = 100 } = {}): string {
  if (!text) return 'none'
  const line = text.replaceAll(unseen, ' ')
  if (line.trim() === '') return 'white space'
  // Not half of a character that takes two units.
  return line.length > longest ? `${line.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…` : line
}

/** What an error of the file system means, in our words. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
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
    case 'EROFS':
      return 'the file system is read-only'
    case 'ENOSPC':
      return 'the disk is full'
    default:
      return (message ?? String(error)).split('\n')[0]!
  }
}
