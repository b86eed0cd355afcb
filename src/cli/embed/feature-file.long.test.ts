import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutateFeatureFiles, mutateNames, mutateNpy } from '../../../test/cli/mutate-features.ts'

test('5,000 seeded mutations of feature files are read, or refused in one clear line each, in bounded memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'feature-file-'))
  const before = process.memoryUsage().rss
  await mutateFeatureFiles(join(folder, 'x'), { count: 5000, seed: 2 })
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20)
  await rm(folder, { recursive: true })
})

test('20,000 seeded mutations of a .npy file are decoded, or refused in one clear line each', () =>
  mutateNpy({ count: 20_000, seed: 2 }))

test('20,000 seeded mutations of a list of names are matched, or refused in one clear line each', () =>
  mutateNames({ count: 20_000, seed: 2 }))
