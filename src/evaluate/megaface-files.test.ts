import { expect, it } from 'vitest'
import { megafaceFiles, mutateMegaface } from '../../test/evaluate/mutate-megaface.ts'

it.each(megafaceFiles)(
  'damaged %s files are read as far as they make sense, or refused in one line',
  async (kind) => {
    await expect(mutateMegaface(kind, { count: 100, seed: 1 })).resolves.toBeUndefined()
  },
)
