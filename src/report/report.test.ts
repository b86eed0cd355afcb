import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems } from '../../test/accessibility.ts'
import { hasBrowser, launchBrowser } from '../../test/browser.ts'
import { sampleRuns } from '../../test/report/sample-runs.ts'
import { report } from './report.ts'
import type { ReportEvaluation, ReportGroups, ReportInput, ReportRun } from './report-input.ts'

const versions = { steradian: '0.1.0' }
const groups: ReportGroups = {
  attributes: ['age'],
  labelOf: (image) => (Number(/\d+/.exec(image)) % 2 === 0 ? 'young' : 'old'),
}
/** A picture of one pixel. */
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** One picture for whatever name. */
const onePicture = (picture: string): ReadonlyMap<string, string> =>
  Object.assign(new Map<string, string>(), { has: () => true, get: () => picture })
/** The curves of an evaluation under three names, as LFW's three variants have them. */
const thrice = ({ roc, det }: Pick<ReportEvaluation, 'roc' | 'det'>) => {
  const under = ([curve]: NonNullable<typeof roc>) =>
    ['exact', 'sphereface', 'insightface'].map((name) => ({
      name,
      x: Float64Array.from(curve!.x),
      y: Float64Array.from(curve!.y),
    }))
  return { roc: under(roc!), det: under(det!) }
}
const two: ReportInput = { runs: sampleRuns(2), versions, groups }

