import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, launchBrowser } from '../../../test/browser.ts'
import { steradian } from '../../../test/cli/steradian.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'figure-sphere-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tiny = ['--classes', '3', '--per-class', '12', '--start', '20', '--steps', '10']

describe('steradian figure sphere, norms and angles', () => {
  test('train, and write the picture with the numbers it shows', async () => {
    const [svg, csv] = [join(folder, 'a.svg'), join(folder, 'a.csv')]
    const losses = ['--loss', 'softmax', 'lmcl:0.2']
    const { code } = await steradian('figure', 'sphere', ...tiny, ...losses, '--out', svg, '--out', csv)
    expect(code).toBe(0)
    expect(readFileSync(svg, 'utf8')).toMatch(
      /LMCL, m = 0\.2: 36 points of 3 classes; the largest angle within a class is [\d.]+°/,
    )
    const rows = readFileSync(csv, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.replace(/"[^"]*"/g, 'L').split(','))
    expect(rows[0]).toEqual(['loss', 'what', 'class', 'x', 'y', 'z', 'degrees', 'pairs'])
    expect(rows.every((row) => row.length === 8)).toBe(true)
    const of = (what: string) => rows.filter(([, name]) => name === what)
    expect([of('feature').length, of('prototype').length]).toEqual([72, 6])
    // All pairs of 36, for each of the two losses.
    const pairs = [...of('pairs within from'), ...of('pairs between from')].map((row) => Number(row[7]))
    expect(pairs.reduce((a, b) => a + b)).toBe(2 * 630)
    for (const name of ['norms', 'angles']) {
      const out = join(folder, `${name}.csv`)
      const ended = await steradian('figure', name, ...tiny, '--loss', 'softmax', '--out', out)
      expect({ name, code: ended.code }).toEqual({ name, code: 0 })
      expect(readFileSync(out, 'utf8').split('\n').length).toBeGreaterThan(30)
    }
  })

  test('warns of a margin that cannot be met, and refuses a loss that there is not', async () => {
    const out = ['--out', join(folder, 'b.svg')]
    const eight = ['--classes', '8', '--per-class', '4', '--start', '0', '--steps', '1']
    const { stderr } = await steradian('figure', 'sphere', ...eight, '--loss', 'lmcl:0.35', ...out)
    expect(stderr).toContain(
      'LMCL, m = 0.35: margin: 8 classes in 2 dimensions cannot all meet more than 0.2929, got 0.35',
    )
    const refused = await steradian('figure', 'sphere', '--loss', 'lmlc', ...out)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('did you mean lmcl?')
  })
})

describe.skipIf(!hasBrowser)('the page of a sphere, in a browser', () => {
  test('turns by the arrow keys and by the mouse, all spheres together, and turns back', async () => {
    const page = join(folder, 'turn.html')
    const drawn = await steradian(
      'figure',
      'sphere',
      ...tiny,
      '--dimensions',
      '3',
      '--loss',
      'softmax',
      'nsl',
      '--out',
      page,
    )
    expect(drawn.code).toBe(0)
    const { browser, close } = await launchBrowser()
    try {
      const tab = await browser.newPage()
      const errors: string[] = []
      tab.on('pageerror', (error) => errors.push(error.message))
      tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await tab.goto(pathToFileURL(page).href)
      const paths = () =>
        tab.$$eval('[data-ball] path', (found) => found.map((path) => path.getAttribute('d')))
      const start = await paths()
      const half = start.length / 2
      const isOnSphere = () => tab.evaluate('document.activeElement.dataset.ball === "0"')
      for (let i = 0; i < 5 && !(await isOnSphere()); i++) await tab.keyboard.press('Tab')
      expect(await isOnSphere()).toBe(true)
      await tab.keyboard.press('ArrowRight')
      await expect.poll(async () => (await paths())[0]).not.toBe(start[0])
      const turned = await paths()
      expect(turned).toHaveLength(start.length)
      expect(turned[half]).not.toBe(start[half])
      await tab.keyboard.press('Home')
      // The page's points are rounded: what comes back is the picture within a fifth of a pixel.
      const numbers = (path: string | null | undefined) =>
        (path?.match(/-?[\d.]+/g) ?? []).slice(0, 20).map(Number)
      const away = async () => {
        const [was, is] = [numbers(start[0]), numbers((await paths())[0])]
        return Math.max(...was.map((value, i) => Math.abs(value - is[i]!)))
      }
      await expect.poll(away).toBeLessThan(0.2)
      const box = (await tab.locator('[data-ball="1"] circle').boundingBox())!
      await tab.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await tab.mouse.down()
      await tab.mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2 + 10)
      await tab.mouse.up()
      await expect.poll(away).toBeGreaterThan(2)
      expect(errors).toEqual([])
    } finally {
      await close()
    }
  })
})
