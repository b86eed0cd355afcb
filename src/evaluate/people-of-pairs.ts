import type { Pairs } from './pairs.ts'

/** Who is resampled for intervals: people, or pairs where nothing tells who the people are. */
export interface PeopleOfPairs {
  readonly over: 'people' | 'pairs'
  /** The number of the person that each pair's first and second image shows, [P]. */
  readonly left: Int32Array
  readonly right: Int32Array
}

/**
 * The people of pairs of images named `person/…`: the folder that an image lies in. Where an image lies in no folder nobody
 * is known, and each pair stands for itself.
 */
export function peopleOfPairs({
  images,
  left,
  right,
}: Pick<Pairs, 'images' | 'left' | 'right'>): PeopleOfPairs {
  const folders = images.map((name) => name.slice(0, Math.max(0, name.lastIndexOf('/'))))
  if (folders.includes('')) {
    const own = left.map((_, p) => p)
    return { over: 'pairs', left: own, right: own }
  }
  const number = new Map<string, number>()
  for (const folder of folders) if (!number.has(folder)) number.set(folder, number.size)
  const personOf = (image: number) => number.get(folders[image]!)!
  return { over: 'people', left: left.map(personOf), right: right.map(personOf) }
}
