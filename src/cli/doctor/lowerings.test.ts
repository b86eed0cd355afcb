import { expect, test } from 'vitest'
import { chosenLowerings } from './lowerings.ts'

test('strided convolutions are im2col, the others Winograd, with small tiles where weights outweigh the map', () => {
  const forms = chosenLowerings().map(({ layer, form }) => `${layer}: ${form}`)
  expect(forms[0]).toBe('3 → 64 channels, 112x96, stride 2: im2col')
  expect(forms).toContain('64 → 64 channels, 56x48, stride 1: Winograd F(4×4, 3×3)')
  expect(forms).toContain('512 → 512 channels, 7x6, stride 1: Winograd F(2×2, 3×3)')
})

test('the batch decides with the map', () => {
  const last = (batch: number) => chosenLowerings({ batch }).at(-1)!.form
  expect(last(1)).toBe('Winograd F(2×2, 3×3)')
  expect(last(1024)).toBe('Winograd F(4×4, 3×3)')
})
