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

/**
 * The pairs of one person among the probes [P, D] under their labels [P], with their scores −‖a − b‖² (float64 sums, in
 * index order, of squared differences of float32 numbers). The gallery of the traditional CMC has one image a person:
 * where the mate is its person's k-th image (from 0), image k mod n stands for each other person of n images. Holds all
 * scores of probes with probes: 8·P² bytes.
 * @throws DataError when no person has two images
 */
export function probePairs({ data, rows, columns }: Matrix, labels: Int32Array): ProbePairs {
  const probe = { data: data instanceof Float32Array ? data : Float32Array.from(data), columns }
  const people = new Map<number, number[]>()
  for (let i = 0; i < rows; i++) {
    const own = people.get(labels[i]!)
    if (own) own.push(i)
    else people.set(labels[i]!, [i])
  }
  const start = new Int32Array(rows + 1)
  for (let i = 0; i < rows; i++) start[i + 1] = start[i]! + people.get(labels[i]!)!.length - 1
  const count = start[rows]!
  if (count === 0) throw new DataError('probes: expected a person with two images or more, got none')

  const scores = new Float64Array(rows * rows)
  const genuine = new Float64Array(count / 2)
  let found = 0
  for (let i = 0; i < rows; i++)
    for (let j = i + 1; j < rows; j++) {
      const value = score(probe, i, probe, j)
      scores[i * rows + j] = value
      scores[j * rows + i] = value
      if (labels[i] === labels[j]) genuine[found++] = value
    }

  const mate = new Int32Array(count)
  const othersAbove = new Int32Array(count)
  for (let i = 0; i < rows; i++) {
    const own = people.get(labels[i]!)!
    const others = [...people.values()].filter((images) => images !== own)
    let at = start[i]!
    for (const [k, j] of own.entries()) {
      if (j === i) continue
      const value = scores[i * rows + j]!
      let above = 0
      for (const images of others) if (scores[i * rows + images[k % images.length]!]! > value) above++
      mate[at] = j
      othersAbove[at++] = above
    }
  }
  return { start, mate, genuine: genuine.sort().reverse(), othersAbove, people: people.size }
}
