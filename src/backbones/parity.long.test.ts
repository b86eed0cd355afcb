import { describe, expect, it } from 'vitest'
import { errorBesideTorch, hasTorch } from '../../test/backbones/beside-torch.ts'

describe.skipIf(!hasTorch)('beside PyTorch itself (needs python3 with torch, or PYTHON)', () => {
  it.each([
    ['sfnet20', 96, 512],
    ['sfnet64', 96, 512],
    ['ir18', 112, 512],
    ['ir50', 112, 512],
    ['ir100', 112, 512],
    ['mobilefacenet', 112, 128],
  ])('%s of full size gives the same features', async (name, width, dimensions) => {
    expect(await errorBesideTorch(name, { height: 112, width, dimensions })).toBeLessThan(1e-3)
  })
})
