import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { notes } from '../docs/losses-notes.ts'
import { lossesPage, madeBelow } from '../docs/losses-page.ts'
import { losses } from '../src/losses/index.ts'

const docs = new URL('../docs/', import.meta.url)
const names = losses.map(({ name }) => name)

test('docs/losses.md says of every loss what the loss says of itself (npx node docs/losses.ts makes it again)', () => {
  const [, made] = readFileSync(new URL('losses.md', docs), 'utf8').split(madeBelow)
  expect(madeBelow + made).toBe(lossesPage())
})

test('every loss has a note and a picture of its curve, and there are no others', () => {
  expect(Object.keys(notes).sort()).toEqual(names.toSorted())
  expect(readdirSync(new URL('losses/', docs)).sort()).toEqual(names.map((name) => `${name}.png`).sort())
})
