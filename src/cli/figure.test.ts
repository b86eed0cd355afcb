import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { steradian } from '../../test/cli/steradian.ts'
import { figures } from './figure/figures-table.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'figure-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('steradian figure', () => {
  test('--list names each figure with what it shows', async () => {
    const { code, stdout } = await steradian('figure', '--list')
    expect(code).toBe(0)
    for (const name of ['boundaries', 'psi', 'target-logits', 'gradients', 'geometry', 'bounds'])
      expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
    expect(stdout.trim().split('\n')).toHaveLength(figures.length)
  })

  test('writes SVG, PNG, HTML and CSV of one drawing in one go', async () => {
    const [svg, png, html, csv] = ['svg', 'png', 'html', 'csv'].map((ending) => join(folder, `psi.${ending}`))
    const out = [svg, png, html, csv].flatMap((path) => ['--out', path!])
    const { code, stdout, stderr } = await steradian(
      'figure',
      'psi',
      '--title',
      'ψ & co',
      '--width',
      '600',
      ...out,
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toBe(`${[svg, png, html, csv].join('\n')}\n`)

    const drawing = readFileSync(svg!, 'utf8')
    expect(drawing).toContain('<title>ψ &amp; co</title>')
    expect(Number(/ width="([\d.]+)"/.exec(drawing)![1])).toBeCloseTo(600, -2)
    // In its own font, and with no colour or font left to the machine.
    expect(drawing).toMatch(
      /@font-face\{font-family:'Source Sans 3';font-weight:400;src:url\(data:font\/woff2;base64,/,
    )
    expect(drawing).toContain(`font-family="'Source Sans 3', system-ui, sans-serif"`)
    expect(drawing).not.toMatch(/var\(--|currentColor/)

    // Two pixels for each of CSS, a white ground, and text that was drawn: dark pixels where the title stands.
    const image = sharp(readFileSync(png!))
    const { width } = await image.metadata()
    expect(Math.abs(width! - 2 * Number(/ width="([\d.]+)"/.exec(drawing)![1]))).toBeLessThan(1)
    const pixels = await image.flatten().greyscale().raw().toBuffer()
    expect(pixels[0]).toBe(255)
    const titleRows = pixels.subarray(0, 60 * width!)
    expect(titleRows.filter((value) => value < 120).length).toBeGreaterThan(150)

    const page = readFileSync(html!, 'utf8')
    expect(page).toContain('<h1>ψ &amp; co</h1>')
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
    expect(page).toContain('prefers-color-scheme:dark')
    const saved = /href="data:text\/csv;base64,([^"]*)"/.exec(page)![1]!
    expect(Buffer.from(saved, 'base64').toString()).toBe(readFileSync(csv!, 'utf8'))
    expect(readFileSync(csv!, 'utf8').split('\n')[0]).toBe('what,curve,theta_degrees,value')
  })

  test('--dark lays a dark ground', async () => {
    const path = join(folder, 'dark.svg')
    await steradian('figure', 'target-logits', '--dark', '--out', path)
    expect(readFileSync(path, 'utf8')).toContain('fill="#1b1f24"')
  })

  test.each([
    [['psy', '--out', 'x.svg'], /^steradian: figure: unknown figure, did you mean psi\? got psy\n$/],
    [[], /^steradian: figure: expected a name, or --list for all of them\n$/],
    [['psi'], /^steradian: required option '--out <file>' not specified\n$/],
    [
      ['psi', '--out', 'x.gif'],
      /^steradian: --out: expected a file that ends in .svg, .png, .html or .csv, got x.gif\n$/,
    ],
    [
      ['psi', '--out', 'x.svg', '--width', '1e3x'],
      /^steradian: --width: expected a whole number from 120 to 4096, got 1e3x\n$/,
    ],
    [['psi', '--out', 'nowhere/x.svg'], /^steradian: nowhere: .*\n$/],
    [
      ['geometry', '--cosine', '3', '--out', 'x.svg'],
      /^steradian: --cosine: expected a number from 0 to 2, got 3\n$/,
    ],
  ])('%j is refused in one line', async (words, message) => {
    const { code, stderr, stdout } = await steradian('figure', ...words)
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('leaves nothing half-written', async () => {
    const before = readdirSync(folder)
    expect((await steradian('figure', 'psi', '--out', join(folder, 'no', 'x.svg'))).code).toBe(2)
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('steradian bounds', () => {
  test('says the least scale and the largest margin in words', async () => {
    const { stdout, code } = await steradian('bounds', '--classes', '10572', '--dimensions', '512')
    expect(code).toBe(0)
    expect(stdout).toContain(
      's must be at least 11.46 for a posterior of 0.9 at a class centre among 10,572 classes',
    )
    expect(stdout).toContain('s must be at least 13.86 for a posterior of 0.99')
    expect(stdout).toContain('no closed form for 10,572 classes in 512 dimensions')
    expect(stdout).toContain('between 0.8359 (centres 80.6° apart fit) and 1, which it does not reach')
  })

  test('judges a choice', async () => {
    const words = ['bounds', '--classes', '8', '--dimensions', '2', '--margin', '0.35', '--scale', '3']
    const { stdout } = await steradian(...words)
    expect(stdout).toContain(
      'against it: margin: 8 classes in 2 dimensions cannot all meet more than 0.2929, got 0.35',
    )
    expect(stdout).toContain('against it: scale: 8 classes need at least 3.63')
    const { stdout: json } = await steradian(...words, '--json')
    expect(JSON.parse(json)).toMatchObject({ margin: { atMost: 1 - Math.SQRT1_2, closedForm: true } })
    expect(JSON.parse(json).warnings).toHaveLength(2)
  })

  test('refuses a posterior of 1, and a single class', async () => {
    const sizes = ['--classes', '8', '--dimensions', '2']
    expect((await steradian('bounds', ...sizes, '--posterior', '0.9,1')).stderr).toBe(
      'steradian: --posterior: expected numbers between 0 and 1, such as 0.9,0.99, got 0.9,1\n',
    )
    expect((await steradian('bounds', '--classes', '1', '--dimensions', '2')).stderr).toBe(
      'steradian: --classes: expected a whole number from 2 to 1000000000, got 1\n',
    )
  })
})
