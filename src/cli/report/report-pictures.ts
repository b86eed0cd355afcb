import { existsSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { DataError } from '../../errors.ts'
import { decode, encodeWebp, resize } from '../../image/index.ts'

/** Twice the size at which the page shows them, for screens of fine pixels. */
const size = { height: 168, width: 144 }

/**
 * Small pictures of images below a folder, by the name that lists give them, as data URIs; of those that cannot be read there
 * is none, and `say` hears of them.
 * @throws DataError where the folder holds none of them
 */
export async function reportPictures(
  names: Iterable<string>,
  { folder, say }: { readonly folder: string; readonly say: (line: string) => void },
): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>()
  let [asked, first] = [0, '']
  for (const name of names) {
    asked++
    const path = join(folder, name)
    const isWithin = !normalize(name).startsWith('..')
    const picture = isWithin && existsSync(path) ? await decode(path).catch(() => undefined) : undefined
    if (!picture) {
      first ||= name
      continue
    }
    const bytes = await encodeWebp(resize(picture, size), { ...size, quality: 60 })
    pictures.set(name, `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`)
  }
  if (asked > 0 && pictures.size === 0)
    throw new DataError(
      `${folder}: expected the images of the pairs, got none of ${asked}, the first ${first}`,
    )
  if (pictures.size < asked)
    say(`${folder}: ${asked - pictures.size} of ${asked} pictures cannot be read, the first ${first}`)
  return pictures
}
