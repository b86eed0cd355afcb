import { open } from 'node:fs/promises'

/** How some formats begin, and what stands at the end of a whole file of theirs. */
const marks: readonly { readonly start: Buffer; readonly end: Buffer }[] = [
  // Within its picture data a JPEG has no FF D9; a thumbnail has one, but far from the end.
  { start: Buffer.from('ffd8ff', 'hex'), end: Buffer.from('ffd9', 'hex') },
  { start: Buffer.from('89504e47', 'hex'), end: Buffer.from('IEND') },
]

/**
 * Whether a JPEG or PNG, as a path or the bytes of a file, has the mark that stands at its end; null for other formats and
 * files that cannot be read. Some bytes may follow the mark.
 */
export async function hasEndMark(input: string | Uint8Array): Promise<boolean | null> {
  const ends = typeof input === 'string' ? await endsOf(input).catch(() => null) : endsIn(input)
  const mark = ends && marks.find(({ start }) => ends.first.subarray(0, start.length).equals(start))
  return mark ? ends.last.includes(mark.end) : null
}

const lastBytes = 64

function endsIn(bytes: Uint8Array): { first: Buffer; last: Buffer } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { first: all.subarray(0, 4), last: all.subarray(Math.max(0, all.length - lastBytes)) }
}

async function endsOf(path: string): Promise<{ first: Buffer; last: Buffer }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const [first, last] = [Buffer.alloc(Math.min(4, size)), Buffer.alloc(Math.min(lastBytes, size))]
    await file.read(first, 0, first.length, 0)
    await file.read(last, 0, last.length, size - last.length)
    return { first, last }
  } finally {
    await file.close()
  }
}
