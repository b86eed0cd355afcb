import { ShapeError } from '../errors.ts'

/** `rows` vectors of `columns` numbers each, one after the other: [rows, columns]. */
export interface Matrix {
  readonly data: Float32Array | Float64Array
  readonly rows: number
  readonly columns: number
}

/**
 * A matrix over `data` (not copied), `columns` numbers a row.
 * @throws ShapeError when the data does not divide into rows
 */
export function matrix(data: Float32Array | Float64Array, columns: number): Matrix {
  const rows = data.length / columns
  if (!(columns >= 1) || !Number.isInteger(rows))
    throw new ShapeError(`matrix: expected a multiple of ${columns} numbers, got ${data.length}`)
  return { data, rows, columns }
}

/** Each row divided by its length, as float64 [rows, columns]; a row of zeros stays zeros. */
export function unitRows(a: Matrix): Matrix {
  const unit = new Float64Array(a.rows * a.columns)
  for (let start = 0; start < unit.length; start += a.columns) {
    let square = 0
    for (let i = start; i < start + a.columns; i++) square += a.data[i]! ** 2
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let i = start; i < start + a.columns; i++) unit[i] = a.data[i]! * scale
  }
  return { data: unit, rows: a.rows, columns: a.columns }
}

/** The dot product of row `i` of `a` and row `j` of `b`, summed in float64 in index order. */
export function dotRows(a: Matrix, i: number, b: Matrix, j: number): number {
  const p = i * a.columns
  const q = j * b.columns
  let dot = 0
  for (let k = 0; k < a.columns; k++) dot += a.data[p + k]! * b.data[q + k]!
  return dot
}

/**
 * The rows of `a` and `b` side by side: [rows, columns of a + columns of b], float32 where both are, else float64.
 * @throws ShapeError when the numbers of rows differ
 */
export function besideRows(a: Matrix, b: Matrix): Matrix {
  if (a.rows !== b.rows) throw new ShapeError(`besideRows: expected ${a.rows} rows, got ${b.rows}`)
  const columns = a.columns + b.columns
  const isSingle = a.data instanceof Float32Array && b.data instanceof Float32Array
  const data = new (isSingle ? Float32Array : Float64Array)(a.rows * columns)
  for (let i = 0; i < a.rows; i++) {
    data.set(a.data.subarray(i * a.columns, (i + 1) * a.columns), i * columns)
    data.set(b.data.subarray(i * b.columns, (i + 1) * b.columns), i * columns + a.columns)
  }
  return { data, rows: a.rows, columns }
}
