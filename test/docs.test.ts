import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md', 'recipes/*.md'], { cwd: root })
/** What a reader sees: without comments. */
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8').replaceAll(/<!--.*?-->/gs, '')

describe('the documents', () => {
  it.each(pages)('%s links to files that exist', (page) => {
    const targets = Array.from(textOf(page).matchAll(/\]\(([^)#]+)[^)]*\)/g), (match) => match[1]!)
    const broken = targets.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(page), target)),
    )
    expect(broken).toEqual([])
  })

  it('number the decisions without a gap, each under its number', () => {
    const decisions = globSync('docs/decisions/*.md', { cwd: root }).sort()
    expect(decisions.length).toBeGreaterThan(0)
    decisions.forEach((page, i) => {
      expect(page).toContain(String(i + 1).padStart(4, '0'))
      expect(textOf(page)).toMatch(new RegExp(`^# ${i + 1}\\. `))
    })
  })

  it('name every folder of the sources in the architecture', () => {
    const folders = globSync('src/*/', { cwd: root }).map((folder) => folder.split(/[\\/]/)[1]!)
    expect(folders.length).toBeGreaterThan(10)
    const text = textOf('docs/architecture.md')
    expect(folders.filter((name) => !new RegExp(`^\\| \`${name}\` +\\|`, 'm').test(text))).toEqual([])
  })
})
