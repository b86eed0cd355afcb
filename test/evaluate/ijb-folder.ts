import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeNpy } from '../../src/embed/index.ts'
import type { IjbTexts } from './ijb-lists.ts'

/** Writes lists and features into a folder; gives the options that name them. */
export async function writeIjb(folder: string, { features, ...texts }: IjbTexts): Promise<string[]> {
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
  const shape = [features.length, features[0]!.length]
  await writeFile(
    join(folder, 'features.npy'),
    encodeNpy({ shape, data: Float32Array.from(features.flat()) }),
  )
  return [...Object.keys(texts).map((name) => [name, name]), ['features', 'features.npy']].flatMap(
    ([option, name]) => [`--${option}`, join(folder, name!)],
  )
}
