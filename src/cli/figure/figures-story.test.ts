import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../errors.ts'
import { losses } from '../../losses/index.ts'
import { boundariesEntry } from './figure-boundaries.ts'
import { boundsEntry } from './figure-bounds.ts'
import type { DrawnFigure, FigureEntry } from './figure-entry.ts'
import { geometryEntry } from './figure-geometry.ts'
import { gradientsEntry } from './figure-gradients.ts'
import { psiEntry } from './figure-psi.ts'
import { targetLogitsEntry } from './figure-target-logits.ts'

const entries = [boundariesEntry, psiEntry, targetLogitsEntry, gradientsEntry, geometryEntry, boundsEntry]

/** Draws as the command does, with the options of these words. */
async function drawNew(entry: FigureEntry, ...words: string[]): Promise<DrawnFigure> {
  const command = new Command(entry.name).exitOverride()
  entry.addOptions?.(command)
  command.parse(words, { from: 'user' })
  return entry.draw({ args: [], flags: command.opts(), look: {} })
}

const drawn = new Map<string, Promise<DrawnFigure>>()
/** The same, once for the same words. */
function draw(entry: FigureEntry, ...words: string[]): Promise<DrawnFigure> {
  const key = [entry.name, ...words].join(' ')
  const found = drawn.get(key) ?? drawNew(entry, ...words)
  drawn.set(key, found)
  return found
}

/** A CSV as rows by column; names may hold commas, in quotes. */
function rowsOf(csv: string): Record<string, string>[] {
  const fields = (line: string) =>
    [...line.matchAll(/(?<=^|,)(?:"([^"]*)"|([^,"]*))(?=,|$)/g)].map((match) => match[1] ?? match[2]!)
  const [head, ...lines] = csv.trim().split('\n')
  const names = fields(head!)
  return lines.map((line) => Object.fromEntries(fields(line).map((value, i) => [names[i]!, value])))
}

describe.each(entries.map((entry) => [entry.name, entry] as const))('%s', (name, entry) => {
  test('looks like the picture in the gallery', async () => {
    await expect((await draw(entry)).svg).toMatchFileSnapshot(`../../figures/gallery/${name}.svg`)
  })

  test('has a title, words for those who do not see it, axes with units, and numbers for all it draws', async () => {
    const { svg, csv } = await draw(entry)
    expect(svg).toMatch(/role="img"[^>]*><title>[^<]{8,}<\/title><desc>[^<]{60,}<\/desc>/)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    expect(csv).not.toMatch(/NaN|undefined|Infinity/)
    expect(csv.split('\n').length).toBeGreaterThan(10)
  })

  test('is the same drawn twice', async () => {
    expect((await drawNew(entry)).svg).toBe((await draw(entry)).svg)
  })
})

describe('boundaries', () => {
  test('A-Softmax has a margin of 48° between prototypes 80° apart, LMCL one of 31.6°, ArcFace its 28.6°, the others none', async () => {
    const { svg } = await draw(boundariesEntry)
    expect([...svg.matchAll(/margin between: ([^<]*)</g)].map((match) => match[1])).toEqual([
      '0.0°',
      '0.0°',
      '48.0°',
      '31.6°',
      '28.6°',
    ])
  })

  test('the margin of A-Softmax shrinks with the angle between the prototypes and that of LMCL does not', async () => {
    const rows = rowsOf((await draw(boundariesEntry)).csv).filter(({ what }) => what === 'width as a cosine')
    const widths = (loss: string) => rows.filter((row) => row.loss?.startsWith(loss)).map((row) => row.y)
    const angular = widths('A-Softmax').map(Number)
    expect(angular).toHaveLength(361)
    expect(angular.every((width, i) => i === 0 || width > angular[i - 1]!)).toBe(true)
    const cosine = widths('LMCL')
    // Nobody meets 0.35 below 49.46°.
    expect(cosine.findIndex((width) => width !== '')).toBe(99)
    expect(cosine.slice(99).every((width) => Math.abs(Number(width) - 0.35) < 1e-9)).toBe(true)
  })

  test('says so where prototypes so close leave no arc to either', async () => {
    const { svg } = await draw(boundariesEntry, '--between', '30')
    expect(svg).toContain('margin between: all of the arc')
  })
})

