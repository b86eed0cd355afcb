import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds wrong with a page, a line each: the rule, how bad it is, and the first element that breaks it. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(source)
  return (await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) =>
      [id, impact, nodes.length, nodes[0].html.slice(0, 200)].join(', ')))`,
  )) as string[]
}
