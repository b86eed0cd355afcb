import { DataError, ShapeError, UsageError } from '../errors.ts'
import { permutation, rng } from '../math/rng.ts'

/** Who is enrolled and who is a stranger in one split, and which images search. */
export interface OpenSetSplit {
  /** The enrolled people, G: first those of the choosing half. */
  readonly enrolled: Int32Array
  /** How many of `enrolled` belong to the choosing half. */
  readonly enrolledToChoose: number
  /** The gallery images of each enrolled person, none empty. */
  readonly galleryImages: readonly Int32Array[]
  /** The images that search, S: of enrolled people what is not in the gallery, of strangers all. */
  readonly probes: Int32Array
  /** The place of each probe's person in `enrolled`, or −1 for a stranger's, [S]. */
  readonly mates: Int32Array
  /** 0 where a probe's person is in the half that chooses thresholds, 1 in the half that proves them, [S]. */
  readonly halves: Uint8Array
}

export interface OpenSetSplitOptions {
  /** How many images of an enrolled person make the template, at most. */
  galleryImages?: number
  /** The share of the people who are not enrolled, above 0 and below 1. */
  strangers?: number
  seed?: number
  /** 1 for each image that cannot be used, [N]. */
  missing?: Uint8Array
}

/**
 * Deals people into enrolled and strangers, and each of the two into a half that chooses thresholds and one that proves them;
 * halves share nobody. `people` [N] names the person of each image: whole numbers, of which each up to the greatest is taken for a
 * person. An enrolled person's gallery images are drawn from their usable ones; the others search. Who has no more images
 * than the gallery takes enlarges the gallery and has no search. Missing images change nothing for the others but the draw of that
 * person's gallery images; a person without usable images is left out after the deal. Split `index` is a pure function of
 * (people, options, index).
 * @throws UsageError for options outside their domain; ShapeError when `missing` does not fit; DataError with fewer than 4 people
 */
export function openSetSplit(
  people: Int32Array,
  index: number,
  {
    galleryImages = 1,
    strangers = 0.5,
    seed = 0,
    missing = new Uint8Array(people.length),
  }: OpenSetSplitOptions = {},
): OpenSetSplit {
  if (!(Number.isInteger(galleryImages) && galleryImages >= 1))
    throw new UsageError(`openSetSplit: expected 1 gallery image or more, got ${galleryImages}`)
  if (!(strangers > 0 && strangers < 1))
    throw new UsageError(`openSetSplit: expected a share of strangers between 0 and 1, got ${strangers}`)
  if (missing.length !== people.length)
    throw new ShapeError(
      `openSetSplit: expected ${people.length} marks of missing images, got ${missing.length}`,
    )
  const imagesOf = listImages(people)
  const count = imagesOf.length
  if (count < 4) throw new DataError(`openSetSplit: expected 4 people or more, got ${count}`)
  const order = permutation(count, rng(seed, index, 0))
  const strangerCount = Math.min(count - 2, Math.max(2, Math.round(strangers * count)))

  const enrolled: number[] = []
  const gallery: Int32Array[] = []
  const searches: { image: number; mate: number; half: number }[] = []
  let enrolledToChoose = 0
  for (const half of [0, 1]) {
    for (let place = strangerCount; place < count; place++) {
      if ((place - strangerCount) % 2 !== half) continue
      const person = order[place]!
      const own = imagesOf[person]!
      const drawn = Array.from(permutation(own.length, rng(seed, index, 1, person)), (k) => own[k]!)
      const usable = drawn.filter((image) => missing[image] === 0)
      if (usable.length === 0) continue
      for (const image of usable.slice(galleryImages)) searches.push({ image, mate: enrolled.length, half })
      gallery.push(Int32Array.from(usable.slice(0, galleryImages)).sort())
      enrolled.push(person)
      if (half === 0) enrolledToChoose++
    }
  }
  for (let place = 0; place < strangerCount; place++)
    for (const image of imagesOf[order[place]!]!)
      if (missing[image] === 0) searches.push({ image, mate: -1, half: place % 2 })
  searches.sort((a, b) => a.image - b.image)
  return {
    enrolled: Int32Array.from(enrolled),
    enrolledToChoose,
    galleryImages: gallery,
    probes: Int32Array.from(searches, ({ image }) => image),
    mates: Int32Array.from(searches, ({ mate }) => mate),
    halves: Uint8Array.from(searches, ({ half }) => half),
  }
}

/** The images of each person, rising. */
function listImages(people: Int32Array): number[][] {
  const imagesOf: number[][] = []
  for (const [image, person] of people.entries()) {
    if (person < 0)
      throw new DataError(`openSetSplit: expected a person from 0 for image ${image}, got ${person}`)
    while (imagesOf.length <= person) imagesOf.push([])
    imagesOf[person]!.push(image)
  }
  return imagesOf
}
