import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DataError } from '../../errors.ts'
import { fontFiles } from './figure-font.ts'
import { fontCharacters } from './font-characters.ts'

test.each(fontFiles)('%s has the letters of formulas, Greek and Cyrillic, and no CJK', (path) => {
  const has = fontCharacters(readFileSync(path))
  const is = (text: string) => [...text].map((character) => has(character.codePointAt(0)!))
  expect(new Set(is('Aaz09 θψλ‖₁₂√π−°…ЯжéßőŁ≥≤'))).toEqual(new Set([true]))
  expect(new Set(is('漢字かな한글😀\u0007'))).toEqual(new Set([false]))
})

test('fontCharacters(bytes) refuses a file without a table of characters', () => {
  expect(() => fontCharacters(new Uint8Array(64))).toThrow(DataError)
})
