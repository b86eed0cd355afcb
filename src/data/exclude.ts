import type { ListedImage } from './folder.ts'
import { personFile, personOf } from './person-file.ts'
import { readText, textLines } from './read-text.ts'

/** A line of an exclude list: a person, or an image as `person/file`. */
export interface ExcludeLine {
  readonly line: number
  readonly text: string
}

/** What an exclude list left. */
export interface Excluded<T> {
  readonly images: readonly T[]
  /** How many images were taken out. */
  readonly removed: number
  /** How many lines took out something. */
  readonly matchedLines: number
  /** Lines that name nothing here. */
  readonly unmatched: readonly ExcludeLine[]
}

/**
 * Reads an exclude list: one person (the name of a folder) or image (`person/file`; a longer path counts by its last two
 * parts) a line. Blank lines and lines that begin with `#` are skipped.
 * @throws DataError when the file cannot be read.
 */
export async function readExclude(file: string): Promise<readonly ExcludeLine[]> {
  return textLines(await readText(file)).filter((entry) => !entry.text.startsWith('#'))
}

/** Takes the people and images of an exclude list out of `images`. */
export function exclude<
  T extends Pick<ListedImage, 'path'> & Partial<Pick<ListedImage, 'position' | 'name'>>,
>(images: readonly T[], lines: readonly ExcludeLine[]): Excluded<T> {
  const unused = new Map<string, ExcludeLine[]>()
  for (const line of lines) {
    const key = keyOf(line.text)
    unused.set(key, [...(unused.get(key) ?? []), line])
  }
  const wanted = new Set(unused.keys())
  const kept = images.filter(({ path, position, name = path }) => {
    // Records lie in one file, and have names alone.
    const place = position === undefined ? path : name
    // One image can be named twice, by its person and by itself: both lines then match.
    const named = [`${personOf(place)}/`, personFile(place)].filter((key) => wanted.has(key))
    for (const key of named) unused.delete(key)
    return named.length === 0
  })
  const unmatched = [...unused.values()].flat().sort((a, b) => a.line - b.line)
  return {
    images: kept,
    removed: images.length - kept.length,
    matchedLines: lines.length - unmatched.length,
    unmatched,
  }
}

/** A person's key ends in a slash, an image's holds one in the middle. */
function keyOf(text: string): string {
  const key = personFile(text)
  return key.includes('/') ? key : `${key}/`
}
