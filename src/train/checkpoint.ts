import { createHash } from 'node:crypto'
import { DataError } from '../errors.ts'

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number
  /** What the run was started with, and what it depends on besides: settings, lowering, threads, runtime's version. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Parameters and the optimiser's state by name, row-major in the graph's own order of axes. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
}

const magic = 'STERADIAN CHECKPOINT 1\n'
const digestBytes = 32

interface Header {
  readonly step: number
  readonly settings: Record<string, unknown>
  readonly tensors: readonly { readonly name: string; readonly shape: number[] }[]
}

/**
 * A checkpoint as pieces of bytes to be written one after the other: magic with version, length of the header, header in JSON
 * (padded to 4 bytes), float32 data, SHA-256 of all before.
 */
export function encodeCheckpoint({ step, settings, tensors }: Checkpoint): Uint8Array[] {
  const header: Header = {
    step,
    settings,
    tensors: [...tensors].map(([name, { shape }]) => ({ name, shape: [...shape] })),
  }
  const text = JSON.stringify(header)
  const json = new TextEncoder().encode(text)
  const start = new TextEncoder().encode(magic)
  const padding = (4 - ((start.length + 4 + json.length) % 4)) % 4
  const head = new Uint8Array(start.length + 4 + json.length + padding).fill(0x20)
  head.set(start)
  new DataView(head.buffer).setUint32(start.length, json.length + padding, true)
  head.set(json, start.length + 4)
  const pieces = [
    head,
    ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]
  return [...pieces, sha256(pieces)]
}

/** SHA-256 of pieces one after the other; Node takes less than 2 GiB at a time. */
function sha256(pieces: readonly Uint8Array[]): Buffer {
  const atATime = 2 ** 28
  const hash = createHash('sha256')
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += atATime) hash.update(piece.subarray(at, at + atATime))
  return hash.digest()
}

/** Reads a checkpoint. @throws DataError naming `where` when the bytes are no checkpoint, cut short or changed */
export function decodeCheckpoint(given: Uint8Array<ArrayBuffer>, where: string): Checkpoint {
  // A Buffer of Node, as a file comes, shares memory where a Uint8Array copies.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  const start = new TextDecoder().decode(bytes.subarray(0, magic.length))
  if (start !== magic)
    throw new DataError(
      `${where}: no checkpoint of this version, begins with ${JSON.stringify(start.slice(0, 24))}`,
    )
  const body = bytes.subarray(0, bytes.length - digestBytes)
  const wanted = Buffer.from(bytes.subarray(body.length)).toString('hex')
  const got = sha256([body]).toString('hex')
  if (wanted !== got)
    throw new DataError(
      `${where}: checkpoint is cut short or changed, its SHA-256 does not fit, got ${got.slice(0, 12)}`,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(magic.length, true)
  const headEnd = magic.length + 4 + length
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(magic.length + 4, headEnd))) as Header
  // Copied, so that the numbers are aligned whatever lies before them.
  let place = headEnd
  const tensors = new Map(
    header.tensors.map(({ name, shape }) => {
      const size = 4 * shape.reduce((n, s) => n * s, 1)
      const data = new Float32Array(bytes.slice(place, place + size).buffer)
      place += size
      return [name, { shape, data }] as const
    }),
  )
  return { step: header.step, settings: header.settings, tensors }
}
