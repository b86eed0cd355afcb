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
 * How far a score reckoned as 2·a·b − |b|² in float32 (in any order, fused or not) and −|a|² in float64 can lie from `score`,
 * for rows of D numbers with |a| and |b| up to the given lengths: γ(D + 2) of the terms' absolute sum (Higham 2002, 3.1), and
 * the roundings of the rest.
 */
export function errorBound(columns: number, { a, b }: { readonly a: number; readonly b: number }): number {
  const terms = 2 * a * b + b * b
  return 1.01 * ((columns + 8) * float32Unit * terms + 4 * (columns + 8) * float64Unit * (a + b) ** 2) + 1e-35
}
