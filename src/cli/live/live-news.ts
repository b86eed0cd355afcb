import { open } from 'node:fs/promises'

/** How far a file of lines was read: the file itself, and bytes in it. */
export interface Position {
  readonly inode: number
  readonly offset: number
}

/** What was added to a file of lines. */
export interface News {
  /** Whether the lines are the whole file: it is read for the first time, or is not the one that was read before. */
  readonly isNew: boolean
  readonly lines: readonly string[]
  readonly position: Position
}

export const start: Position = { inode: 0, offset: 0 }

/** At most so many bytes are read at once: a long run's past comes in pieces. */
const pieceBytes = 2 ** 18

/**
 * The whole lines of a file behind a position; null where there are none. A file that was written anew (a run that went on has
 * dropped steps) is another file, and is read from its beginning. A line that is not ended yet waits.
 */
export async function newsSince(path: string, { inode, offset }: Position): Promise<News | null> {
  const file = await open(path, 'r').catch(() => null)
  if (!file) return null
  try {
    const { ino, size } = await file.stat()
    const isNew = ino !== inode || size < offset
    const from = isNew ? 0 : offset
    if (size === from) return isNew ? { isNew, lines: [], position: { inode: ino, offset: 0 } } : null
    const bytes = Buffer.alloc(Math.min(size - from, pieceBytes))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
    const end = bytes.subarray(0, bytesRead).lastIndexOf(10) + 1
    if (end === 0 && !isNew) return null
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
    return { isNew, lines, position: { inode: ino, offset: from + end } }
  } finally {
    await file.close()
  }
}

/** Positions as the id of an event, from which whoever lost the connection goes on. */
export const idOf = (positions: readonly Position[]): string =>
  positions.map(({ inode, offset }) => `${inode}:${offset}`).join(',')

/** The positions that an id says; the beginning of everything where it says others than `count`. */
export function positionsOf(id: string, count: number): Position[] {
  const positions = id.split(',').map((part) => {
    const [inode, offset] = /^\d{1,20}:\d{1,15}$/.test(part) ? part.split(':').map(Number) : [0, 0]
    return { inode: inode!, offset: offset! }
  })
  return positions.length === count ? positions : Array.from({ length: count }, () => start)
}
