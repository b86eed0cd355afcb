import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { figures } from './figures-table.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/gallery.md', root), 'utf8')
const lines = [...page.matchAll(/^npx steradian figure (\S+) .*--out (\S+\.png)/gm)]

test('figures have names of their own, and say what they show in one line', () => {
  expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length)
  for (const { name, shows } of figures) {
    expect(name).toMatch(/^[a-z][a-z-]+$/)
    expect(shows).toMatch(/^[^\n]{20,120}$/)
  }
})

test('the gallery shows a picture under each of its lines, of a figure that there is', () => {
  expect(lines.length).toBeGreaterThan(5)
  const names = figures.map(({ name }) => name)
  for (const [, name, path] of lines) {
    expect(names).toContain(name)
    expect(existsSync(new URL(path!, root)), path).toBe(true)
    expect(page).toContain(`](${path!.replace('docs/', '')})`)
  }
})
