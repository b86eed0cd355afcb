import { dotRows, type Matrix } from '../math/matrix.ts'
import { quantile } from '../math/quantile.ts'
import { rng } from '../math/rng.ts'

// Keeps this stream apart from every other: "chance" in ASCII.
const CHANCE = 0x6368616e6365

/** Sums of unit rows by label, [people, D], and how many rows each has. */
export interface PersonSums {
  readonly sums: Matrix
  readonly counts: Int32Array
}

/** Adds up the unit rows [N, D] of each label 0 … people − 1; rows that are missing (1 in `missing`) are left out. */
export function personSums(
  rows: Matrix,
  labels: ArrayLike<number>,
  { people, missing }: { readonly people: number; readonly missing: Uint8Array },
): PersonSums {
  const { columns } = rows
  const sums = { data: new Float64Array(people * columns), rows: people, columns }
  const counts = new Int32Array(people)
  for (let i = 0; i < rows.rows; i++) {
    if (missing[i]) continue
    const label = labels[i]!
    counts[label]!++
    for (let k = 0; k < columns; k++) sums.data[label * columns + k]! += rows.data[i * columns + k]!
  }
  return { sums, counts }
}

/**
 * The cosine of each unit row with the centre of the other rows of its label, [N]: how much an image looks like the person's
 * others. NaN for rows that are missing, and where there is no other.
 */
export function cosinesToOthers(
  rows: Matrix,
  labels: ArrayLike<number>,
  { sums, counts }: PersonSums,
  { missing }: { readonly missing: Uint8Array },
): Float64Array {
  return Float64Array.from({ length: rows.rows }, (_, i) => {
    const label = labels[i]!
    if (missing[i] || counts[label]! < 2) return Number.NaN
    // Of the sum S without x: (S − x)·x = S·x − 1, and |S − x|² = |S|² − 2 S·x + 1.
    const along = dotRows(rows, i, sums, label)
    const square = dotRows(sums, label, sums, label) - 2 * along + 1
    return (along - 1) / Math.sqrt(Math.max(square, Number.MIN_VALUE))
  })
}

/**
 * Below this a value lies far from the others: four standard deviations under the median, the deviation taken from the median
 * distance to it, which a few strays do not move (Hampel 1974). NaN are passed over; −∞ for none.
 */
export function farLimit(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return Number.NEGATIVE_INFINITY
  const median = quantile(known, 0.5)
  const deviation =
    1.4826 *
    quantile(
      known.map((value) => Math.abs(value - median)),
      0.5,
    )
  return median - 4 * deviation
}

/**
 * The cosines of the centres of two halves of each person's rows, [people]; NaN where there are fewer than two rows. What two
 * samples of one person look like, to judge by whether two people are one.
 */
export function halfCosines(
  rows: Matrix,
  labels: ArrayLike<number>,
  { people, missing }: { readonly people: number; readonly missing: Uint8Array },
): Float64Array {
  const seen = new Int32Array(people)
  const second = Uint8Array.from({ length: rows.rows }, (_, i) => (missing[i] ? 1 : seen[labels[i]!]!++ % 2))
  const first = Uint8Array.from(second, (isSecond, i) => (missing[i] || !isSecond ? 1 : 0))
  const halves = [second, first].map((absent) => personSums(rows, labels, { people, missing: absent }))
  const [a, b] = [halves[0]!.sums, halves[1]!.sums]
  return Float64Array.from({ length: people }, (_, p) =>
    seen[p]! < 2 ? Number.NaN : dotRows(a, p, b, p) / Math.sqrt(dotRows(a, p, a, p) * dotRows(b, p, b, p)),
  )
}

/**
 * The cosine that centres of two different people are not expected to reach in any of `pairs` comparisons: √(2 ln pairs) standard
 * deviations over the mean of cosines between rows of `centres` [P, D] (unit or zero), of which at most `most` are looked at,
 * spread over all. −1 for fewer than two rows.
 */
export function chanceLimit(
  centres: Matrix,
  { pairs, most = 200_000 }: { readonly pairs: number; readonly most?: number },
): number {
  const { rows } = centres
  const random = rng(0, CHANCE)
  const all = (rows * (rows - 1)) / 2
  if (all < 1) return -1
  let [count, sum, squares] = [0, 0, 0]
  const take = (i: number, j: number): void => {
    const cosine = dotRows(centres, i, centres, j)
    count++
    sum += cosine
    squares += cosine * cosine
  }
  if (all <= most) for (let i = 1; i < rows; i++) for (let j = 0; j < i; j++) take(i, j)
  else
    while (count < most) {
      const [i, j] = [random.below(rows), random.below(rows)]
      if (i !== j) take(i, j)
    }
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
  return mean + Math.sqrt(2 * Math.log(Math.max(1, pairs))) * deviation
}

/** Two people whose centres are near each other: row `left` of one matrix, row `right` of another. */
export interface NearPair {
  readonly left: number
  readonly right: number
  readonly cosine: number
}

/**
 * Rows of `a` [P, D] and `b` [Q, D], both unit (or zero), of a cosine of at least `least`, the nearest first. Gives way to
 * other work after each row of `a`.
 * @throws the signal's reason.
 */
export async function nearPairs(
  a: Matrix,
  b: Matrix,
  { least, signal }: { readonly least: number; readonly signal?: AbortSignal },
): Promise<NearPair[]> {
  const pairs: NearPair[] = []
  for (let left = 0; left < a.rows; left++) {
    for (let right = 0; right < b.rows; right++) {
      const cosine = dotRows(a, left, b, right)
      if (cosine >= least) pairs.push({ left, right, cosine })
    }
    if (left % 16 === 15) await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
  return pairs.sort((p, q) => q.cosine - p.cosine)
}