describe('report(input)', () => {
  test('overlays runs: one table and one figure a kind, a histogram a run', () => {
    const text = report(two)
    const titles = [...text.matchAll(/<svg role="img"[^>]*><title>([^<]*)<\/title><desc>[^<]+<\/desc>/g)]
    expect(titles.map((match) => match[1])).toEqual([
      'ROC over all pairs',
      'Accuracy on each fold',
      'Errors against each other (DET)',
      'run-1',
      'run-2',
      'Loss while training',
      'Right person first, while training',
      'Learning rate',
    ])
    expect(text).toMatch(/accuracy,\u00a0%<\/th><td>[\d.]+ <span>± [\d.]+<\/span><\/td><td>[\d.]+ <span>±/)
  })

  test('draws of runs with several curves the one that the numbers are of, and the others below, a figure a name', () => {
    const curve = (name: string, height: number) => ({ name, x: [0, 0.5, 1], y: [0, height, 1] })
    const runs = two.runs.map((run, i) => ({
      ...run,
      evaluations: run.evaluations.map((evaluation) => ({
        ...evaluation,
        facts: { ...evaluation.facts, variant: 'exact' },
        roc: [curve('sphereface', 0.6 + i / 10), curve('exact', 0.8 + i / 10)],
        det: [],
      })),
    }))
    const text = report({ runs, versions })
    const [overlaid, folded] = text.split('<details>') as [string, string]
    expect(overlaid).toContain('<title>ROC over all pairs: exact</title>')
    expect(overlaid).not.toContain('sphereface')
    expect(folded).toContain('<summary>The other curves: sphereface</summary>')
    expect(folded).toContain('<title>ROC over all pairs: sphereface</title>')
    expect(report({ runs: [runs[0]!], versions })).not.toContain('<details>')
  })

  test('says the mean and spread of runs that differ by their seed alone', () => {
    const shares = two.runs.map(({ evaluations }) => evaluations[0]!.facts.accuracy as number)
    const [mean, half] = [(shares[0]! + shares[1]!) / 2, Math.abs(shares[0]! - shares[1]!) / 2]
    expect(report(two)).toContain(
      `run-1 and run-2 differ by their seed alone: accuracy ${(100 * mean).toFixed(2)} ± ${(100 * half * Math.SQRT2).toFixed(2)} % (mean and standard deviation over 2 seeds).`,
    )
    const [first, second] = two.runs as [ReportRun, ReportRun]
    const other = { ...second, lossOptions: { margin: 0.2 } }
    expect(report({ runs: [first, other], versions })).not.toContain('differ by their seed alone')
  })

  test('tells error rates by group where labels are given, and that they are not known where none are', () => {
    expect(report(two)).toMatch(
      /<th scope="row">run-1: old<\/th><td>[\d.]+ <span>\([\d.]+ … [\d.]+\)<\/span>/,
    )
    expect(report({ ...two, groups: { attributes: ['x'], labelOf: () => undefined } })).toContain(
      'no image has a label of x',
    )
    expect(report({ runs: two.runs, versions })).toContain('No labels were given')
  })

  test('shows pictures of worst errors only where they are given', () => {
    expect(report(two)).not.toContain('<img')
    const text = report({ ...two, pictures: onePicture(pixel) })
    expect(text).toMatch(/<img src="data:image\/png;base64,[^"]+" alt="person_\d+\/person_\d+_\d\.jpg"/)
    expect(report({ ...two, pictures: new Map() })).toContain('no picture')
  })

  test("takes the makers' words, and says where nobody stated any", () => {
    const card = { intendedUse: 'Doors of <one> house.', contact: 'doors@example.org' }
    const text = report({ ...two, card })
    expect(text).toContain('<p>Doors of &lt;one&gt; house.</p>')
    expect(text).toContain('doors@example.org')
    expect(report(two)).toContain('<dt>Contact</dt><dd><p>Not stated.</p></dd>')
    // What the model is and how well it does is read from the runs.
    expect(text).toContain(
      'run-1 and run-2: sfnet20 (112 × 96, 512 dimensions), trained with LMCL (m = 0.35), by steradian 0.1.0.',
    )
    expect(text).toMatch(
      /<dt>How well<\/dt><dd><ul><li>LFW: same person or not, run-1: accuracy [\d.]+ ± [\d.]+ %<\/li>/,
    )
  })

  test('stays under 5 MB with ten runs of 200,000 steps and 6,000 pairs, three curves each, with pictures', () => {
    const runs = sampleRuns(10, { people: 500, pairsPerFold: 300, steps: 200_000 }).map((run) => ({
      ...run,
      evaluations: run.evaluations.map((evaluation) => ({
        ...evaluation,
        ...thrice(evaluation),
      })),
    }))
    // As large as the command makes them of photographs: 4 kB a picture, and more.
    const picture = `data:image/webp;base64,${'A'.repeat(8_000)}`
    const text = report({ runs, versions, groups, pictures: onePicture(picture) })
    expect(text.match(/<img /g)).toHaveLength(10 * 2 * 3 * 2)
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000)
  })

  test('stands without data: no steps, one step, nothing but NaN, folds that are missing', () => {
    const [run] = two.runs as [ReportRun]
    const [evaluation] = run.evaluations
    const bare = (name: string, changes: Partial<ReportRun>): ReportRun => ({
      ...{ ...run, name, evaluations: [] },
      ...changes,
    })
    const text = report({
      versions,
      runs: [
        bare('none', { metrics: {}, settings: {}, lossOptions: {}, versions: {}, data: { name: 'faces' } }),
        bare('one', {
          metrics: { loss: { steps: [1], values: [3] }, accuracy: { steps: [1], values: [0] } },
        }),
        bare('nan', { metrics: { loss: { steps: [1, 2], values: [Number.NaN, Number.NaN] } } }),
        bare('odd', {
          evaluations: [
            { protocol: 'lfw', name: 'lfw', facts: { accuracy: null, folds: null }, notices: [] },
            { protocol: 'unheard-of', name: 'x', facts: {}, notices: ['incomplete: 2 items are missing'] },
            { ...evaluation!, pairs: [], roc: [], det: [], cmc: [] },
          ],
        }),
      ],
    })
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text).toContain('nan: the loss of 2 steps of 2 was no finite number and is not drawn.')
    expect(text).toContain("none: the run's folder holds no losses of its steps.")
    expect(text).toContain('incomplete: 2 items are missing')
  })

  test('escapes every name', () => {
    const evil = '<img src=x onerror=alert(1)>'
    const runs = two.runs.map((run, i) => ({
      ...run,
      name: `${evil}${i}`,
      data: { ...run.data, name: evil },
      settings: { ...run.settings, [evil]: evil },
      evaluations: run.evaluations.map((evaluation) => ({
        ...evaluation,
        protocol: evil,
        pairs: evaluation.pairs!.map((pair) => ({ ...pair, left: evil })),
        notices: [evil],
      })),
    }))
    const labels = { attributes: [evil], labelOf: () => evil }
    const text = report({ runs, versions: { [evil]: evil }, groups: labels, title: evil, lead: evil })
    expect(text).not.toContain('<img')
  })

  test('refuses no runs, and two of one name', () => {
    expect(() => report({ runs: [], versions })).toThrow('report: expected one run or more, got 0')
    const [run] = two.runs as [ReportRun]
    expect(() => report({ runs: [run, run], versions })).toThrow(
      'report: expected a name for each run, got run-1 twice',
    )
  })

  test('names no address, has no script, and is the same text for the same input', () => {
    expect(report(two)).not.toMatch(/https?:|<script|@import|url\(/)
    expect(report(two)).toBe(report(two))
  })
})

