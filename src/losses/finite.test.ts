import { expect, test } from 'vitest'
import { byName, unfiniteOf } from '../../test/losses/finite.ts'

test.each(byName)(
  '%s is finite, with its gradients and its state, on 100 random batches',
  async (_, entry) => {
    expect(await unfiniteOf(entry, { batches: 100 })).toEqual([])
  },
)
