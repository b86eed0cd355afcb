/** The errors that a user can cause. Each message is one line: `where: what, with the values`. */

/** Tensors whose shapes or dtypes do not fit; thrown while a graph is built. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** A file, folder, list or picture that is not what it should be. The command line exits with code 2. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** An option or argument outside its domain. The command line exits with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Numbers that went wrong while training (NaN, infinity). The command line exits with code 1. */
export class NumericError extends Error {
  override readonly name = 'NumericError'
}
