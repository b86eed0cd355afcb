import { DataError } from '../errors.ts'

/** Anything that JSON holds. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }
/** An object that JSON holds. */
export type JsonObject = { readonly [key: string]: Json | undefined }

/** The numbers that a part can hold. */
export type PartArray = Uint8Array | Int32Array | Float32Array | Float64Array

/** What one shard of an evaluation found. */
export interface Part {
  readonly protocol: string
  /** What must be the same in all parts of one run: software version, lists and features by their hashes, settings. */
  readonly run: JsonObject
  /** Which shard this is, from 1 to `count`. */
  readonly shard: { readonly index: number; readonly count: number }
  /** What this shard alone says: its missing items, its counts. */
  readonly facts: JsonObject
  readonly arrays: Readonly<Record<string, PartArray>>
}

const MAGIC = 'STERPART'
const VERSION = 1
const DIGEST = 32
/** The most shards that a run can have: whoever adds parts up goes through all their numbers. */
const MOST_SHARDS = 9999
/** How deep values may lie within each other in a header: whoever compares two goes down into them. */
const DEEPEST = 32
const kinds = { u1: Uint8Array, i4: Int32Array, f4: Float32Array, f8: Float64Array }
type Kind = keyof typeof kinds

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/**
 * The bytes of a part: magic `STERPART`, version and header length (uint32, little-endian), the header as JSON, the
 * arrays, each from a multiple of 8 bytes on, and the SHA-256 of all that.
 */
export async function encodePart({ protocol, run, shard, facts, arrays }: Part): Promise<Uint8Array> {
  const table = Object.entries(arrays).map(([name, array]) => ({
    name,
    kind: kindOf(array),
    length: array.length,
  }))
  const header = new TextEncoder().encode(JSON.stringify({ protocol, run, shard, facts, arrays: table }))
  const start = padded(16 + header.length)
  const end = Object.values(arrays).reduce((at, array) => at + padded(array.byteLength), start)
  const bytes = new Uint8Array(end + DIGEST)
  bytes.set(new TextEncoder().encode(MAGIC))
  const view = new DataView(bytes.buffer)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, header.length, true)
  bytes.set(header, 16)
  let at = start
  for (const array of Object.values(arrays)) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += padded(array.byteLength)
  }
  bytes.set(await digest(bytes.subarray(0, end)), end)
  return bytes
}

/**
 * Reads the bytes of a part; the arrays lie on a copy of them.
 * @throws DataError `name: …` for anything else, for another version, and where the checksum differs
 */
export async function decodePart(given: Uint8Array, { name = 'part' } = {}): Promise<Part> {
  const fail = (what: string): never => {
    throw new DataError(`${name}: ${what}`)
  }
  // Copied, so that the arrays begin at multiples of 8 bytes whatever the buffer.
  const bytes = new Uint8Array(given)
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 8)) !== MAGIC)
    fail('expected a part of an evaluation, as --shard writes it')
  if (bytes.length < 16 + DIGEST) fail(`cut short, got ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer)
  if (view.getUint32(8, true) !== VERSION)
    fail(`expected part version ${VERSION}, got ${view.getUint32(8, true)}`)
  const end = bytes.length - DIGEST
  const sum = await digest(bytes.subarray(0, end))
  if (sum.some((byte, i) => byte !== bytes[end + i]))
    fail('checksum differs: the file is damaged or cut short')
  const length = view.getUint32(12, true)
  if (16 + length > end) fail(`expected a header of ${length} bytes, got a file of ${bytes.length}`)
  const { arrays: table, ...header } = readHeader(bytes.subarray(16, 16 + length), fail)
  const arrays: Record<string, PartArray> = {}
  let at = padded(16 + length)
  for (const { name: array, kind, length: count } of table) {
    const size = count * kinds[kind].BYTES_PER_ELEMENT
    if (at + size > end) fail(`expected ${count} numbers in ${array}, got a file of ${bytes.length} bytes`)
    arrays[array] = new kinds[kind](bytes.buffer, at, count)
    at += padded(size)
  }
  if (at !== end) fail(`expected ${at + DIGEST} bytes, got ${bytes.length}`)
  return { ...header, arrays }
}

interface ArrayEntry {
  readonly name: string
  readonly kind: Kind
  readonly length: number
}

function readHeader(
  bytes: Uint8Array,
  fail: (what: string) => never,
): Omit<Part, 'arrays'> & { arrays: readonly ArrayEntry[] } {
  let header: (Partial<Omit<Part, 'arrays'>> & { arrays?: Partial<ArrayEntry>[] }) | null
  try {
    header = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return fail('the header is no JSON')
  }
  const { protocol, run, shard, facts, arrays } = header ?? {}
  const isObject = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  if (typeof protocol !== 'string' || !isObject(run) || !isObject(facts) || !Array.isArray(arrays))
    return fail('the header lacks something')
  if (!isCount(shard?.index) || !isCount(shard?.count) || shard!.index < 1 || shard!.index > shard!.count)
    return fail('the header has no shard')
  if (shard!.count > MOST_SHARDS) fail(`expected at most ${MOST_SHARDS} shards, got ${shard!.count}`)
  if (isDeeper([run, facts], DEEPEST))
    fail(`expected values at most ${DEEPEST} deep in the header, got deeper`)
  const wrong = arrays.find(
    (entry) =>
      typeof entry?.name !== 'string' || !Object.hasOwn(kinds, entry.kind ?? '') || !isCount(entry.length),
  )
  if (wrong) return fail('the header has a wrong array')
  return { protocol, run: run!, shard: shard!, facts: facts!, arrays: arrays as ArrayEntry[] }
}

const isDeeper = (value: unknown, most: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1)))

const kindOf = (array: PartArray): Kind =>
  (Object.keys(kinds) as Kind[]).find((kind) => array instanceof kinds[kind])!

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
