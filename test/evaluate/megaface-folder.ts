import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { npyHeader } from '../../src/embed/index.ts'
import { tiedFeatures } from './megaface-features.ts'

/** A feature file of the official form: four int32, then D x 1 numbers. */
export function featureFile(row: ArrayLike<number>, type: 5 | 6 = 5): Buffer {
  const width = type === 5 ? 4 : 8
  const bytes = Buffer.alloc(16 + width * row.length)
  ;[row.length, 1, width, type].forEach((value, i) => {
    bytes.writeInt32LE(value, 4 * i)
  })
  for (let i = 0; i < row.length; i++) {
    if (type === 5) bytes.writeFloatLE(row[i]!, 16 + 4 * i)
    else bytes.writeDoubleLE(row[i]!, 16 + 8 * i)
  }
  return bytes
}

/** What a folder in the official layout holds. */
export interface MegafaceFolder {
  readonly probes: { readonly path: readonly string[]; readonly id: readonly string[] }
  readonly probeRows: readonly Float32Array[]
  /** The paths and rows of each size; the smaller lists are no parts of the larger. */
  readonly lists: ReadonlyMap<
    number,
    { readonly path: readonly string[]; readonly rows: readonly Float32Array[] }
  >
}

/**
 * Writes `facescrub_list.json`, `lists/megaface_features_list.json_SIZE_1`, and a feature file `…_o.bin` for each item below
 * `probes` and `distractors`; the largest list has one .npy file of all its rows instead where `npy` says so.
 */
export async function writeMegaface(
  base: string,
  {
    sizes = [10, 60],
    seed = 1,
    people = 9,
    columns = 6,
    npy,
  }: {
    readonly sizes?: readonly number[]
    readonly seed?: number
    readonly people?: number
    readonly columns?: number
    readonly npy?: number
  } = {},
): Promise<MegafaceFolder> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const features = tiedFeatures({ seed, people, images: [2, 5], distractors: total, columns, levels: 4 })
  const id = features.people.map((name) => `Some_${name}`)
  const path = id.map((name, i) => `${name}/${name}_${i}.png`)
  await put(join(base, 'facescrub_list.json'), JSON.stringify({ path, id }))
  for (const [i, row] of features.probes.entries())
    await put(join(base, 'probes', `${path[i]}_o.bin`), featureFile(row))
  const lists: Map<number, { path: string[]; rows: Float32Array[] }> = new Map()
  let first = 0
  for (const size of sizes) {
    const rows = features.distractors.slice(first, first + size)
    const paths = rows.map((_, i) => `${(first + i) % 10}/${first + i}@N0/${first + i}_0.jpg`)
    first += size
    lists.set(size, { path: paths, rows })
    const name = `megaface_features_list.json_${size}_1`
    await put(join(base, 'lists', name), JSON.stringify({ path: paths }))
    if (size === npy) {
      await put(
        join(base, 'distractors.npy'),
        Buffer.concat([npyHeader([size, columns]), ...rows.map((row) => Buffer.from(row.buffer))]),
      )
      await put(join(base, 'distractors.npy.names.txt'), `${paths.join('\n')}\n`)
    } else
      for (const [i, row] of rows.entries())
        await put(join(base, 'distractors', `${paths[i]}_o.bin`), featureFile(row))
  }
  return { probes: { path, id }, probeRows: features.probes, lists }
}

async function put(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}
