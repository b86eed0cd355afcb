/** Pairs of images to verify, in folds. */
export interface Pairs {
  /** The names of the images that the pairs refer to. */
  readonly images: readonly string[]
  /** The index in `images` of each pair's first and second image, [P]. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** 1 for a genuine pair (one person), 0 for an impostor pair (two people), [P]. */
  readonly same: Uint8Array
  /** The fold of each pair, 0 … folds − 1, [P]. */
  readonly foldOf: Uint8Array
  readonly folds: number
}
