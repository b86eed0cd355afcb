import { DataError, shown } from '../errors.ts'
import { decodeNumbers, numberFormats } from './number-formats.ts'
import type { ByteSource, FileTensor, WeightFile } from './weight-file.ts'

/** Bytes that a header may take, as in safetensors' own readers. */
const headerLimit = 100_000_000

/** Bytes that are read and decoded at once; a multiple of every number's size. */
const pieceBytes = 2 ** 26

interface Entry {
  readonly dtype: string
  readonly shape: number[]
  readonly data_offsets: [number, number]
}

/**
 * Reads a safetensors file: length of the header (uint64), header in JSON, bytes of the tensors. Tensors of other numbers than
 * F64, F32, F16 and BF16 are refused when they are read.
 * @throws DataError naming `where` when the bytes are no such file, or cut short
 */
export async function readSafetensors(source: ByteSource, where: string): Promise<WeightFile> {
  const start = await source.read(0, 8)
  if (start.length < 8)
    throw new DataError(
      `${where}: safetensors are cut short, a header's length takes 8 bytes, got ${start.length}`,
    )
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true))
  if (length > headerLimit)
    throw new DataError(
      `${where}: no safetensors, or their header is too large, at most ${headerLimit} bytes are read, got ${length}`,
    )
  const header = await source.read(8, 8 + length)
  if (header.length < length)
    throw new DataError(
      `${where}: safetensors are cut short, the header takes ${length} bytes, got ${header.length}`,
    )
  const entries = entriesOf(header, where)
  const [from, space] = [8 + length, source.size - 8 - length]
  const spans: { readonly name: string; readonly at: readonly [number, number] }[] = []
  const tensors = new Map<string, FileTensor>()
  for (const [name, entry] of entries) {
    const { dtype, shape, data_offsets: at } = checkedEntry(entry, `${where}: header of ${shown(name)}`)
    const format = numberFormats[dtype]
    const bytes = shape.reduce((n, size) => n * size, format?.bytes ?? 1)
    if (format && at[1] - at[0] !== bytes)
      throw new DataError(
        `${where}: ${shown(name)} ${dtype} [${shape}] takes ${bytes} bytes, the header gives it ${at[1] - at[0]}`,
      )
    if (at[1] > space)
      throw new DataError(
        `${where}: safetensors are cut short, ${shown(name)} ends at byte ${from + at[1]}, got ${source.size} bytes`,
      )
    spans.push({ name, at })
    tensors.set(name, {
      name,
      shape,
      read: () => read(source, { where, name, dtype, shape, start: from + at[0] }),
    })
  }
  // Tensors may share all their bytes; a header where they share some is wrong.
  let [begun, used] = [0, 0]
  for (const { name, at } of spans.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1])) {
    if (at[0] < used && (at[0] !== begun || at[1] !== used))
      throw new DataError(
        `${where}: header of ${shown(name)}: expected to begin at ${used} or later, where another tensor ends, got ${at[0]}`,
      )
    begun = at[0]
    used = at[1]
  }
  if (used < space)
    throw new DataError(
      `${where}: safetensors end at byte ${from + used} by their header, got ${source.size} bytes`,
    )
  return { where, tensors }
}

function entriesOf(header: Uint8Array, where: string): [string, unknown][] {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object')
    return Object.entries(value).filter(([name]) => name !== '__metadata__')
  } catch {
    const begins = JSON.stringify(new TextDecoder().decode(header.subarray(0, 24)))
    throw new DataError(`${where}: no safetensors, the header is not a JSON object, it begins with ${begins}`)
  }
}

function checkedEntry(value: unknown, where: string): Entry {
  const whole = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0
  const { dtype, shape, data_offsets: at } = (value ?? {}) as Partial<Entry>
  if (typeof dtype !== 'string')
    throw new DataError(`${where}: dtype must be a name, got ${shown(`${JSON.stringify(dtype)}`)}`)
  if (!Array.isArray(shape) || !shape.every(whole))
    throw new DataError(`${where}: shape must be whole numbers, got ${shown(`${JSON.stringify(shape)}`)}`)
  if (!Array.isArray(at) || at.length !== 2 || !at.every(whole) || at[0]! > at[1]!)
    throw new DataError(
      `${where}: data_offsets must be two places in order, got ${shown(`${JSON.stringify(at)}`)}`,
    )
  return { dtype, shape, data_offsets: [at[0]!, at[1]!] }
}

async function read(
  source: ByteSource,
  {
    where,
    name,
    dtype,
    shape,
    start,
  }: {
    readonly where: string
    readonly name: string
    readonly dtype: string
    readonly shape: readonly number[]
    readonly start: number
  },
): Promise<Float32Array> {
  const format = numberFormats[dtype]
  if (!format)
    throw new DataError(`${where}: ${name} must be of ${Object.keys(numberFormats).join(', ')}, got ${dtype}`)
  const count = shape.reduce((n, size) => n * size, 1)
  const values = new Float32Array(count)
  const atATime = pieceBytes / format.bytes
  for (let done = 0; done < count; done += atATime) {
    const numbers = Math.min(atATime, count - done)
    const at = start + done * format.bytes
    const bytes = await source.read(at, at + numbers * format.bytes)
    if (bytes.length < numbers * format.bytes)
      throw new DataError(`${where}: safetensors are cut short in ${name}, got ${source.size} bytes`)
    decodeNumbers(bytes, { format, into: values, start: done })
  }
  return checkNumbers(values, `${where}: ${name}`)
}

/** Gives `values` back. @throws DataError where one is no number */
export function checkNumbers(values: Float32Array, where: string): Float32Array {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new DataError(`${where} holds a value that is no number, at ${bad}, got ${values[bad]}`)
  return values
}