test('psi goes down to −7 for m 4 and is flat where its pieces join', async () => {
  const rows = rowsOf((await draw(psiEntry)).csv)
  const at = (what: string, curve: string, theta: string) =>
    Number(rows.find((row) => row.what === what && row.curve === curve && row.theta_degrees === theta)?.value)
  expect(at('psi', 'm = 4', '180')).toBe(-7)
  expect(at('psi', 'm = 4', '90')).toBeCloseTo(-3, 12)
  expect(at('slope', 'm = 4', '90')).toBeCloseTo(0, 12)
})

test('geometry: a larger margin leaves a smaller region', async () => {
  const share = async (...words: string[]) =>
    rowsOf((await draw(geometryEntry, ...words)).csv)
      .filter(({ what, class: whose }) => what === 'sphere' && whose === 'all')
      .map(({ share }) => Number(share))
  const [small, large] = [
    await share('--euclidean', '0.1', '--angular', '1.2', '--cosine', '0.1'),
    await share('--euclidean', '0.5', '--angular', '3', '--cosine', '0.5'),
  ]
  expect(small).toHaveLength(3)
  small.forEach((value, i) => {
    expect(large[i]!).toBeLessThan(value)
  })
})

describe('--losses', () => {
  test('target-logits and gradients draw losses of the catalogue, once for each choice that they leave open', async () => {
    for (const entry of [targetLogitsEntry, gradientsEntry]) {
      const { svg, csv } = await draw(entry, '--losses', 'lmcl,MagFace,circle')
      expect([...new Set(rowsOf(csv).map(({ loss }) => loss))]).toEqual([
        'lmcl, m 0.35',
        'magface, ‖x‖ 10',
        'magface, ‖x‖ 60',
        'magface, ‖x‖ 110',
        'circle, m 0.25',
      ])
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  test('all draws every loss that has a logit of the own class', async () => {
    const names = rowsOf((await draw(targetLogitsEntry, '--losses', 'all')).csv).map(
      ({ loss }) => loss!.split(',')[0]!,
    )
    const known = losses.map(({ name }) => name)
    expect([...new Set(names)]).toEqual(
      known.filter((name) => !['contrastive', 'triplet', 'center'].includes(name)),
    )
  })

  test.each([targetLogitsEntry, gradientsEntry, boundariesEntry])(
    'all gives each loss axes of its own, so that no two of one colour and dashes are on one',
    async (entry) => {
      const { svg } = await draw(entry, '--losses', 'all')
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      // A legend of one row: no panel holds more lines than a loss has curves.
      for (const name of ['lmcl', 'adaface']) expect(svg).toContain(`font-weight="600">${name}</text>`)
      expect(svg).toContain('>a mean one, ẑ 0</text>')
      const [width] = /viewBox="0 0 ([\d.]+) /.exec(svg)!.slice(1).map(Number) as [number]
      expect(width).toBeLessThan(1700)
    },
  )

  test('boundaries leaves out losses under which the own logit alone does not tell', async () => {
    const { svg } = await draw(boundariesEntry, '--losses', 'arcface,uniface,sphereface-r')
    expect(svg).toContain('arcface, m 0.5')
    expect(svg).toContain('sphereface-r, v1')
    expect(svg).not.toMatch(/uniface|sphereface-r, v2/)
  })

  test.each([
    [
      boundariesEntry,
      'circle',
      'losses: only a loss whose other logits are cosθ has such a boundary, got circle',
    ],
    [
      gradientsEntry,
      'lmcl,triplet',
      'losses: only a loss with a logit of the own class can be drawn, got triplet',
    ],
    [targetLogitsEntry, 'arcfac', 'loss: unknown name, did you mean arcface? got arcfac'],
  ])('of a loss that cannot be drawn is refused in one line', async (entry, names, message) => {
    await expect(drawNew(entry, '--losses', names)).rejects.toThrow(new UsageError(message))
  })
})

test('bounds ends its axis at the classes asked for', async () => {
  const { csv } = await draw(boundsEntry, '--classes', '10572')
  expect(csv.trim().split('\n').at(-1)).toMatch(/^10572,11\.46\d*,13\.859\d*,16\.17/)
})
