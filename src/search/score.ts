/** Rows of float32 numbers, one after the other. */
export interface Rows {
  readonly data: Float32Array
  readonly columns: number
}

/** The score of rows `i` of `a` and `j` of `b`: −‖a − b‖², squared differences summed in float64 in index order. */
export function score(a: Rows, i: number, b: Rows, j: number): number {
  const { columns } = a
  const p = i * columns
  const q = j * columns
  let sum = 0
  for (let k = 0; k < columns; k++) {
    const difference = a.data[p + k]! - b.data[q + k]!
    sum += difference * difference
  }
  return -sum
}

/**
 * `score` of four pairs at once, into `out`: each sum waits for itself alone, so that four take little longer than one.
 * `i` and `j` hold the rows of a and b.
 */
export function fourScores(a: Rows, i: Int32Array, b: Rows, j: Int32Array, out: Float64Array): void {
  const { columns, data: p } = a
  const { data: q } = b
  const [p0, p1, p2, p3] = [i[0]! * columns, i[1]! * columns, i[2]! * columns, i[3]! * columns]
  const [q0, q1, q2, q3] = [j[0]! * columns, j[1]! * columns, j[2]! * columns, j[3]! * columns]
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let k = 0; k < columns; k++) {
    const d0 = p[p0 + k]! - q[q0 + k]!
    const d1 = p[p1 + k]! - q[q1 + k]!
    const d2 = p[p2 + k]! - q[q2 + k]!
    const d3 = p[p3 + k]! - q[q3 + k]!
    s0 += d0 * d0
    s1 += d1 * d1
    s2 += d2 * d2
    s3 += d3 * d3
  }
  out[0] = -s0
  out[1] = -s1
  out[2] = -s2
  out[3] = -s3
}

/** |row|² of each row, float64 [rows]. */
export function squaredNorms({ data, columns }: Rows): Float64Array {
  const norms = new Float64Array(data.length / columns)
  for (let i = 0; i < norms.length; i++) {
    let sum = 0
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k]! * data[k]!
    norms[i] = sum
  }
  return norms
}

const float32Unit = 2 ** -24
const float64Unit = 2 ** -53

/**
 * How far a score reckoned as 2·a·b in float32 (in any order, fused or not) and −|b|² − |a|² in float64 can lie from `score`,
 * for rows of D numbers with |a| and |b| up to the given lengths: γ(D + 8) = nu / (1 − nu) of the terms' absolute sum (Higham
 * 2002, lemma 3.1), the roundings of the rest, and what may be lost below the smallest normal number.
 */
export function errorBound(columns: number, { a, b }: { readonly a: number; readonly b: number }): number {
  const gamma = (unit: number): number => ((columns + 8) * unit) / (1 - (columns + 8) * unit)
  return 1.01 * (gamma(float32Unit) * 2 * a * b + 4 * gamma(float64Unit) * (a + b) ** 2) + columns * 1e-37
}

/**
 * How far a dot product of rows no longer than 1, rounded to float32 and summed there in any order, can lie from that in
 * float64: γ(D + 8) of the terms' absolute sum, which is at most 1, twice the float64 sum's own, and what may be lost below the
 * smallest normal number.
 */
export function dotErrorBound(columns: number): number {
  const n = columns + 8
  return 1.01 * ((n * float32Unit) / (1 - n * float32Unit) + 2 * n * float64Unit) + columns * 1e-37
}

/**
 * Which rows are far longer than most, more than four times the median length: 1 for each, unless that were more than a
 * sixteenth of them. Their error would widen the bound of all the others.
 */
export function longRows(norms: Float64Array): { readonly isLong: Uint8Array; readonly longest: number } {
  const median = norms.slice().sort()[Math.floor((norms.length - 1) / 2)] ?? 0
  const isLong = Uint8Array.from(norms, (norm) => (norm > 16 * median ? 1 : 0))
  if (isLong.reduce((sum, value) => sum + value, 0) > norms.length / 16) isLong.fill(0)
  let most = 0
  norms.forEach((norm, i) => {
    if (isLong[i] === 0 && norm > most) most = norm
  })
  return { isLong, longest: Math.sqrt(most) }
}

/** Length that a row may have at most: what is longer could overflow float32 arithmetic. */
export const longestAllowed = 1e15
