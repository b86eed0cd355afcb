import type { Pairs } from './pairs.ts'

/** Who is resampled for intervals: people, or pairs where nothing tells who the people are. */
export interface PeopleOfPairs {
  readonly over: 'people' | 'pairs'
  /** Why it is pairs: what of the list tells no people. */
  readonly why?: string
  /** The number of the person that each pair's first and second image shows, [P]. */
  readonly left: Int32Array
  readonly right: Int32Array
}

/**
 * The people of pairs of images named `person/…`: the folder that an image lies in. Each pair stands for itself where that
 * reading cannot be right: an image lies in no folder, a pair of two people lies in one folder, a pair of one person in two; or
 * where it finds one person only.
 */
export function peopleOfPairs({
  images,
  left,
  right,
  same,
}: Pick<Pairs, 'images' | 'left' | 'right' | 'same'>): PeopleOfPairs {
  const folders = images.map((name) => name.slice(0, Math.max(0, name.lastIndexOf('/'))))
  const why = contradiction({ images, left, right, same }, folders)
  if (why !== undefined) {
    const own = left.map((_, p) => p)
    return { over: 'pairs', why, left: own, right: own }
  }
  const number = new Map<string, number>()
  for (const folder of folders) if (!number.has(folder)) number.set(folder, number.size)
  const personOf = (image: number) => number.get(folders[image]!)!
  return { over: 'people', left: left.map(personOf), right: right.map(personOf) }
}

/** What shows that the folders are not the people. */
function contradiction(
  { images, left, right, same }: Pick<Pairs, 'images' | 'left' | 'right' | 'same'>,
  folders: readonly string[],
): string | undefined {
  const loose = folders.indexOf('')
  if (loose >= 0) return `${images[loose]} lies in no folder of a person`
  const p = same.findIndex((label, i) => (folders[left[i]!] === folders[right[i]!]) !== (label === 1))
  if (p >= 0) {
    const both = `${images[left[p]!]} and ${images[right[p]!]}`
    return same[p] === 1
      ? `${both} show one person but lie in two folders`
      : `${both} show two people but lie in one folder`
  }
  return new Set(folders).size === 1 ? `all images lie in one folder, ${folders[0]}` : undefined
}
