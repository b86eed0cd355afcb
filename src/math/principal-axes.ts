import { ShapeError } from '../errors.ts'
import type { Matrix } from './matrix.ts'
import { rng } from './rng.ts'

/** The directions in which rows vary most, and where each row lies along them. */
export interface PrincipalAxes {
  /** Coordinates about the mean: [rows, count]. */
  readonly coordinates: Matrix
  /** The share of the variance along each axis, 0 … 1, falling. */
  readonly shares: Float64Array
}

/**
 * Principal component analysis (Pearson 1901) by orthogonal iteration from a fixed start; the same rows give the same
 * coordinates. An axis has its largest coefficient positive.
 * @throws ShapeError for fewer rows or columns than axes, or a value that is not finite
 */
export function principalAxes(
  { data, rows, columns }: Matrix,
  { count = 2, rounds = 60 }: { readonly count?: number; readonly rounds?: number } = {},
): PrincipalAxes {
  if (columns < count || rows < 1)
    throw new ShapeError(`principal axes: expected ${count} columns or more, got [${rows}, ${columns}]`)
  if (!data.every(Number.isFinite))
    throw new ShapeError('principal axes: expected finite numbers, got others')
  const centred = Float64Array.from(data)
  for (let k = 0; k < columns; k++) {
    let mean = 0
    for (let i = 0; i < rows; i++) mean += centred[i * columns + k]! / rows
    for (let i = 0; i < rows; i++) centred[i * columns + k]! -= mean
  }
  const total = centred.reduce((sum, value) => sum + value * value, 0)
  const random = rng(0, 1)
  let axes: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  )
  orthonormalise(axes)
  for (let round = 0; round < rounds; round++) {
    axes = axes.map((axis) => scattered(centred, axis, rows))
    orthonormalise(axes)
  }
  for (const axis of axes) {
    const largest = axis.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
    if (largest < 0) axis.forEach((value, k) => void (axis[k] = -value))
  }
  const coordinates = new Float64Array(rows * count)
  const shares = new Float64Array(count)
  for (let i = 0; i < rows; i++)
    axes.forEach((axis, a) => {
      let dot = 0
      for (let k = 0; k < columns; k++) dot += centred[i * columns + k]! * axis[k]!
      coordinates[i * count + a] = dot
      if (total > 0) shares[a]! += (dot * dot) / total
    })
  return { coordinates: { data: coordinates, rows, columns: count }, shares }
}

/** XᵀX·v. */
function scattered(centred: Float64Array, v: Float64Array, rows: number): Float64Array {
  const columns = v.length
  const next = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    let dot = 0
    for (let k = 0; k < columns; k++) dot += centred[i * columns + k]! * v[k]!
    for (let k = 0; k < columns; k++) next[k]! += dot * centred[i * columns + k]!
  }
  return next
}

/** Gram and Schmidt, in place; what has no length left becomes 0. */
function orthonormalise(axes: readonly Float64Array[]): void {
  axes.forEach((axis, a) => {
    for (const before of axes.slice(0, a)) {
      let dot = 0
      for (let k = 0; k < axis.length; k++) dot += axis[k]! * before[k]!
      for (let k = 0; k < axis.length; k++) axis[k]! -= dot * before[k]!
    }
    const length = Math.hypot(...axis)
    for (let k = 0; k < axis.length; k++) axis[k] = length > 1e-150 ? axis[k]! / length : 0
  })
}
