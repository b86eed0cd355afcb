import { test } from 'vitest'
import { mutateLists } from '../../test/evaluate/mutate-lists.ts'

test('parsePairsList(text) reads 5,000 seeded mutations, or refuses them in one clear line', () =>
  mutateLists('pairs', { count: 5000, seed: 2 }))
