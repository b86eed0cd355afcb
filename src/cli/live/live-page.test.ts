import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems } from '../../../test/accessibility.ts'
import { hasBrowser, launchBrowser } from '../../../test/browser.ts'
import { type LiveServer, serveLive } from './live-server.ts'

let base = ''
let browser: Awaited<ReturnType<typeof launchBrowser>> | undefined
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'live-page-'))
  if (hasBrowser) browser = await launchBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await rm(base, { recursive: true })
})

/** A way to a server on which the streams of events break after so many bytes, one after the other; the last does not. */
async function cutting(
  { url }: LiveServer,
  { after }: { readonly after: readonly number[] },
): Promise<{ readonly url: string; count(): number; close(): Promise<void> }> {
  const { port } = new URL(url)
  let cut = 0
  const proxy = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const side of [near, far]) side.on('error', end).on('close', end)
    let limit = Number.POSITIVE_INFINITY
    near.on('data', (bytes) => {
      const asked = bytes.toString('latin1')
      if (asked.startsWith('GET /events')) limit = after[cut] ?? limit
      // The server answers to its own name alone.
      far.write(asked.replace(/^host: .*$/im, `Host: 127.0.0.1:${port}`), 'latin1')
    })
    let sent = 0
    far.on('data', (bytes) => {
      const rest = bytes.subarray(0, Math.max(0, limit - sent))
      sent += bytes.length
      if (sent < limit) return void near.write(rest)
      cut++
      near.write(rest, end)
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`,
    count: () => cut,
    close: () => new Promise((done) => proxy.close(() => done())),
  }
}

const bins = (at: number): number[] => Array.from({ length: 36 }, (_, i) => (i === at ? 8 : 0))
const metrics = (step: number, more = {}): string =>
  `${JSON.stringify({ step, loss: 4 / step, rate: 0.1, accuracy: 0.25, cosine: 0.5, ...more })}\n`
const live = (step: number, dimensions: number): string => {
  const points = Array.from({ length: 8 }, (_, i) => [
    Math.cos(i),
    Math.sin(i),
    ...(dimensions === 3 ? [0] : []),
    i,
  ])
  const prototypes = [[1, 0, 0].slice(0, dimensions), [0, 1, 0].slice(0, dimensions)]
  return `${JSON.stringify({ step, imagesPerSecond: 120, own: bins(3), other: bins(17), points, prototypes })}\n`
}

async function run(name: string, lines: string[], liveLines: string[] = []): Promise<string> {
  const folder = join(base, name)
  await mkdir(folder)
  await writeFile(join(folder, 'recipe.json'), JSON.stringify({ loss: 'lmcl', batch: 8 }))
  await writeFile(join(folder, 'metrics.jsonl'), lines.join(''))
  if (liveLines.length > 0) await writeFile(join(folder, 'live.jsonl'), liveLines.join(''))
  return folder
}

/** Opens the page of some runs; nothing may go wrong in it, and nobody else may be asked. */
async function opened(
  folders: readonly string[],
  use: (page: Page, server: LiveServer) => Promise<void>,
): Promise<void> {
  const server = await serveLive(folders, { pollMs: 20 })
  const page = await browser!.browser.newPage({ viewport: { width: 1200, height: 900 } })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', ({ type, text }) => {
    if (type() === 'error' && !/ERR_|Failed to load/.test(text())) problems.push(text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      problems.push(request.url())
  })
  try {
    await page.goto(server.url)
    await use(page, server)
    expect(problems).toEqual([])
  } finally {
    await page.close()
    await server.close()
  }
}
const stepOf = (page: Page, row: number) => page.locator('#runs tr').nth(row).locator('[data-key=step]')

describe.runIf(hasBrowser)('the live page, in a browser', () => {
  it('has no angle beyond 180 degrees on the axis of angles', async () => {
    const far = await run('far', [metrics(1, { cosine: -0.99 }), metrics(2)])
    await opened([far], async (page) => {
      await expect.poll(() => page.locator('#cosine path:not(.grid)').count()).toBe(1)
      const said = await page.locator('#cosine text[text-anchor=end]:not(.unit)').allTextContents()
      // From 60 to 172 degrees; the last number is the step.
      expect(said).toEqual(['50', '100', '150', '2'])
    })
  })

  it('draws the runs over one another, and goes on as they do', async () => {
    const one = await run(
      'one',
      [1, 2, 3].map((step) => metrics(step)),
    )
    const two = await run(
      'two',
      [1, 2].map((step) => metrics(step, { lambda: 1000 / step })),
    )
    await opened([one, two], async (page) => {
      await expect.poll(() => stepOf(page, 0).textContent()).toBe('3')
      await expect.poll(() => page.locator('#loss path:not(.grid)').count()).toBe(2)
      expect(await page.locator('#loss').getAttribute('aria-label')).toBe(
        'Loss, nats: one 1.33 at step 3; two 2 at step 2',
      )
      expect(await page.locator('#lambda').isVisible()).toBe(true)
      expect(await page.locator('#margin').isVisible()).toBe(false)
      expect(await page.locator('canvas.sphere').isVisible()).toBe(false)
      await appendFile(join(one, 'metrics.jsonl'), metrics(4))
      await expect.poll(() => stepOf(page, 0).textContent()).toBe('4')
      await page.locator('#runs input').nth(1).uncheck()
      await expect.poll(() => page.locator('#loss path:not(.grid)').count()).toBe(1)
    })
  })

  it.each([2, 3])(
    'shows angles and the embedding in %i dimensions, to be turned by keyboard',
    async (dimensions) => {
      const folder = await run(
        `points${dimensions}`,
        [metrics(1)],
        [live(1, dimensions), live(2, dimensions)],
      )
      await opened([folder], async (page) => {
        await expect.poll(() => page.locator('canvas.sphere').isVisible()).toBe(true)
        expect(await page.locator('canvas.sphere').getAttribute('aria-label')).toMatch(
          dimensions === 3
            ? /^Sphere of points3: 16 embeddings up to step 2 and 2 prototypes; arrow keys turn it$/
            : /^Circle of points2: 16 embeddings up to step 2 and 2 prototypes$/,
        )
        expect(await page.locator('#angles').getAttribute('aria-label')).toMatch(
          /own 18 degrees .* other 88 degrees/,
        )
        const picture = () => page.evaluate<string>("document.querySelector('canvas.sphere').toDataURL()")
        const before = await picture()
        await page.locator('canvas.sphere').press('ArrowRight')
        if (dimensions === 3) await expect.poll(picture).not.toBe(before)
        else expect(await picture()).toBe(before)
      })
    },
  )

  it('loses nothing when the connection breaks, and starts a run again that dropped steps', async () => {
    const folder = await run(
      'broken',
      [1, 2, 3].map((step) => metrics(step)),
    )
    const first = await serveLive([folder], { pollMs: 20 })
    const port = Number(new URL(first.url).port)
    const page = await browser!.browser.newPage()
    try {
      await page.goto(first.url)
      await expect.poll(() => stepOf(page, 0).textContent()).toBe('3')
      const steps = () => page.evaluate('JSON.stringify(runs[0].metrics.map((line) => line.step))')
      // The connection breaks without the word that it is the end.
      await first.close({ isEnd: false })
      await expect.poll(() => page.locator('#state').textContent()).toBe('connection lost, trying again')
      await appendFile(join(folder, 'metrics.jsonl'), metrics(4) + metrics(5))
      const second = await serveLive([folder], { port, pollMs: 20 })
      try {
        await expect.poll(() => stepOf(page, 0).textContent(), { timeout: 15_000 }).toBe('5')
        expect(await page.locator('#state').textContent()).toBe('live')
        expect(JSON.parse(String(await steps()))).toEqual([1, 2, 3, 4, 5])
        await rm(join(folder, 'metrics.jsonl'))
        await writeFile(join(folder, 'metrics.jsonl'), metrics(1) + metrics(2))
        await expect.poll(steps).toBe('[1,2]')
      } finally {
        await second.close()
      }
      await expect.poll(() => page.locator('#state').textContent()).toBe('ended')
    } finally {
      await page.close()
    }
  }, 60_000)

  it('says of runs without angles that they have none, and of a loss that is no number', async () => {
    const plain = await run('plain', [metrics(1), metrics(2, { loss: null, accuracy: null })])
    const none = await run('none', [metrics(1, { loss: null })])
    const watched = await run('watched', [metrics(1)], [live(1, 2)])
    await opened([plain, none, watched], async (page) => {
      await expect
        .poll(() => page.locator('#unknown').textContent())
        .toBe(
          'plain, none were trained without --live: images a second, angles and embeddings were not kept.',
        )
      const cell = (row: number, key: string) =>
        page.locator('#runs tr').nth(row).locator(`[data-key=${key}]`).textContent()
      expect(await cell(0, 'loss')).toBe('4.000')
      expect(await cell(0, 'accuracy')).toBe('25.0 %')
      expect(await cell(1, 'loss')).toBe('no number')
      expect(await cell(1, 'speed')).toBe('not kept')
      expect(await cell(2, 'speed')).toBe('120 images/s')
      await appendFile(join(plain, 'live.jsonl'), live(2, 64))
      await appendFile(join(none, 'live.jsonl'), live(1, 64))
      await expect.poll(() => page.locator('#unknown').isVisible()).toBe(false)
    })
  })

  it('has a circle or sphere for each run that is shown', async () => {
    const two = await run('flat', [metrics(1)], [live(1, 2)])
    const three = await run('round', [metrics(1)], [live(1, 3)])
    await opened([two, three], async (page) => {
      await expect.poll(() => page.locator('canvas.sphere').count()).toBe(2)
      const names = () =>
        page.locator('canvas.sphere').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')))
      await expect
        .poll(names)
        .toEqual([
          'Circle of flat: 8 embeddings up to step 1 and 2 prototypes',
          'Sphere of round: 8 embeddings up to step 1 and 2 prototypes; arrow keys turn it',
        ])
      await page.locator('#runs input').first().uncheck()
      await expect.poll(names).toEqual([expect.stringMatching(/^Sphere of round/)])
    })
  })

  it('loses nothing and shows nothing twice when the connection is cut in the midst of events, again and again', async () => {
    const folder = await run(
      'cut',
      Array.from({ length: 200 }, (_, i) => metrics(i + 1)),
    )
    const server = await serveLive([folder], { pollMs: 20 })
    const cuts = await cutting(server, { after: [400, 3_000, 9_000, 20_000] })
    const page = await browser!.browser.newPage()
    try {
      await page.goto(cuts.url)
      for (let step = 201; step <= 260; step++) {
        await appendFile(join(folder, 'metrics.jsonl'), metrics(step))
        await new Promise((done) => setTimeout(done, 10))
      }
      const steps = () => page.evaluate('JSON.stringify(runs[0]?.metrics.map((line) => line.step))')
      const all = JSON.stringify(Array.from({ length: 260 }, (_, i) => i + 1))
      await expect.poll(steps, { timeout: 40_000 }).toBe(all)
      expect(cuts.count()).toBe(4)
    } finally {
      await page.close()
      await cuts.close()
      await server.close()
    }
  }, 90_000)

  it('fits a phone, and axe-core finds nothing wrong with it', async () => {
    const folder = await run('phone', [metrics(1), metrics(2)], [live(1, 3)])
    await opened([folder], async (page) => {
      await page.setViewportSize({ width: 360, height: 700 })
      await expect.poll(() => stepOf(page, 0).textContent()).toBe('2')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      await expect.poll(() => page.locator('canvas.sphere').isVisible()).toBe(true)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await accessibilityProblems(page)).toEqual([])
      }
    })
  })
})
