import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems } from '../../test/accessibility.ts'
import { hasBrowser, launchBrowser } from '../../test/browser.ts'
import { sampleInput } from '../../test/report/sample-input.ts'
import { demoReport } from './demo-report.ts'

const input = await sampleInput()
const report = demoReport(input)

describe('demoReport(input)', () => {
  test('says what was done, with the numbers', () => {
    for (const text of [
      'Four losses, proved on people never seen',
      'From seed 0, synthetic faces were rendered of 240 people to learn from (4,800 images), and of 60 others',
      'trained with softmax, NSL, A-Softmax and LMCL;',
      'on 2,400 pairs in 10 folds by the rule of LFW, and in search among 400 images of 50 more people.',
    ])
      expect(report).toContain(text)
  })

  test('holds a ROC, the folds, a histogram a loss, the loss curves and the faces', () => {
    const titles = [...report.matchAll(/<svg role="img"[^>]*><title>([^<]*)<\/title><desc>[^<]+<\/desc>/g)]
    expect(titles.map((match) => match[1])).toEqual([
      'ROC over all pairs',
      'Accuracy on each fold',
      'Errors against each other (DET)',
      'softmax',
      'NSL',
      'A-Softmax',
      'LMCL',
      'Loss while training',
      'Sample faces',
    ])
  })

  test('tells settings, the λ that A-Softmax reached, versions and seed', () => {
    expect(report).toMatch(/λ reached<\/th><td>–<\/td><td>–<\/td><td>5.37<\/td><td>–<\/td>/)
    expect(report).toMatch(/seed<\/th><td>0<\/td>/)
    expect(report).toMatch(/onnxruntime<\/th><td>1.30.0<\/td>/)
    expect(report).toMatch(/architecture<\/th><td>SFNet-4, width 0.25<\/td>/)
  })

  test('compares the two best by their difference on each fold', () => {
    // Constructed folds: the difference is 0.02, 0.04, 0.03 and so on; its mean 0.03, its standard error 0.01/√3.
    const [first, second, ...rest] = input.losses
    const withFolds = (loss: typeof first, folds: number[]) => ({
      ...loss!,
      result: { ...loss!.result, folds, accuracy: folds.reduce((a, b) => a + b) / folds.length },
    })
    const text = demoReport({
      ...input,
      losses: [withFolds(first, [0.9, 0.9, 0.9]), withFolds(second, [0.92, 0.94, 0.93])],
    })
    expect(rest).toHaveLength(2)
    expect(text).toContain(
      'of NSL and softmax, lie 3.0 points apart, more than twice the standard error of their difference over the folds (0.6; paired t test, p = 0.035)',
    )
    expect(demoReport({ ...input, losses: [first!] })).toContain('One loss, proved on people never seen')
  })

  test('gives the same angles for squared distances as for cosines', () => {
    const [loss] = input.losses
    const distances = {
      ...loss!,
      scores: loss!.scores.map((cosine) => 2 * cosine - 2),
      pairs: loss!.pairs.map((pair) => ({
        ...pair,
        score: 2 * pair.score - 2,
        threshold: 2 - 2 * pair.threshold,
      })),
      result: {
        ...loss!.result,
        variant: 'insightface' as const,
        thresholds: loss!.result.thresholds.map((cosine) => 2 - 2 * cosine),
      },
    }
    const threshold = (text: string) => /threshold [\d.]+°/.exec(text)?.[0]
    const [plain, squared] = [loss!, distances].map((one) =>
      threshold(demoReport({ ...input, losses: [one] })),
    )
    expect(plain).toBeDefined()
    expect(squared).toBe(plain)
  })

  test('is the same text for the same input', () => {
    expect(demoReport(input)).toBe(report)
  })

  test('escapes every text that it is given', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const text = demoReport({
      ...input,
      losses: input.losses.map((loss, i) => ({ ...loss, name: `${evil}${i}`, settings: { [evil]: evil } })),
      faces: input.faces.map((row) => ({ ...row, name: evil })),
      settings: { [evil]: evil },
      versions: { [evil]: evil },
    })
    expect(text).not.toContain('<img')
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })

  test('names no address, has no script and leaves the faces out where none are given', () => {
    expect(report).not.toMatch(/https?:|<script|@import|url\(/)
    expect(demoReport({ ...input, faces: [] })).not.toContain('Sample faces')
  })

  test('refuses to report on no loss', () => {
    expect(() => demoReport({ ...input, losses: [] })).toThrow('demoReport: expected one loss or more, got 0')
  })
})