describe.skipIf(!hasBrowser)('the page of report(input) in Chromium (Linux on x64)', () => {
  let chromium: Awaited<ReturnType<typeof launchBrowser>>
  const folder = mkdtempSync(join(tmpdir(), 'steradian-report-'))
  const pages: Readonly<Record<string, ReportInput>> = {
    one: { runs: sampleRuns(1), versions },
    ten: { runs: sampleRuns(10), versions, groups, pictures: onePicture(pixel) },
  }
  const address = (name: string) => pathToFileURL(join(folder, `${name}.html`)).href
  beforeAll(async () => {
    for (const [name, input] of Object.entries(pages))
      writeFileSync(join(folder, `${name}.html`), report(input))
    chromium = await launchBrowser()
  })
  afterAll(async () => {
    await chromium?.close()
    rmSync(folder, { recursive: true })
  })

  for (const name of Object.keys(pages))
    for (const [width, colorScheme] of [
      [320, 'light'],
      [390, 'dark'],
      [1280, 'light'],
    ] as const)
      test(`of ${name} shows itself at ${width} pixels, ${colorScheme}: no request, no message, no sideways scroll, nothing that axe-core finds wrong`, async () => {
        const page = await chromium.browser.newPage({ viewport: { width, height: 800 }, colorScheme })
        const messages: string[] = []
        const requests: string[] = []
        page.on('console', (message) => messages.push(message.text()))
        page.on('pageerror', (error) => messages.push(String(error)))
        page.on('request', (request) => {
          if (!request.url().startsWith('data:')) requests.push(request.url())
        })
        await page.goto(address(name), { waitUntil: 'networkidle' })
        expect(messages).toEqual([])
        expect(requests).toEqual([address(name)])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await accessibilityProblems(page)).toEqual([])
        await page.close()
      })

  test('has contents whose links lead to its sections', async () => {
    const page = await chromium.browser.newPage()
    await page.goto(address('ten'))
    const missing = await page.evaluate(
      `[...document.querySelectorAll('nav a')].map((a) => a.hash).filter((hash) => !document.querySelector('section' + hash))`,
    )
    expect(missing).toEqual([])
    expect(await page.locator('nav a').count()).toBeGreaterThan(5)
    await page.close()
  })

  test.each(Object.keys(pages))('of %s prints on light paper, nothing cut off at its side', async (name) => {
    // A4 less its margins, in CSS pixels.
    const page = await chromium.browser.newPage({
      viewport: { width: 720, height: 1000 },
      colorScheme: 'dark',
    })
    await page.goto(address(name))
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(720)
    await page.close()
  })
})
