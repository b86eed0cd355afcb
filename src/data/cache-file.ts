import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DataError, fileProblem } from '../errors.ts'
import type { Size } from '../image/warp.ts'

/**
 * The layout of a cache file, little-endian: magic (8 bytes), version, count, height, width (uint32 each), key and content (32
 * bytes each), CRC-32 of all that and of the table (uint32), zero (uint32), the table of CRC-32s of the images (uint32
 * [count]), the images (uint8 [count, height, width, 3]).
 */
const MAGIC = 'SRDNIMGS'
const VERSION = 2
const HEADER = 96
/** Where the CRC-32 of header and table stands. */
const SUM = 88
/** A single read of the file system ends at 2 GiB. */
const PIECE = 1 << 28

/** What a cache file holds besides pixels. */
export interface CacheHeader extends Size {
  readonly count: number
  /** 32 bytes that name what the images were made of. */
  readonly key: Uint8Array
  /** 32 bytes, the `contentHash` of the pictures that the images were made of. */
  readonly content: Uint8Array
  /** CRC-32 of each image, uint32 [count]. */
  readonly sums: Uint32Array
}

/** The size in bytes of a cache file. */
export function cacheBytes(count: number, { height, width }: Size): number {
  return HEADER + 4 * count + count * height * width * 3
}

/** Where image `index` begins in the file. */
export function imagePosition(
  { count, height, width }: Size & { readonly count: number },
  index: number,
): number {
  return HEADER + 4 * count + index * height * width * 3
}

/** The first bytes of a cache file: header and table. */
export function encodeHeader({ count, height, width, key, content, sums }: CacheHeader): Uint8Array {
  const bytes = Buffer.alloc(HEADER + 4 * count)
  bytes.write(MAGIC, 0, 'latin1')
  for (const [i, value] of [VERSION, count, height, width].entries()) bytes.writeUInt32LE(value, 8 + 4 * i)
  bytes.set(key, 24)
  bytes.set(content, 56)
  for (let i = 0; i < count; i++) bytes.writeUInt32LE(sums[i]!, HEADER + 4 * i)
  bytes.writeUInt32LE(headerSum(bytes), SUM)
  return bytes
}

/**
 * Opens a cache file: `absent` when there is none, `stale` when it was made of other things or by another version,
 * `damaged` when it is cut short or its header is not what was written; else the open file and its header.
 * @throws DataError for a file that is no cache, which nobody wants overwritten, and one that cannot be read.
 */
export async function openCache(
  file: string,
  expected: Size & { readonly count: number; readonly key: Uint8Array },
): Promise<'absent' | 'stale' | 'damaged' | { readonly handle: FileHandle; readonly header: CacheHeader }> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent'
    throw new DataError(`${file}: ${fileProblem(error)}`)
  }
  const header = await readHeader(handle, file, expected).catch(async (error: unknown) => {
    await handle.close()
    throw error instanceof DataError ? error : new DataError(`${file}: ${fileProblem(error)}`)
  })
  if (typeof header !== 'string') return { handle, header }
  await handle.close()
  return header
}

async function readHeader(
  handle: FileHandle,
  file: string,
  expected: Size & { readonly count: number; readonly key: Uint8Array },
): Promise<CacheHeader | 'stale' | 'damaged'> {
  const info = await handle.stat()
  const head = Buffer.alloc(HEADER)
  const got = info.isFile() ? await readFully(handle, head, 0) : 0
  if (head.toString('latin1', 0, 8) !== MAGIC) {
    throw new DataError(`${file}: expected a cache of aligned images or no file, got something else`)
  }
  if (got < HEADER) return 'damaged'
  const [version, count, height, width] = [8, 12, 16, 20].map((at) => head.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ]
  const key = head.subarray(24, 56)
  if (version !== VERSION || !key.equals(expected.key)) return 'stale'
  if (count !== expected.count || height !== expected.height || width !== expected.width) return 'damaged'
  if (info.size !== cacheBytes(count, { height, width })) return 'damaged'
  const bytes = Buffer.alloc(HEADER + 4 * count)
  await readFully(handle, bytes, 0)
  if (headerSum(bytes) !== bytes.readUInt32LE(SUM)) return 'damaged'
  const sums = Uint32Array.from({ length: count }, (_, i) => bytes.readUInt32LE(HEADER + 4 * i))
  return { count, height, width, key, content: head.subarray(56, SUM), sums }
}

/** The CRC-32 of header and table, but for its own field. */
function headerSum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(SUM + 4), crc32(bytes.subarray(0, SUM)))
}

/** Reads from a place in the file until `into` is full, in pieces; returns how many bytes there were. */
export async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let done = 0
  while (done < into.length) {
    const length = Math.min(PIECE, into.length - done)
    const { bytesRead } = await handle.read(into, done, length, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

/** Writes all of `bytes` at a place in the file, in pieces. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const length = Math.min(PIECE, bytes.length - done)
    done += (await handle.write(bytes, done, length, position + done)).bytesWritten
  }
}
