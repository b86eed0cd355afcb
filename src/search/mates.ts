import { type Rows, score } from './score.ts'

/** The other rows of each row's person, by rising score. */
export interface Mates {
  /** Row i's mates are `start[i]` … `start[i + 1]` − 1. [P + 1] */
  readonly start: Int32Array
  /** Scores of each row's mates, rising. */
  readonly scores: Float64Array
  /** The place of each of `scores` among all ordered pairs, counted row by row, mates by their number. */
  readonly places: Int32Array
}

/** All ordered pairs (row, mate) of one person. `labels` [P] is the person of each row. */
export function findMates(rows: Rows, labels: Int32Array): Mates {
  const people = new Map<number, number[]>()
  labels.forEach((label, i) => {
    const own = people.get(label)
    if (own) own.push(i)
    else people.set(label, [i])
  })
  const start = new Int32Array(labels.length + 1)
  labels.forEach((label, i) => {
    start[i + 1] = start[i]! + people.get(label)!.length - 1
  })
  const scores = new Float64Array(start[labels.length]!)
  const places = new Int32Array(scores.length)
  labels.forEach((label, i) => {
    const first = start[i]!
    const mates = people.get(label)!.filter((j) => j !== i)
    const own = mates.map((j, k) => ({ value: score(rows, i, rows, j), place: first + k }))
    own.sort((x, y) => x.value - y.value)
    own.forEach(({ value, place }, k) => {
      scores[first + k] = value
      places[first + k] = place
    })
  })
  return { start, scores, places }
}
