import { DataError } from '../errors.ts'
import type { Matrix } from '../math/matrix.ts'
import { score } from '../search/score.ts'

/** The pairs among MegaFace's probes. */
export interface ProbePairs {
  /** The ordered pairs (probe, mate) of one person, probe by probe, mates by rising index: probe i's are `start[i]` … `start[i + 1]` − 1. [P + 1] */
  readonly start: Int32Array
  /** The mate of each ordered pair. */
  readonly mate: Int32Array
  /** The scores of the unordered pairs of one person, falling. */
  readonly genuine: Float64Array
  /** For each ordered pair: how many of the images that stand for the other people score strictly higher than the mate. */
  readonly othersAbove: Int32Array
  readonly people: number
}

/** How many ordered pairs (probe, mate) of one person there are among labels [P], and the bytes that `probePairs` takes for them. */
export function pairsNeeded(labels: Int32Array): { readonly pairs: number; readonly bytes: number } {
  const sizes = imagesOfPeople(labels).map(({ length }) => length)
  const pairs = sizes.reduce((sum, size) => sum + size * (size - 1), 0)
  const [first = 0, second = 0] = sizes.sort((a, b) => b - a)
  // Mate, score and count of each pair, the genuine scores, and the scores of two people at a time.
  return { pairs, bytes: 20 * pairs + 8 * first * second + 4 * (labels.length + 1) }
}

/**
 * The pairs of one person among the probes [P, D] under their labels [P], with their scores −‖a − b‖² (float64 sums, in
 * index order, of squared differences of float32 numbers). The gallery of the traditional CMC has one image a person:
 * where the mate is its person's k-th image (from 0), image k mod n stands for each other person of n images. Holds the
 * scores of the images of two people at a time, and 20 bytes an ordered pair.
 * @throws DataError when no person has two images, or when there are 2³¹ ordered pairs or more
 */
export function probePairs({ data, rows, columns }: Matrix, labels: Int32Array): ProbePairs {
  const { pairs: count } = pairsNeeded(labels)
  if (count === 0) throw new DataError('probes: expected a person with two images or more, got none')
  if (count >= 2 ** 31)
    throw new DataError(`probes: expected less than 2147483648 ordered pairs, got ${count}`)
  const probe = { data: data instanceof Float32Array ? data : Float32Array.from(data), columns }
  const people = imagesOfPeople(labels)
  const start = new Int32Array(rows + 1)
  for (const own of people) for (const i of own) start[i + 1] = own.length - 1
  for (let i = 0; i < rows; i++) start[i + 1] = start[i + 1]! + start[i]!

  const mate = new Int32Array(count)
  const scores = new Float64Array(count)
  const genuine = new Float64Array(count / 2)
  let found = 0
  for (const own of people)
    for (const [k, i] of own.entries())
      for (const [l, j] of own.entries()) {
        if (j === i) continue
        // A probe's mates are all of its person but itself.
        const at = start[i]! + (l < k ? l : l - 1)
        mate[at] = j
        scores[at] = l < k ? scores[start[j]! + k - 1]! : score(probe, i, probe, j)
        if (l > k) genuine[found++] = scores[at]!
      }
  const othersAbove = new Int32Array(count)
  /** Counts, for the mate at each place of `own`, the image of another person that stands for all `n` of theirs. */
  const addAbove = (own: readonly number[], n: number, scoreOf: (k: number, l: number) => number): void => {
    for (let k = 0; k < own.length; k++)
      for (let l = 0; l < own.length; l++) {
        if (l === k) continue
        const at = start[own[k]!]! + (l < k ? l : l - 1)
        if (scoreOf(k, l % n) > scores[at]!) othersAbove[at]!++
      }
  }
  // Nothing is counted between two people of one image each.
  const mated = people.filter(({ length }) => length > 1)
  const each = [...mated, ...people.filter(({ length }) => length === 1)]
  for (const [p, own] of mated.entries())
    for (let q = p + 1; q < each.length; q++) {
      const others = each[q]!
      const between = new Float64Array(own.length * others.length)
      for (let at = 0, k = 0; k < own.length; k++)
        for (let l = 0; l < others.length; l++) between[at++] = score(probe, own[k]!, probe, others[l]!)
      addAbove(own, others.length, (k, l) => between[k * others.length + l]!)
      addAbove(others, own.length, (l, k) => between[k * others.length + l]!)
    }
  return { start, mate, genuine: genuine.sort().reverse(), othersAbove, people: people.length }
}

/** The images of each person, rising; people in the order of their first. */
function imagesOfPeople(labels: Int32Array): number[][] {
  const people = new Map<number, number[]>()
  labels.forEach((label, i) => {
    const own = people.get(label)
    if (own) own.push(i)
    else people.set(label, [i])
  })
  return [...people.values()]
}
