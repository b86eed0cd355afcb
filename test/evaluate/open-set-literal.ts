import type { OpenSetSplit } from '../../src/evaluate/open-set-split.ts'

/** Plain vectors: a feature an image. */
export type Features = readonly (readonly number[])[]

const unit = (v: readonly number[]): number[] => {
  let square = 0
  for (const x of v) square += x * x
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  return v.map((x) => x * scale)
}
const dot = (a: readonly number[], b: readonly number[]): number => {
  let sum = 0
  for (const [k, x] of a.entries()) sum += x * b[k]!
  return sum
}

/** A search as the rules of open-set identification put it, with every candidate's score. */
export interface LiteralSearch {
  readonly image: number
  readonly half: number
  readonly mate: number
  readonly scores: readonly { readonly enrolled: number; readonly score: number }[]
}

/** Every search of a split, each with every candidate of the whole gallery or of its own half. */
export function literalSearches(
  features: Features,
  split: OpenSetSplit,
  { own = false } = {},
): LiteralSearch[] {
  const galleryTemplates = split.galleryImages.map((images) => {
    let sum = features[0]!.map(() => 0)
    for (const image of images) sum = sum.map((x, k) => x + unit(features[image]!)[k]!)
    return unit(sum)
  })
  return Array.from(split.probes, (image, s) => {
    const half = split.halves[s]!
    const candidates = galleryTemplates
      .map((template, enrolled) => ({ enrolled, score: dot(unit(features[image]!), template) }))
      .filter(({ enrolled }) => !own || (enrolled < split.enrolledToChoose ? 0 : 1) === half)
    return { image, half, mate: split.mates[s]!, scores: candidates }
  })
}

/** Whether a search returns anyone at or above the threshold. */
const returnsAnyone = ({ scores }: LiteralSearch, threshold: number): boolean =>
  scores.some(({ score }) => score >= threshold)

/** Whether the mate is among the best R (a tie against it) at or above the threshold. */
const findsMate = ({ mate, scores }: LiteralSearch, threshold: number, rank: number): boolean => {
  const own = scores.find(({ enrolled }) => enrolled === mate)!.score
  const before = scores.filter(({ enrolled, score }) => enrolled !== mate && score >= own).length
  return before < rank && own >= threshold
}

const share = <T>(all: readonly T[], isCounted: (one: T) => boolean): number =>
  all.filter(isCounted).length / all.length

export const literalFpir = (searches: readonly LiteralSearch[], threshold: number): number =>
  share(
    searches.filter(({ mate }) => mate < 0),
    (search) => returnsAnyone(search, threshold),
  )

export const literalFnir = (searches: readonly LiteralSearch[], threshold: number, rank: number): number =>
  share(
    searches.filter(({ mate }) => mate >= 0),
    (search) => !findsMate(search, threshold, rank),
  )

/** Every score that occurs, and Infinity. */
export const literalThresholds = (searches: readonly LiteralSearch[]): number[] => [
  ...new Set(searches.flatMap(({ scores }) => scores.map(({ score }) => score))),
  Number.POSITIVE_INFINITY,
]
