import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodePng } from '../../image/index.ts'
import { toyData } from './toy-data.ts'
import { mnistDigits } from './toy-digits.ts'
import { toyExperiment } from './toy-experiment.ts'
import { storyLosses, toyLoss } from './toy-losses.ts'
import { spherePanel } from './toy-panels.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('mnistDigits({ classes, perClass })', () => {
  test('gives so many of each digit, grey on black', async () => {
    const { pixels, labels, height, width } = await mnistDigits({ classes: 3, perClass: 4 })
    expect([...labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    expect([height, width, pixels.length]).toEqual([28, 28, 12 * 28 * 28 * 3])
    for (let i = 0; i < pixels.length; i += 3)
      expect(pixels[i] === pixels[i + 1] && pixels[i] === pixels[i + 2]).toBe(true)
    // A corner is empty, and every digit has bright strokes; a 0 has none in its middle, a 1 has.
    const at = (image: number, row: number, column: number) => pixels[((image * 28 + row) * 28 + column) * 3]!
    for (let image = 0; image < 12; image++) {
      expect(at(image, 0, 0)).toBe(0)
      expect(Math.max(...pixels.subarray(image * 2352, (image + 1) * 2352))).toBeGreaterThan(200)
    }
    expect(at(0, 14, 14)).toBeLessThan(128)
    expect(Math.max(at(4, 14, 13), at(4, 14, 14), at(4, 14, 15))).toBeGreaterThan(128)
  })

  test('refuses other than 2 to 10 kinds', async () => {
    await expect(mnistDigits({ classes: 11 })).rejects.toThrow('--classes: expected 2 to 10 digits, got 11')
  })
})

describe('toyData(data)', () => {
  test('takes the people of a folder with most pictures, and numbers them', async () => {
    const picture = (value: number) =>
      encodePng(new Uint8Array(12 * 10 * 3).fill(value), { height: 12, width: 10 })
    for (const [person, value, count] of [
      ['x', 10, 2],
      ['y', 200, 4],
      ['z', 90, 3],
    ] as const) {
      mkdirSync(join(folder, person))
      for (let i = 0; i < count; i++) writeFileSync(join(folder, person, `${i}.png`), await picture(value))
    }
    const data = await toyData(folder, { classes: 2, perClass: 3 })
    expect([...data.labels]).toEqual([0, 0, 0, 1, 1, 1])
    expect(data.classNames).toEqual(['1', '2'])
    const size = data.height * data.width * 3
    const middle = (image: number) => data.pixels[image * size + (28 * data.width + 24) * 3]
    expect([0, 2, 3, 5].map(middle)).toEqual([200, 200, 90, 90])
    await expect(toyData(folder, { classes: 4 })).rejects.toThrow(
      `--classes: ${folder} has 3 people with two or more pictures, got 4`,
    )
  })
})

describe('toyLoss(name)', () => {
  test('knows the losses of the story', () => {
    expect(storyLosses.map((key) => toyLoss(key).title)).toEqual([
      ...['Softmax', 'NSL', 'A-Softmax, m = 1', 'A-Softmax, m = 2', 'A-Softmax, m = 3', 'A-Softmax, m = 4'],
      ...['LMCL, m = 0', 'LMCL, m = 0.1', 'LMCL, m = 0.2', 'LMCL, m = 0.35'],
    ])
  })

  test('normalises the features as the loss does, or as it is asked to', () => {
    const of = (key: string) => toyLoss(key).isNormalised
    expect([of('softmax'), of('a-softmax:4'), of('lmcl:0.2'), of('nsl')]).toEqual([false, false, true, true])
    expect([of('arcface:0.3'), of('magface'), of('l-softmax:2')]).toEqual([true, true, false])
    expect([of('a-softmax:4:unit'), of('lmcl:0.2:free'), of('nsl:free')]).toEqual([true, false, false])
  })

  test.each([
    ['lmcl:x', 'expected NAME, NAME:MARGIN or NAME:MARGIN:unit, got lmcl:x'],
    ['a-softmax:5', 'margin must be 1, 2, 3 or 4, got 5'],
    ['lmlc', 'did you mean lmcl?'],
    ['softmax:unit', 'unknown option'],
    ['triplet', '--loss: the picture shows prototypes, expected a loss that has some, got triplet'],
  ])('refuses %s', (key, message) => {
    expect(() => toyLoss(key)).toThrow(message)
  })
})

describe('toyExperiment(data, losses)', () => {
  test('learns a few digits, each loss from one start, the same each time', async () => {
    const data = await toyData('digits', { classes: 3, perClass: 20 })
    const told: string[] = []
    const run = (onProgress?: (what: string, done: number, of: number) => void) =>
      toyExperiment(data, ['softmax', 'lmcl:0.2'], { dimensions: 3, start: 60, steps: 30, onProgress })
    const results = await run((what, done, of) => told.push(`${what} ${done}/${of}`))
    expect(told[0]).toBe('start 1/120')
    expect(told.at(-1)).toBe('LMCL, m = 0.2 120/120')
    expect(results.map(({ loss }) => loss.key)).toEqual(['softmax', 'lmcl:0.2'])
    for (const { features, prototypes, accuracyAtEnd } of results) {
      expect([features.rows, features.columns, prototypes.rows]).toEqual([60, 3, 3])
      expect(accuracyAtEnd).toBeGreaterThan(0.9)
    }
    const panel = spherePanel(results[1]!)
    expect(panel.angles.within99).toBeLessThan(panel.angles.between1)
    expect(panel.notes?.[0]).toMatch(/^margin met by \d+ %$/)
    const again = await run()
    expect(again[1]!.features.data).toEqual(results[1]!.features.data)
  })

  test('tells apart a few synthetic faces, who are numbered; a margin parts them further', async () => {
    const data = await toyData('faces', { classes: 3, perClass: 20 })
    expect([data.source, data.mirror, ...data.classNames]).toEqual(['synthetic faces', true, '1', '2', '3'])
    const options = { start: 150, steps: 80, batch: 16 }
    const results = await toyExperiment(data, ['softmax', 'lmcl:0.35'], options)
    for (const { features, accuracyAtEnd } of results) {
      expect([features.rows, features.columns]).toEqual([60, 2])
      expect(accuracyAtEnd).toBeGreaterThan(0.9)
    }
    // Degrees between the widest of a person's pictures and the nearest of two people's: about −22 and +4.
    const [plain, margin] = results.map((result) => {
      const { within99, between1 } = spherePanel(result).angles
      return between1 - within99
    })
    expect(margin! - plain!).toBeGreaterThan(10)
  })

  test('says which margin no network can meet', async () => {
    const data = await toyData('digits', { classes: 8, perClass: 2 })
    const [result] = await toyExperiment(data, ['lmcl:0.35'], { start: 0, steps: 1, batch: 4 })
    const { notes, angles } = spherePanel(result!)
    expect(notes?.[0]).toMatch(/^margin met by \d+ % \(the most possible is 0\.29\)$/)
    // Eight pairs within: 99 % of them are all of them, and lie below no more than the largest.
    expect(angles.within99).toBeLessThanOrEqual(angles.largestWithin)
    expect(angles.between1).toBeGreaterThanOrEqual(angles.smallestBetween)
  })

  test('stops when it is told to', async () => {
    const data = await toyData('digits', { classes: 2, perClass: 8 })
    const controller = new AbortController()
    const running = toyExperiment(data, ['softmax'], {
      ...{ start: 0, steps: 1000, batch: 4, signal: controller.signal },
      onProgress: () => controller.abort(),
    })
    await expect(running).rejects.toThrow('This operation was aborted')
  })
})
