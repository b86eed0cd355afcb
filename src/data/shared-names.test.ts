import { expect, test } from 'vitest'
import { sharedNames } from './shared-names.ts'

test('names are one but for case, accents and what stands between words, and nothing else', () => {
  const there = ['Jose_Diaz', 'AJ_Cook', 'Li_Na', '王菲', 'Ann_Lee']
  expect(sharedNames(['José Díaz', 'a.j. cook', 'LI-NA', '王菲', 'Ann_Leed', 'Lee Ann'], there)).toEqual([
    { here: 'José Díaz', there: 'Jose_Diaz' },
    { here: 'LI-NA', there: 'Li_Na' },
    { here: '王菲', there: '王菲' },
  ])
})
