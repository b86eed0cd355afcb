import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, fileProblem } from '../errors.ts'
import { forEachIndex } from './parallel.ts'

/** The file extensions that are taken for pictures, in any case. */
export const EXTENSIONS: readonly string[] = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif']

/** An image of a person, before it has a label. */
export interface ListedImage {
  /** Where the file lies. */
  readonly path: string
  /** Where in the file the image's record begins; absent where the image is the file. */
  readonly position?: number
  /** What reports and hashes call it: `person/file`, the path as the list file gives it, or `label/number` of a record. */
  readonly name: string
  readonly person: string
}

/** What lies in a folder of people. */
export interface Folder {
  /** Sorted by person, then by file, by UTF-16 code units. */
  readonly images: readonly ListedImage[]
  /** Folders without a picture, sorted. */
  readonly empty: readonly string[]
  /** What is neither a person's folder nor a picture in one, relative to the folder, sorted. */
  readonly stray: readonly string[]
}

/**
 * Lists a folder of people, `<person>/<image>`. A picture is told by its extension alone; links are followed; names that
 * begin with a dot are left out. What lies elsewhere (a file beside the people, a folder inside a person's) is stray.
 * @throws DataError when the folder is missing, is no folder, or has no picture in any folder.
 */
export async function listFolder(directory: string): Promise<Folder> {
  const images: ListedImage[] = []
  const empty: string[] = []
  const stray: string[] = []
  const entries = await list(directory)
  const people = entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.name)
  stray.push(...entries.filter((entry) => entry.kind !== 'folder').map((entry) => entry.name))
  const contents: Entry[][] = []
  await forEachIndex(people.length, 16, async (i) => {
    contents[i] = await list(join(directory, people[i]!))
  })
  for (const [i, person] of people.entries()) {
    const before = images.length
    for (const { name, kind } of contents[i]!) {
      if (kind === 'file' && isPicture(name)) {
        images.push({ path: join(directory, person, name), name: `${person}/${name}`, person })
      } else stray.push(`${person}/${name}`)
    }
    if (images.length === before) empty.push(person)
  }
  if (images.length === 0) {
    const found = `${people.length} folders and ${entries.length - people.length} files`
    throw new DataError(`${directory}: expected pictures as <person>/<image>, got none in ${found}`)
  }
  return { images, empty, stray: stray.sort() }
}

/** Whether a file's extension is that of a picture. */
export function isPicture(name: string): boolean {
  const lower = name.toLowerCase()
  return EXTENSIONS.some((extension) => lower.endsWith(extension))
}

interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
}

/** What a folder holds, links followed, hidden names left out, sorted by code unit. */
async function list(directory: string): Promise<Entry[]> {
  try {
    const entries = (await readdir(directory, { withFileTypes: true })).filter(
      (entry) => !entry.name.startsWith('.'),
    )
    const found = await Promise.all(
      entries.map(async (entry): Promise<Entry> => {
        // A broken link is neither: it ends up among the stray names.
        const target = entry.isSymbolicLink()
          ? await stat(join(directory, entry.name)).catch(() => null)
          : entry
        return {
          name: entry.name,
          kind: target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : 'other',
        }
      }),
    )
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw new DataError(`${directory}: ${fileProblem(error)}`)
  }
}
