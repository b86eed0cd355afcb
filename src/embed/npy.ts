import { DataError, ShapeError, shown } from '../errors.ts'

/** An array as NumPy's .npy files hold it: float32, row-major. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY

/**
 * What stands before the numbers of a .npy file (format 1.0, little-endian float32, C order). For up to three axes it is
 * always 128 bytes long, so that it can be written again when the number of rows is known at last.
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`
  const length = Math.max(128, Math.ceil((10 + dictionary.length + 1) / 64) * 64)
  const header = new Uint8Array(length).fill(0x20)
  header.set([...MAGIC, 1, 0, (length - 10) & 255, (length - 10) >> 8])
  header.set(new TextEncoder().encode(dictionary), 10)
  header[length - 1] = 0x0a
  return header
}

/** The bytes of a .npy file. @throws ShapeError when the data does not fill the shape */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  const count = elements(shape)
  if (data.length !== count)
    throw new ShapeError(`npy: expected ${count} numbers for [${shape}], got ${data.length}`)
  const header = npyHeader(shape)
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length)
  return bytes
}

/** What stands before the numbers of a .npy file. */
export interface NpyHeader {
  readonly shape: readonly number[]
  readonly type: 'float32' | 'float64'
  /** Where the numbers begin, in bytes. */
  readonly start: number
}

/** The most bytes that a header may take: far more than any shape needs, and little to read. */
export const NPY_HEADER_BYTES = 65_536 + 12

const TYPES: Readonly<Record<string, NpyHeader['type']>> = { '<f4': 'float32', '<f8': 'float64' }

/**
 * Reads the header of a .npy file of little-endian float32 or float64 in C order from the file's first bytes, at most
 * `NPY_HEADER_BYTES` of them.
 * @throws DataError `name: …` for anything else, and where the bytes end before the header does
 */
export function decodeNpyHeader(bytes: Uint8Array, { name = 'npy' } = {}): NpyHeader {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new DataError(`${name}: not a .npy file`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6] ?? 0
  if (!(version >= 1 && version <= 3))
    throw new DataError(`${name}: expected .npy format 1 to 3, got ${version}`)
  const first = version === 1 ? 10 : 12
  const length = bytes.length < first ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const start = first + length
  if (start > NPY_HEADER_BYTES)
    throw new DataError(`${name}: expected a header of at most ${NPY_HEADER_BYTES} bytes, got ${start}`)
  if (bytes.length < start) throw new DataError(`${name}: the header is cut short`)
  const header = new TextDecoder('latin1').decode(bytes.subarray(first, start))
  const given = /'descr':\s*'([^']*)'/.exec(header)?.[1]
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  const type = given !== undefined && Object.hasOwn(TYPES, given) ? TYPES[given] : undefined
  if (type === undefined)
    throw new DataError(
      `${name}: expected float32 ('<f4') or float64 ('<f8'), got ${given === undefined ? 'no type' : shown(given, { longest: 40 })}`,
    )
  if (!/'fortran_order':\s*False/.test(header)) throw new DataError(`${name}: expected C order`)
  if (axes === undefined) throw new DataError(`${name}: expected a shape, got none`)
  const shape = axes
    .split(',')
    .map((axis) => axis.trim())
    .filter(Boolean)
    .map(Number)
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(elements(shape)))
    throw new DataError(`${name}: expected a shape, got (${shown(axes, { longest: 40 })})`)
  return { shape, type, start }
}

/**
 * Reads the bytes of a .npy file of little-endian float32 in C order.
 * @throws DataError `name: …` for anything else, and for a file that is cut short or too long
 */
export function decodeNpy(bytes: Uint8Array, { name = 'npy' } = {}): NpyArray {
  const { shape, type, start } = decodeNpyHeader(bytes, { name })
  if (type !== 'float32') throw new DataError(`${name}: expected float32 ('<f4'), got ${type}`)
  const size = 4 * elements(shape)
  if (bytes.length - start !== size)
    throw new DataError(
      `${name}: expected ${size} bytes of numbers for [${shape}], got ${bytes.length - start}`,
    )
  // Copied, since the numbers may lie at an odd place of the buffer; not by `slice`, which on Node's Buffer copies nothing.
  return { shape, data: new Float32Array(new Uint8Array(bytes.subarray(start)).buffer) }
}

const elements = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1)
