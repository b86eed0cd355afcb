import { expect, it } from 'vitest'
import { megafaceFiles, mutateMegaface } from '../../test/evaluate/mutate-megaface.ts'

it.each(megafaceFiles)(
  '2,000 damaged %s files are read or refused in one line, in bounded memory',
  async (kind) => {
    const before = process.memoryUsage().rss
    await expect(mutateMegaface(kind, { count: 2000, seed: 2 })).resolves.toBeUndefined()
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28)
  },
)
