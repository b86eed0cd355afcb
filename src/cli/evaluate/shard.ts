import { UsageError } from '../../errors.ts'

/** A share of a run: the `index`-th, from 1, of `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** Reads `i/n`, 1 ≤ i ≤ n ≤ 9999. @throws UsageError for anything else */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (!(index! >= 1 && index! <= count!))
    throw new UsageError(`--shard: expected i/n, from 1/n to n/n, got ${text}`)
  return { index: index!, count: count! }
}
