/**
 * Draws the picture of the README: the figures of a report that `npm start` wrote, its ROC, folds and angles.
 *
 *     npm start && npx node docs/picture.ts
 */
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { launchBrowser } from '../test/browser.ts'

const [report = 'report.html', out = fileURLToPath(new URL('picture.png', import.meta.url))] =
  process.argv.slice(2)
const { browser, close } = await launchBrowser()
try {
  const tab = await browser.newPage({ viewport: { width: 1000, height: 800 }, deviceScaleFactor: 1.5 })
  await tab.emulateMedia({ colorScheme: 'light' })
  await tab.goto(pathToFileURL(resolve(report)).href)
  const figures = tab.locator('#evaluation-1 .figures')
  const [first, last] = [await figures.first().boundingBox(), await figures.last().boundingBox()]
  if (!first || !last) throw new Error(`${report}: no report of the main job, its figures are missing`)
  const margin = 16
  const [top, bottom] = [first.y - margin, last.y + last.height + margin]
  const clip = { x: 0, y: top, width: 1000, height: bottom - top }
  await tab.screenshot({ path: out, fullPage: true, clip })
} finally {
  await close()
}
