import { createHash } from 'node:crypto'
import { DataError } from '../errors.ts'
import type { Place } from './place.ts'

/** Everything that a run needs to go on as if it had never stopped; its numbers stay where they are until they are asked for. */
export interface Checkpoint {
  /** What messages call it: its file. */
  readonly where: string
  /** Steps done. */
  readonly step: number
  /** Where the run stood then; files of older versions do not say. */
  readonly place?: Place
  /** What the run was started with, and what it depends on besides: settings, lowering, threads, runtime's version. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Shapes of the parameters, of the optimiser's state and of what is kept, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /**
   * Their numbers by name, in the order of `shapes`, row-major in the graph's own order of axes: one array after the other, a
   * large tensor in several, so that a checkpoint larger than memory has room for can be passed on (`wholeTensors` joins them).
   */
  tensors(): AsyncIterable<readonly [name: string, data: Float32Array]>
}

/** Bytes that are read a piece at a time. */
export interface ByteSource {
  readonly size: number
  /** The bytes from `start` up to `end`, in an array of their own; fewer where they end before. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

const magic = 'STERADIAN CHECKPOINT 1\n'
const digestBytes = 32
/** Bytes that are hashed, written or looked through at once: signals and pictures get their turn in between. */
const atATime = 2 ** 22

/** Bytes of a tensor that are passed on at once. */
const pieceBytes = 2 ** 28

interface Header {
  readonly step: number
  readonly place?: Place
  readonly settings: Record<string, unknown>
  readonly tensors: readonly { readonly name: string; readonly shape: number[] }[]
}

/**
 * A checkpoint as pieces of bytes to be written one after the other: magic with version, length of the header, header in JSON
 * (padded to 4 bytes), float32 data, SHA-256 of all before. Holds one tensor at a time.
 */
export async function* encodeCheckpoint(checkpoint: Checkpoint): AsyncGenerator<Uint8Array> {
  const { shapes } = checkpoint
  const hash = createHash('sha256')
  const head = encodedHead(checkpoint)
  hash.update(head)
  yield head
  const names = shapes.keys()
  let [current, left]: [string | undefined, number] = [undefined, 0]
  for await (const [name, data] of checkpoint.tensors()) {
    if (left === 0) {
      current = names.next().value
      left = shapes.has(name) ? count(shapes.get(name)!) : 0
    }
    if (name !== current || data.length > left)
      throw new Error(`checkpoint: ${name} is not the tensor that the header names, got ${data.length}`)
    left -= data.length
    for (let at = 0; at < data.byteLength; at += atATime) {
      const size = Math.min(atATime, data.byteLength - at)
      const piece = new Uint8Array(data.buffer, data.byteOffset + at, size)
      hash.update(piece)
      yield piece
    }
  }
  const missing = left > 0 ? current : names.next().value
  if (missing !== undefined) throw new Error(`checkpoint: a tensor is missing, got none for ${missing}`)
  yield hash.digest()
}

function encodedHead({ step, place, settings, shapes }: Checkpoint): Uint8Array {
  const header: Header = {
    step,
    ...(place && { place }),
    settings,
    tensors: [...shapes].map(([name, shape]) => ({ name, shape: [...shape] })),
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const start = new TextEncoder().encode(magic)
  const padding = (4 - ((start.length + 4 + json.length) % 4)) % 4
  const head = new Uint8Array(start.length + 4 + json.length + padding).fill(0x20)
  head.set(start)
  new DataView(head.buffer).setUint32(start.length, json.length + padding, true)
  head.set(json, start.length + 4)
  return head
}

/**
 * Reads a checkpoint: looks it through, and gives its numbers as they are asked for.
 * @throws DataError naming `where` when the bytes are no checkpoint, cut short or changed; so does `tensors()` when they have
 *   changed since
 */
export async function decodeCheckpoint(given: Uint8Array | ByteSource, where: string): Promise<Checkpoint> {
  const source = given instanceof Uint8Array ? sourceOf(given) : given
  const start = new TextDecoder().decode(await source.read(0, magic.length))
  if (start !== magic)
    throw new DataError(
      `${where}: no checkpoint of this version, begins with ${JSON.stringify(start.slice(0, 24))}`,
    )
  const bodyEnd = Math.max(0, source.size - digestBytes)
  const hash = createHash('sha256')
  for (let at = 0; at < bodyEnd; at += atATime)
    hash.update(await source.read(at, Math.min(bodyEnd, at + atATime)))
  const digest = hash.digest('hex')
  if (Buffer.from(await source.read(bodyEnd, source.size)).toString('hex') !== digest)
    throw new DataError(
      `${where}: checkpoint is cut short or changed, its SHA-256 does not fit, got ${digest.slice(0, 12)}`,
    )
  const { buffer } = await source.read(magic.length, magic.length + 4)
  const head = await source.read(0, magic.length + 4 + new DataView(buffer).getUint32(0, true))
  const { step, place, settings, tensors } = JSON.parse(
    new TextDecoder().decode(head.subarray(magic.length + 4)),
  ) as Header
  return {
    where,
    step,
    ...(place && { place }),
    settings,
    shapes: new Map(tensors.map(({ name, shape }) => [name, shape])),
    async *tensors() {
      const again = createHash('sha256').update(await source.read(0, head.length))
      let place = head.length
      for (const { name, shape } of tensors)
        for (const end = place + 4 * count(shape); place < end; ) {
          const wanted = Math.min(pieceBytes, end - place)
          const bytes = await source.read(place, place + wanted)
          for (let at = 0; at < bytes.length; at += atATime) again.update(bytes.subarray(at, at + atATime))
          place += wanted
          // Where bytes are missing, the sum at the end says so.
          if (bytes.length === wanted)
            yield [name, new Float32Array(bytes.buffer, bytes.byteOffset, wanted / 4)]
        }
      const now = again.digest('hex')
      if (now !== digest)
        throw new DataError(
          `${where}: checkpoint was changed while it was read, its SHA-256 does not fit, got ${now.slice(0, 12)}`,
        )
    },
  }
}

const count = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1)

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  // A Buffer of Node, as a file comes, shares memory in its own slice().
  read: async (start, end) => Uint8Array.prototype.slice.call(bytes, start, end) as Uint8Array<ArrayBuffer>,
})

/** The tensors of a checkpoint one after the other, each whole and in an array of its own. */
export async function* wholeTensors({
  shapes,
  tensors,
}: Pick<Checkpoint, 'shapes' | 'tensors'>): AsyncGenerator<readonly [name: string, data: Float32Array]> {
  let [whole, at] = [new Float32Array(), 0]
  for await (const [name, data] of tensors()) {
    const size = count(shapes.get(name)!)
    if (at === 0) whole = data.length === size ? data.slice() : new Float32Array(size)
    if (data.length < size) whole.set(data, at)
    at += data.length
    if (at < size) continue
    at = 0
    yield [name, whole]
  }
}

/** The tensors of a checkpoint by name, all held at once. */
export async function tensorsOf(checkpoint: Checkpoint): Promise<Map<string, Float32Array>> {
  const all = new Map<string, Float32Array>()
  for await (const [name, data] of wholeTensors(checkpoint)) all.set(name, data)
  return all
}
