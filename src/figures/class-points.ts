/** Vectors of some classes with the prototypes of these, as a toy experiment gives them. */
export interface ClassPoints {
  /** What made them: `LMCL, m = 0.2`. */
  readonly title: string
  /** Vectors, not normalised, one after the other: [N, D]. */
  readonly features: ArrayLike<number>
  /** The class of each, from 0: [N]. */
  readonly labels: ArrayLike<number>
  /** [C, D]; left out where there are none. */
  readonly prototypes?: ArrayLike<number>
  /** D. */
  readonly dimensions: number
  /** What the classes are called: [C]. */
  readonly classNames: readonly string[]
}

/** Directions [M, D] of length 1 with the class of each, and how many rows have none (zero, NaN, infinite). */
export interface Directions {
  readonly unit: readonly (readonly number[])[]
  readonly labels: readonly number[]
  readonly skipped: number
}

/** The rows divided by their lengths; those that have none are left out. */
export function directionsOf({ features, labels, dimensions }: ClassPoints): Directions {
  const unit: number[][] = []
  const kept: number[] = []
  for (let i = 0; i < labels.length; i++) {
    const row = unitRow(features, i, dimensions)
    if (row === null) continue
    unit.push(row)
    kept.push(labels[i]!)
  }
  return { unit, labels: kept, skipped: labels.length - kept.length }
}

/** The directions of the prototypes, null for one that has none. */
export const prototypeDirections = ({
  prototypes = [],
  dimensions,
}: ClassPoints): readonly (readonly number[] | null)[] =>
  Array.from({ length: prototypes.length / dimensions }, (_, c) => unitRow(prototypes, c, dimensions))

/** Row `i` of length 1, or null where it has no direction. */
function unitRow(rows: ArrayLike<number>, i: number, dimensions: number): number[] | null {
  const row = Array.from({ length: dimensions }, (_, k) => rows[i * dimensions + k]!)
  const length = Math.hypot(...row)
  return length > 0 && Number.isFinite(length) ? row.map((value) => value / length) : null
}
