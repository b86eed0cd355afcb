import type { Pairs } from './pairs.ts'

/**
 * Two lists of pairs over one list of images: those to be judged (LFW's pairsDevTest), and those on which the threshold is
 * chosen (pairsDevTrain). Neither has folds any more: all pairs of each are in fold 0. `images` begins with those of `test`.
 */
export function withTraining(test: Pairs, train: Pairs): { readonly test: Pairs; readonly train: Pairs } {
  const images = [...new Set([...test.images, ...train.images])]
  const indexOf = new Map(images.map((name, index) => [name, index]))
  const over = (pairs: Pairs): Pairs => ({
    images,
    left: pairs.left.map((image) => indexOf.get(pairs.images[image]!)!),
    right: pairs.right.map((image) => indexOf.get(pairs.images[image]!)!),
    same: pairs.same,
    foldOf: new Uint8Array(pairs.same.length),
    folds: 1,
  })
  return { test: over(test), train: over(train) }
}
