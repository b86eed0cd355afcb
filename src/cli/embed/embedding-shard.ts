import { crc32 } from 'node:zlib'

/** Embeddings of some images, each under a key of 32 bytes. */
export interface Shard {
  /** [count, 32]. */
  readonly keys: Uint8Array
  /** float32 [count, sides, columns]: the feature of the image, and of its mirror image where there are two sides. */
  readonly values: Float32Array
  readonly sides: number
  readonly columns: number
}

/**
 * The layout of a shard, little-endian: magic (8 bytes), version, count, sides, columns (uint32 each), space (32 bytes),
 * CRC-32 of all else (uint32), zero (uint32), the keys, the values. It begins at multiples of 4, so that values can be
 * read where they lie.
 */
const MAGIC = 'SRDNEMBD'
const VERSION = 1
const HEADER = 64
export const KEY_BYTES = 32

/** The bytes of a shard; `space`, 32 bytes, names what the embeddings were made by. */
export function encodeShard({ keys, values, sides, columns }: Shard, space: Uint8Array): Uint8Array {
  const count = keys.length / KEY_BYTES
  const bytes = Buffer.alloc(HEADER + keys.length + 4 * values.length)
  bytes.write(MAGIC, 0, 'latin1')
  for (const [i, value] of [VERSION, count, sides, columns].entries()) bytes.writeUInt32LE(value, 8 + 4 * i)
  bytes.set(space, 24)
  bytes.set(keys, HEADER)
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), HEADER + keys.length)
  bytes.writeUInt32LE(checksum(bytes), 56)
  return bytes
}

/** Reads the bytes of a shard, or says in a few words why it is none that can be used. */
export function decodeShard(bytes: Uint8Array, space: Uint8Array): Shard | string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.toString('latin1', 0, 8) !== MAGIC) return 'not a piece of an embedding cache'
  if (view.length < HEADER) return 'cut short'
  const [version, count, sides, columns] = [8, 12, 16, 20].map((at) => view.readUInt32LE(at)) as [
    ...[number, number, number, number],
  ]
  if (version !== VERSION) return `expected version ${VERSION}, got ${version}`
  if (!view.subarray(24, 24 + KEY_BYTES).equals(space)) return 'made by another model or description'
  const expected = HEADER + count * (KEY_BYTES + 4 * sides * columns)
  if (view.length !== expected) return `expected ${expected} bytes, got ${view.length}`
  if (checksum(view) !== view.readUInt32LE(56)) return 'the checksum does not fit'
  if (!(sides === 1 || sides === 2) || columns === 0) return `expected 1 or 2 features an image, got ${sides}`
  const start = HEADER + count * KEY_BYTES
  // Copied, since the bytes may lie at an odd place of their buffer.
  const values = new Float32Array(new Uint8Array(view.subarray(start)).buffer)
  return { keys: new Uint8Array(view.subarray(HEADER, start)), values, sides, columns }
}

/** The CRC-32 of all but its own field. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(60), crc32(bytes.subarray(0, 56)))
}
