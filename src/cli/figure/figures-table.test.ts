import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { steradian } from '../../../test/cli/steradian.ts'
import { figures } from './figures-table.ts'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/gallery.md', root), 'utf8')
const lines = [...page.matchAll(/^npx steradian figure (\S+) .*--out (\S+\.png).*/gm)]

test('figures have names of their own, and say what they show in one line', () => {
  expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length)
  for (const { name, shows } of figures) {
    expect(name).toMatch(/^[a-z][a-z-]+$/)
    expect(shows).toMatch(/^[^\n]{20,120}$/)
  }
})

test('the gallery shows every figure', () => {
  expect(new Set(lines.map(([, name]) => name))).toEqual(new Set(figures.map(({ name }) => name)))
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

describe('the lines of the gallery that need no run and train nothing', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gallery-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const cheap = lines.map(([line]) => line).filter((line) => !/ runs\/| (sphere|norms|angles) /.test(line))

  test('are six', () => {
    expect(cheap).toHaveLength(6)
  })

  test.each(cheap)('%s', async (line) => {
    const words = line.split(' ').slice(2)
    const out = join(folder, words[words.indexOf('--out') + 1]!.replaceAll('/', '-'))
    words[words.indexOf('--out') + 1] = out
    const { code, stderr } = await steradian(...words)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // The picture of the page is what the line makes (if not: npx node docs/gallery.ts NAME).
    const name = out.slice(out.lastIndexOf('docs-gallery-') + 'docs-gallery-'.length)
    const pixels = async (path: string | URL) =>
      sharp(readFileSync(path)).greyscale().raw().toBuffer({ resolveWithObject: true })
    const [made, shown] = [await pixels(out), await pixels(new URL(`docs/gallery/${name}`, root))]
    expect(made.info).toEqual(shown.info)
    const differing = made.data.filter((value, i) => Math.abs(value - shown.data[i]!) > 40)
    expect(differing.length).toBeLessThan(1e-4 * made.data.length)
  })
})
