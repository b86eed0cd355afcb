import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileProblem } from '../../errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { writeWhole } from '../files/write-file.ts'
import { decodeShard, encodeShard, KEY_BYTES, type Shard } from './embedding-shard.ts'

/** An embedding that was kept: the features of an image and, where the model was run on it, of its mirror image. */
export interface Kept {
  readonly feature: Float32Array
  readonly mirrored?: Float32Array
}

/** Embeddings of one model on disk, found by the content that they were made of. */
export interface EmbeddingStore {
  /** Where they lie. */
  readonly folder: string
  /** Calls `take` with each embedding whose key (32 bytes as a latin1 text) is wanted, piece by piece; a key may come twice. */
  find(wanted: { has(key: string): boolean }, take: (key: string, kept: Kept) => void): Promise<void>
  /** Keeps an embedding, in memory until the next piece is written. */
  add(key: string, kept: Kept): Promise<void>
  /** Writes what was added. */
  flush(): Promise<void>
}

/** A piece is written when it has this many embeddings, or is this old. */
const PIECE = 2048
const PIECE_MS = 20_000
/** What a piece may weigh at most to be read at all. */
const MOST_BYTES = 1 << 30

/**
 * Opens the embeddings that `facts` (model, description, versions) made, below a folder. They lie in pieces that are only
 * ever added, each under the hash of its bytes and by renaming, so that any number of processes may write at once. A piece
 * that is damaged is named and left out; a folder that cannot be written is named once, and nothing more is kept.
 */
export function embeddingStore(
  directory: string,
  facts: Readonly<Record<string, unknown>>,
  {
    say,
    now = () => performance.now(),
  }: { readonly say: (line: string) => void; readonly now?: () => number },
): EmbeddingStore {
  const about = `${JSON.stringify(facts, null, 2)}\n`
  const space = createHash('sha256').update(about).digest()
  const folder = join(directory, space.toString('hex').slice(0, 32))
  let added: { key: string; kept: Kept }[] = []
  let since = now()
  let writable = true

  async function flush(): Promise<void> {
    since = now()
    if (added.length === 0) return
    const bytes = encodeShard(joined(added), space)
    added = []
    try {
      await makeFolder(folder)
      if ((await stat(join(folder, 'about.json')).catch(() => null)) === null)
        await writeWhole(join(folder, 'about.json'), about)
      const name = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
      await writeWhole(join(folder, `${name}.bin`), bytes)
    } catch (error) {
      if (writable) say(`embeddings are not kept: ${fileProblem(error)}, got --cache ${directory}`)
      writable = false
    }
  }

  return {
    folder,
    flush,
    async find(wanted, take) {
      const names = await readdir(folder).catch(() => [])
      for (const name of names.filter((file) => file.endsWith('.bin')).sort()) {
        const shard = await readPiece(join(folder, name), space)
        if (typeof shard === 'string') say(`${join(folder, name)}: left out, ${shard}`)
        else visit(shard, wanted, take)
      }
    },
    async add(key, kept) {
      if (!writable) return
      added.push({ key, kept })
      if (added.length >= PIECE || now() - since >= PIECE_MS) await flush()
    },
  }
}

async function readPiece(file: string, space: Uint8Array): Promise<Shard | string> {
  try {
    const { size } = await stat(file)
    return size > MOST_BYTES
      ? `expected at most ${MOST_BYTES} bytes, got ${size}`
      : decodeShard(await readFile(file), space)
  } catch (error) {
    return fileProblem(error)
  }
}

function visit(
  { keys, values, sides, columns }: Shard,
  wanted: { has(key: string): boolean },
  take: (key: string, kept: Kept) => void,
): void {
  const texts = Buffer.from(keys.buffer).toString('latin1')
  for (let i = 0; i * KEY_BYTES < keys.length; i++) {
    const key = texts.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES)
    if (!wanted.has(key)) continue
    const at = i * sides * columns
    take(key, {
      feature: values.subarray(at, at + columns),
      ...(sides === 2 && { mirrored: values.subarray(at + columns, at + 2 * columns) }),
    })
  }
}

function joined(added: readonly { readonly key: string; readonly kept: Kept }[]): Shard {
  const [first] = added
  const columns = first!.kept.feature.length
  const sides = first!.kept.mirrored ? 2 : 1
  const keys = new Uint8Array(added.length * KEY_BYTES)
  const values = new Float32Array(added.length * sides * columns)
  for (const [i, { key, kept }] of added.entries()) {
    keys.set(Buffer.from(key, 'latin1'), i * KEY_BYTES)
    values.set(kept.feature, i * sides * columns)
    if (kept.mirrored) values.set(kept.mirrored, (i * sides + 1) * columns)
  }
  return { keys, values, sides, columns }
}
