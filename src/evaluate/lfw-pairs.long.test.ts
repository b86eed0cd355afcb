import { test } from 'vitest'
import { mutateLfwPairs } from '../../test/evaluate/mutate-lfw-pairs.ts'

test('parseLfwPairs(text) reads 10,000 seeded mutations, or refuses them in one clear line each', () =>
  mutateLfwPairs({ count: 10_000, seed: 2 }))
