import type { FileHandle } from 'node:fs/promises'
import { readFully } from './cache-file.ts'

/** What every part of a record begins with (MXNet's RecordIO, `dmlc/recordio.h`). */
const MAGIC = 0xced7230a
/** The words before a part: the mark, and its length with three bits that say where in its record it stands. */
const PART_HEAD = 8
/** The header of an image record: flag (uint32), label (float32), two numbers (uint64) that nobody uses. */
const IMAGE_HEAD = 24
/** More labels than any record of faces has: a flag beyond it is damage. */
const MAX_LABELS = 1024

/** What is wrong with a record: nothing begins where it should, or the file ends within it, or it is no image record. */
export type RecordProblem = 'misplaced' | 'cut short' | 'damaged'

/** An image record: its labels (one as a rule) and the bytes of the picture's file. */
export interface ImageRecord {
  readonly labels: readonly number[]
  readonly image: Uint8Array
}

/**
 * Reads the record that begins at `position` of a RecordIO file: its labels and the picture. A record in which the mark
 * occurs is stored in parts, without it, and put together again.
 */
export async function readImageRecord(
  handle: FileHandle,
  position: number,
): Promise<ImageRecord | RecordProblem> {
  const { size } = await handle.stat()
  const parts: Uint8Array[] = []
  for (let at = position; ; ) {
    const head = Buffer.alloc(PART_HEAD)
    const got = await readFully(handle, head, at)
    const part = partOf(head.subarray(0, got), { isFirst: parts.length === 0 })
    if (typeof part === 'string') return part
    // Before so much memory is asked for.
    if (at + PART_HEAD + part.length > size) return 'cut short'
    const bytes = Buffer.alloc(part.length)
    await readFully(handle, bytes, at + PART_HEAD)
    if (parts.length > 0) parts.push(markBytes)
    parts.push(bytes)
    if (part.isLast) break
    at += PART_HEAD + padded(part.length)
  }
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  return imageRecord(whole)
}

/** The labels of a record from its first bytes (some may follow), without the picture; where more are needed, how many. */
export function recordLabels(bytes: Buffer): readonly number[] | RecordProblem | { readonly needs: number } {
  if (bytes.length < PART_HEAD) return { needs: PART_HEAD + IMAGE_HEAD }
  const part = partOf(bytes, { isFirst: true })
  if (typeof part === 'string') return part
  if (part.length < IMAGE_HEAD) return 'damaged'
  if (bytes.length < PART_HEAD + IMAGE_HEAD) return { needs: PART_HEAD + IMAGE_HEAD }
  const count = bytes.readUInt32LE(PART_HEAD)
  if (count > MAX_LABELS) return 'damaged'
  const end = PART_HEAD + IMAGE_HEAD + 4 * count
  if (part.length < end - PART_HEAD) return 'damaged'
  if (bytes.length < end) return { needs: end }
  return labelsIn(bytes.subarray(PART_HEAD))
}

/** How many bytes a whole record that is in one part takes in the file; of more parts, those of the first. */
export const firstPartBytes = (head: Buffer): number => PART_HEAD + (head.readUInt32LE(4) & 0x1fffffff)

function partOf(
  head: Buffer,
  { isFirst }: { readonly isFirst: boolean },
): { readonly length: number; readonly isLast: boolean } | RecordProblem {
  if (head.length < PART_HEAD) return 'cut short'
  if (head.readUInt32LE(0) !== MAGIC) return isFirst ? 'misplaced' : 'damaged'
  const word = head.readUInt32LE(4)
  // 0: a whole record; 1, 2, 3: the first, a middle and the last part of one.
  const place = word >>> 29
  if (isFirst ? place > 1 : place !== 2 && place !== 3) return isFirst ? 'misplaced' : 'damaged'
  return { length: word & 0x1fffffff, isLast: place === 0 || place === 3 }
}

const markBytes = Buffer.alloc(4)
markBytes.writeUInt32LE(MAGIC)

const padded = (length: number): number => 4 * Math.ceil(length / 4)

function imageRecord(bytes: Uint8Array): ImageRecord | RecordProblem {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < IMAGE_HEAD) return 'damaged'
  const count = buffer.readUInt32LE(0)
  const start = IMAGE_HEAD + 4 * count
  if (count > MAX_LABELS || buffer.length < start) return 'damaged'
  return { labels: labelsIn(buffer), image: buffer.subarray(start) }
}

/** One label stands in the header; where there are more, they follow it, and the flag says how many. */
function labelsIn(buffer: Buffer): number[] {
  const count = buffer.readUInt32LE(0)
  if (count === 0) return [buffer.readFloatLE(4)]
  return Array.from({ length: count }, (_, i) => buffer.readFloatLE(IMAGE_HEAD + 4 * i))
}