/** What a page said and asked for while it was opened. */
async function open(page: Page, address: string) {
  const messages: string[] = []
  const requests: string[] = []
  page.on('console', (message) => messages.push(message.text()))
  page.on('pageerror', (error) => messages.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(address, { waitUntil: 'networkidle' })
  return { messages, requests: requests.filter((url) => !url.startsWith('data:')) }
}

describe.skipIf(!hasBrowser)('the page of demoReport(input) in Chromium (Linux on x64)', () => {
  let chromium: Awaited<ReturnType<typeof launchBrowser>>
  const folder = mkdtempSync(join(tmpdir(), 'steradian-report-'))
  const file = join(folder, 'report.html')
  beforeAll(async () => {
    writeFileSync(file, report)
    chromium = await launchBrowser()
  })
  afterAll(async () => {
    await chromium?.close()
    rmSync(folder, { recursive: true })
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [320, 390, 1280])
      test(`shows itself at ${width} pixels, ${colorScheme}, without a request, a message or a sideways scroll`, async () => {
        const page = await chromium.browser.newPage({ viewport: { width, height: 800 }, colorScheme })
        const { messages, requests } = await open(page, pathToFileURL(file).href)
        expect(messages).toEqual([])
        expect(requests).toEqual([pathToFileURL(file).href])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        await page.close()
      })

  test('loads the faces that it carries, under its own policy', async () => {
    const page = await chromium.browser.newPage()
    await open(page, pathToFileURL(file).href)
    const loaded =
      await page.evaluate(`Promise.all([...document.querySelectorAll('svg image')].map((image) => {
      const picture = new Image()
      picture.src = image.getAttribute('href')
      return picture.decode().then(() => picture.naturalWidth)
    }))`)
    expect(loaded).toEqual(new Array(32).fill(24))
    await page.close()
  })

  test('gives each figure a name and a description to those who do not see it', async () => {
    const page = await chromium.browser.newPage()
    await open(page, pathToFileURL(file).href)
    for (const figure of await page.getByRole('img').all())
      expect((await figure.locator('> desc').textContent())!.length).toBeGreaterThan(20)
    expect(await page.getByRole('img', { name: 'ROC over all pairs' }).count()).toBe(1)
    expect(await page.getByRole('img').count()).toBe(9)
    expect(await page.getByRole('table').count()).toBe(14)
    await page.close()
  })

  test.each(['light', 'dark'] as const)('has nothing that axe-core finds wrong, %s', async (colorScheme) => {
    const page = await chromium.browser.newPage({ colorScheme })
    await open(page, pathToFileURL(file).href)
    expect(await accessibilityProblems(page)).toEqual([])
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    'writes with a contrast of 4.5 or more, lines 3 or more, %s',
    async (colorScheme) => {
      const page = await chromium.browser.newPage({ colorScheme })
      await open(page, pathToFileURL(file).href)
      const contrasts = (await page.evaluate(`(() => {
      const probe = document.body.appendChild(document.createElement('i'))
      const luminance = (name) => {
        probe.style.color = 'var(' + name + ')'
        const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map((v) => v / 255)
          .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
      }
      const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      const names = ['--ink', '--faint', '--line-1', '--line-2', '--line-3', '--line-4', '--genuine', '--impostor']
      return names.map((name) => [name, Math.min(...['--paper', '--sheet'].map((on) => contrast(luminance(name), luminance(on))))])
    })()`)) as [string, number][]
      for (const [name, contrast] of contrasts)
        expect(contrast, name).toBeGreaterThan(name === '--ink' || name === '--faint' ? 4.5 : 3)
      await page.close()
    },
  )

  test('prints on light paper whatever the screen shows', async () => {
    const page = await chromium.browser.newPage({ colorScheme: 'dark' })
    await open(page, pathToFileURL(file).href)
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)')
    await page.close()
  })
})
