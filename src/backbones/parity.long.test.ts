import { describe, expect, it } from 'vitest'
import { errorBesideTorch, hasTorch } from '../../test/backbones/beside-torch.ts'

describe.skipIf(!hasTorch)('beside PyTorch itself (needs python3 with torch, or PYTHON)', () => {
  it.each([
    ['sfnet20', 96],
    ['sfnet64', 96],
    ['ir18', 112],
    ['ir50', 112],
    ['ir100', 112],
  ])('%s of full size gives the same features', async (name, width) => {
    expect(await errorBesideTorch(name, { height: 112, width, dimensions: 512 })).toBeLessThan(1e-3)
  })
})
