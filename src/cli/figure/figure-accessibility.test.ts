import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems } from '../../../test/accessibility.ts'
import { hasBrowser, launchBrowser } from '../../../test/browser.ts'
import { embeddingMapFigure } from '../../figures/embedding-map-figure.ts'
import { cmcFigure, detFigure, lossCurvesFigure, rocFigure } from '../../figures/index.ts'
import { megafaceFigure } from '../../figures/megaface-figure.ts'
import { normsFigure } from '../../figures/norms-figure.ts'
import { pipelineFigure } from '../../figures/pipeline-figure.ts'
import { type SpherePanel, sphereFigure } from '../../figures/sphere-figure.ts'
import { turningFigure } from '../../figures/sphere-script.ts'
import { worstPairsFigure } from '../../figures/worst-pairs-figure.ts'
import type { DrawnFigure } from './figure-entry.ts'
import { figurePage } from './figure-page.ts'
import { figures } from './figures-table.ts'

const angles = {
  ...{ within: [3, 1, 0], between: [0, 2, 4], binDegrees: 60, largestWithin: 40, smallestBetween: 62 },
  ...{ within99: 39, between1: 65 },
}
const panel: SpherePanel = {
  ...{ title: 'LMCL, m = 0.2', features: [1, 0, 0, 0, 2, 0, 0, 0, 3], labels: [0, 1, 2], dimensions: 3 },
  ...{ prototypes: [1, 0, 0, 0, 1, 0, 0, 0, 1], classNames: ['a', 'b', 'c'], angles },
}
const ball = sphereFigure([panel, { ...panel, title: 'NSL' }])
const pair = { left: 'a/1.png', right: 'b/1.png', score: '61.0°', threshold: '70.0°' }
const points = { labels: [0, 1], classNames: ['a', 'b'] }

/** What is drawn from data, without a run. */
const fromData: Readonly<Record<string, Omit<DrawnFigure, 'csv'>>> = {
  sphere: { svg: ball, html: turningFigure(ball, [panel, { ...panel, title: 'NSL' }]) },
  norms: {
    svg: normsFigure([{ ...points, title: 'NSL', norms: [1, 2], angles: [3, 4], isNormalised: true }]),
  },
  curves: { svg: lossCurvesFigure([{ name: 'a', points: [{ step: 1, loss: 2 }] }], { classes: 9 }) },
  roc: { svg: rocFigure([{ name: 'a', fpr: [0, 1], tpr: [0.5, 1] }]), notes: ['a: incomplete'] },
  det: { svg: detFigure([{ name: 'a', x: [0, 1], y: [1, 0] }]) },
  cmc: { svg: cmcFigure([{ name: 'a', x: [1, 2], y: [0.5, 1] }]) },
  megaface: {
    svg: megafaceFigure({
      probe: 'p',
      mate: 'm',
      distractors: 10,
      above: 1,
      best: [{ name: 'd', score: 0.5 }],
    }),
  },
  pipeline: { svg: pipelineFigure([{ name: 'Testing', stages: [{ name: 'Network', lines: ['a'] }] }]) },
  'embedding-map': { svg: embeddingMapFigure({ ...points, points: [0, 1, 1, 0], shares: [0.5, 0.5] }) },
  'worst-pairs': {
    svg: worstPairsFigure({ accepted: [pair], acceptedCount: 1, refused: [], refusedCount: 0, hardest: [] }),
  },
}

/** Those that need no data, as the command draws them. */
async function analytic(name: string): Promise<DrawnFigure> {
  const entry = figures.find((figure) => figure.name === name)!
  const command = new Command(name)
  entry.addOptions?.(command)
  command.parse([], { from: 'user' })
  return entry.draw({ args: [], flags: command.opts(), look: {} })
}

const names = [
  ...['boundaries', 'psi', 'target-logits', 'gradients', 'geometry', 'bounds'],
  ...Object.keys(fromData),
]

describe.skipIf(!hasBrowser)('the page of a figure, in a browser', () => {
  let chromium: Awaited<ReturnType<typeof launchBrowser>>
  beforeAll(async () => {
    chromium = await launchBrowser()
  })
  afterAll(() => chromium.close())

  test.each(names)('%s has nothing that axe-core finds wrong, light, dark, and on a phone', async (name) => {
    const drawn = fromData[name] ? { ...fromData[name], csv: 'a\n1\n' } : await analytic(name)
    const page = await figurePage(drawn)
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 1280],
      ['light', 360],
    ] as const) {
      const tab = await chromium.browser.newPage({ colorScheme, viewport: { width, height: 800 } })
      await tab.setContent(page)
      expect(await accessibilityProblems(tab)).toEqual([])
      // A wide figure is scrolled in its own box; the page is not.
      expect(await tab.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await tab.close()
    }
  })

  test('the spheres turn by each arrow key, and say what they are', async () => {
    const tab = await chromium.browser.newPage()
    await tab.setContent(await figurePage({ ...fromData.sphere!, csv: 'a\n1\n' }))
    const spheres = tab.getByRole('application')
    expect(await spheres.count()).toBe(2)
    expect(await spheres.first().getAttribute('aria-label')).toBe(
      'LMCL, m = 0.2: a sphere that the arrow keys turn',
    )
    const rays = () =>
      tab.$$eval('[data-part="ray"] path', (found) => found.map((ray) => ray.getAttribute('d')))
    await spheres.first().focus()
    for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown']) {
      const before = await rays()
      await tab.keyboard.press(key)
      await expect.poll(rays).not.toEqual(before)
    }
    await tab.close()
  })
})

test('every figure of the command but the angles, which norms stands for, has its page looked at', () => {
  expect(new Set([...names, 'angles'])).toEqual(new Set(figures.map(({ name }) => name)))
})
