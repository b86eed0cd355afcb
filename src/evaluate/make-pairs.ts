import { DataError, UsageError } from '../errors.ts'
import { permutation, rng } from '../math/rng.ts'
import type { Pairs } from './pairs.ts'

export interface MakePairsOptions {
  /** How many folds, 2 … 255. */
  folds?: number
  /** How many genuine pairs a fold holds, and how many impostor pairs. */
  pairsPerFold?: number
  seed?: number
  /** The names of the images, [N]; their indices by default. */
  images?: readonly string[]
}

/**
 * Draws pairs to verify, as LFW's view 2 was drawn (Huang et al. 2007): the people are dealt at random into folds that share
 * nobody; a genuine pair is a random person with two images or more and two of their images, an impostor pair two random
 * people and an image of each; no pair comes twice. `labels` [N] is the person of each image. Each fold holds its genuine
 * pairs, then its impostor pairs. A pure function of its arguments.
 * @throws UsageError for folds outside 2 … 255 or pairs below 1; DataError where a fold's people cannot give as many pairs
 */
export function makePairs(
  labels: Int32Array,
  {
    folds = 10,
    pairsPerFold = 300,
    seed = 0,
    images = Array.from(labels, (_, i) => String(i)),
  }: MakePairsOptions = {},
): Pairs {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 255))
    throw new UsageError(`makePairs: expected 2 to 255 folds, got ${folds}`)
  if (!(Number.isInteger(pairsPerFold) && pairsPerFold >= 1))
    throw new UsageError(`makePairs: expected 1 pair a fold or more, got ${pairsPerFold}`)
  const imagesOf = new Map<number, number[]>()
  for (const [i, label] of labels.entries()) {
    if (!imagesOf.has(label)) imagesOf.set(label, [])
    imagesOf.get(label)!.push(i)
  }
  const people = [...imagesOf.keys()].sort((a, b) => a - b).map((label) => imagesOf.get(label)!)
  const dealt = permutation(people.length, rng(seed, 0))

  const pairs: { first: number; second: number; same: 0 | 1; fold: number }[] = []
  for (let fold = 0; fold < folds; fold++) {
    const members = [...dealt].filter((_, k) => k % folds === fold).map((person) => people[person]!)
    const several = members.filter((own) => own.length > 1)
    const imageCount = members.reduce((total, own) => total + own.length, 0)
    const genuinePossible = members.reduce((total, own) => total + (own.length * (own.length - 1)) / 2, 0)
    const impostorPossible = (imageCount * (imageCount - 1)) / 2 - genuinePossible
    if (Math.min(genuinePossible, impostorPossible) < pairsPerFold)
      throw new DataError(
        `makePairs: expected ${pairsPerFold} genuine and impostor pairs in fold ${fold + 1} of ${folds} (${members.length} people, ${imageCount} images), got ${genuinePossible} and ${impostorPossible}`,
      )
    const random = rng(seed, 1, fold)
    const drawTwo = (n: number): [number, number] => {
      const a = random.below(n)
      const b = random.below(n - 1)
      return [a, b < a ? b : b + 1]
    }
    const drawGenuine = (): [number, number] => {
      const own = several[random.below(several.length)]!
      const [a, b] = drawTwo(own.length)
      return [own[a]!, own[b]!]
    }
    const drawImpostor = (): [number, number] => {
      const [one, other] = drawTwo(members.length).map((person) => members[person]!) as [number[], number[]]
      return [one[random.below(one.length)]!, other[random.below(other.length)]!]
    }
    for (const [same, draw] of [
      [1, drawGenuine],
      [0, drawImpostor],
    ] as const) {
      const seen = new Set<string>()
      while (seen.size < pairsPerFold) {
        const [first, second] = draw()
        const key = `${Math.min(first, second)} ${Math.max(first, second)}`
        if (seen.has(key)) continue
        seen.add(key)
        pairs.push({ first, second, same, fold })
      }
    }
  }
  return {
    images,
    left: Int32Array.from(pairs, (pair) => pair.first),
    right: Int32Array.from(pairs, (pair) => pair.second),
    same: Uint8Array.from(pairs, (pair) => pair.same),
    foldOf: Uint8Array.from(pairs, (pair) => pair.fold),
    folds,
  }
}
