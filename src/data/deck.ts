import { permutation, type Random } from '../math/rng.ts'

/** Deals 0 … n − 1 in shuffled passes: nothing comes again before everything has come. */
export interface Deck {
  /**
   * The next `count` of them, int32 [count]. Within a hand nothing comes twice where n suffices; otherwise all come equally
   * often, or one time more.
   */
  hand(count: number): Int32Array
}

/** A deck of `size` (at least 1), shuffled anew for each pass by `random`. */
export function deck(size: number, random: Random): Deck {
  let order = permutation(size, random)
  let dealt = 0
  return {
    hand(count) {
      const hand = new Int32Array(count)
      for (let i = 0; i < count; i++) {
        if (dealt === size) {
          order = rarestFirst(permutation(size, random), hand.subarray(0, i))
          dealt = 0
        }
        hand[i] = order[dealt++]!
      }
      return hand
    },
  }
}

/** A new pass that begins within a hand: what the hand has fewest of comes first, else as shuffled. */
function rarestFirst(order: Int32Array, hand: Int32Array): Int32Array {
  if (hand.length === 0) return order
  const times = new Map<number, number>()
  for (const item of hand) times.set(item, (times.get(item) ?? 0) + 1)
  const timesOf = (item: number): number => times.get(item) ?? 0
  // An array's sort is stable.
  return Int32Array.from([...order].sort((a, b) => timesOf(a) - timesOf(b)))
}
