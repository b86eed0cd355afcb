import { test } from 'vitest'
import { mutateBins } from '../../test/data/mutate-bins.ts'

test('parseVerificationBin(bytes) refuses 20,000 seeded mutations in one clear line each, or reads them', () =>
  mutateBins({ count: 20_000, seed: 2 }))
