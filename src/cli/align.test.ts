import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readLandmarks } from '../data/landmarks.ts'
import { DataError, UsageError } from '../errors.ts'
import { input } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { registerAlign } from './align.ts'

let base: string
let photos: string
let printed: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'align-'))
  photos = join(base, 'photos')
  await mkdir(join(photos, 'ann'), { recursive: true })
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(base, { recursive: true })
})

/** Runs `steradian align` in this process; `-` stands for the folder of the test. */
async function align(...words: string[]): Promise<void> {
  const program = new Command('steradian').exitOverride()
  registerAlign(program)
  const command = program.commands[0]!.exitOverride()
  command.configureOutput({ outputError: () => {} })
  await program.parseAsync(['align', ...words], { from: 'user' })
}

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url))
const plain = (): Promise<Buffer> =>
  sharp({ create: { width: 90, height: 90, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()

test.each([
  [['--size', '112'], '--size: expected HEIGHTxWIDTH in pixels, such as 112x96, got 112'],
  [['--choose', 'prettiest'], '--choose: expected largest or central, got prettiest'],
  [['--min-score', '1.5'], '--min-score: expected a number from 0 to 1, got 1.5'],
  [['--min-score', 'high'], '--min-score: expected a number from 0 to 1, got high'],
  [['--max-side', '8'], '--max-side: expected a number from 32 to 1000000, got 8'],
])('align %j is refused in one line', async (words, line) => {
  const run = align(photos, '--detector', 'x.onnx', '--out', join(base, 'out'), ...words)
  await expect(run).rejects.toThrow(new UsageError(line))
})

test('align wants a detector and an output folder, and names the nearest of a misspelt option', async () => {
  await expect(align(photos, '--out', join(base, 'out'))).rejects.toThrow(/--detector/)
  await expect(align(photos, '--detector', 'x.onnx')).rejects.toThrow(/--out/)
  const misspelt = align(photos, '--detector', 'x', '--out', 'y', '--chose', 'largest')
  await expect(misspelt).rejects.toThrow(/--choose/)
})

test('align refuses a detector that is missing, a folder, no ONNX, or ONNX but no YuNet, and makes nothing', async () => {
  await writeFile(join(photos, 'ann', '1.jpg'), await plain())
  const refusal = (file: string) =>
    expect(align(photos, '--detector', file, '--out', join(base, 'out'))).rejects
  await refusal(join(base, 'none.onnx')).toThrow(new DataError(`${base}/none.onnx: no such file or folder`))
  await refusal(base).toThrow(new DataError(`${base}: expected an ONNX model, got a folder`))
  const text = join(base, 'text.onnx')
  await writeFile(text, 'this is no model')
  await refusal(text).toThrow(/^[^\n]*text\.onnx: not an ONNX model that can be run \([^\n]*\)$/)
  const other = join(base, 'other.onnx')
  await writeFile(other, emit({ embedding: input('image', [1, 3, 32, 32], 'float32') }, { name: 'other' }))
  await refusal(other).toThrow(
    new DataError(`${other}: not a YuNet face detector: expected outputs cls_8 to kps_32, got embedding`),
  )
  expect((await readdir(base)).sort()).toEqual(['other.onnx', 'photos', 'text.onnx'])
})

describe.skipIf(!existsSync(shared))('with YuNet (needs ../shared)', () => {
  const detector = join(shared, 'models', 'yunet_n_dynamic.onnx')
  const lfw = (): string[] => globSync(`${shared}data/lfw/lfw-deepfunneled/*/*.jpg`).sort()

  test('align finds the points that were found before, and --json prints one object', async () => {
    const chosen = lfw().filter((_, i) => i % 1000 === 60)
    for (const [i, file] of chosen.entries())
      await writeFile(join(photos, 'ann', `${i + 10}.jpg`), await readFile(file))
    const out = join(base, 'out')
    await align(
      photos,
      '--detector',
      detector,
      '--out',
      out,
      '--choose',
      'central',
      '--size',
      '112x112',
      '--json',
    )
    expect(JSON.parse(printed)).toEqual({
      photographs: chosen.length,
      aligned: chosen.length,
      refused: 0,
      reasons: {},
      others: 0,
      size: '112x112',
      out,
      landmarks: join(out, 'landmarks.csv'),
      refusals: join(out, 'refused.csv'),
      seconds: expect.any(Number),
    })
    expect((await sharp(join(out, 'ann', '10.png')).metadata()).width).toBe(112)
    const before = new Map(
      (await readLandmarks(`${shared}data/lfw/landmarks.csv`)).rows.map((row) => [row.image, row.points]),
    )
    const { rows } = await readLandmarks(join(out, 'landmarks.csv'))
    for (const [i, { image, points }] of rows.entries()) {
      expect(image).toBe(`ann/${i + 10}.jpg`)
      const known = before.get(chosen[i]!.slice(`${shared}data/lfw/`.length))!
      for (const [k, at] of points.entries()) expect(Math.abs(at - known[k]!)).toBeLessThan(0.25)
    }
  })

  test('align finds the same face in a photograph that lies on its side and says so in EXIF', async () => {
    const file = await readFile(lfw()[0]!)
    await writeFile(join(photos, 'ann', '0.png'), await sharp(file).png().toBuffer())
    // Orientation 6: the top of the scene is at the right, so turned a quarter to the left it lies on its side.
    const aside = sharp(file).rotate(270).png()
    await writeFile(join(photos, 'ann', '6.png'), await aside.withMetadata({ orientation: 6 }).toBuffer())
    await align(photos, '--detector', detector, '--out', join(base, 'out'))
    const { rows } = await readLandmarks(join(base, 'out', 'landmarks.csv'))
    expect(rows).toHaveLength(2)
    expect([...rows[1]!.points]).toEqual([...rows[0]!.points])
    const [upright, turned] = await Promise.all(
      ['0.png', '6.png'].map((name) => readFile(join(base, 'out', 'ann', name))),
    )
    expect(turned!.equals(upright!)).toBe(true)
  })

  test('align that finds no face at all says so, and leaves the reasons', async () => {
    await writeFile(join(photos, 'ann', '1.jpg'), await plain())
    const out = join(base, 'out')
    await expect(align(photos, '--detector', detector, '--out', out)).rejects.toThrow(
      new DataError(`${photos}: no face in any of 1 photographs, reasons in ${out}/refused.csv`),
    )
    expect(await readFile(join(out, 'refused.csv'), 'utf8')).toBe('image,reason\nann/1.jpg,no face found\n')
    expect(printed).toContain('0 of 1 photographs aligned to 112x96')
    expect(printed).toContain('  1  no face found')
  })
})
