import { DataError } from '../errors.ts'
import type { Pairs } from './pairs.ts'
import { sharedPeople } from './pairs-list.ts'
import { peopleOfPairs } from './people-of-pairs.ts'

/** Two lists of pairs over one list of images. */
export interface ListsOfPairs {
  readonly test: Pairs
  readonly train: Pairs
}

/**
 * Two lists of pairs over one list of images: those to be judged (LFW's pairsDevTest), and those on which the threshold is
 * chosen (pairsDevTrain). Neither has folds any more: all pairs of each are in fold 0. `images` begins with those of `test`.
 * `where` and `trainWhere` are what errors call the two.
 * @throws DataError for a pair that is in both, either way round: its threshold would be chosen on itself
 */
export function withTraining(
  test: Pairs,
  train: Pairs,
  { where = 'pairs', trainWhere = 'training pairs' } = {},
): ListsOfPairs {
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
  const lists = { test: over(test), train: over(train) }
  const keyOf = ({ left, right }: Pairs, p: number) =>
    Math.min(left[p]!, right[p]!) * images.length + Math.max(left[p]!, right[p]!)
  const known = new Set(Array.from(train.same, (_, p) => keyOf(lists.train, p)))
  const twice = test.same.findIndex((_, p) => known.has(keyOf(lists.test, p)))
  if (twice >= 0) {
    const [a, b] = [images[lists.test.left[twice]!], images[lists.test.right[twice]!]]
    throw new DataError(`${where}: expected other pairs than in ${trainWhere}, got ${a} and ${b} in both`)
  }
  return lists
}

/** How many people are in both lists, by the folders of the images; null where these tell nobody. */
export function peopleInBothLists({ test, train }: ListsOfPairs): number | null {
  const joined: Pairs = {
    images: test.images,
    left: Int32Array.from([...test.left, ...train.left]),
    right: Int32Array.from([...test.right, ...train.right]),
    same: Uint8Array.from([...test.same, ...train.same]),
    foldOf: Uint8Array.from([...test.foldOf, ...train.foldOf.map(() => 1)]),
    folds: 2,
  }
  const people = peopleOfPairs(joined)
  return people.over === 'people' ? sharedPeople(joined, people) : null
}
