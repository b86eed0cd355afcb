import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ijbMutations } from '../../../test/evaluate/ijb-mutations.ts'
import { encodeNpy } from '../../embed/index.ts'
import { auc, tarAtFar } from '../../evaluate/index.ts'
import { rng } from '../../math/rng.ts'

test('evaluate ijbb answers 2,000 seeded mutations of its files with a result or one clear line, within 150 MB', async () => {
  // What the program takes in any case is not counted.
  await ijbMutations(3, 50)
  const before = process.resourceUsage().maxRSS
  const { taken, refused, wrong } = await ijbMutations(2, 2000)
  expect(wrong).toEqual([])
  expect(taken).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(1000)
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(150 * 1024)
})

const PROBES = 10_270
const GALLERY = 1845
const IMAGES = 227_630
const IMPOSTORS = 8_000_000
const D = 8

/** The first template's number of impostor pair `p`, and the second's. */
const impostor = (p: number): [number, number] => [
  GALLERY + ((Math.imul(p, 7919) >>> 0) % PROBES),
  (Math.imul(p, 104_729) >>> 0) % GALLERY,
]

function* pairLines(): Generator<string> {
  let piece = ''
  for (let p = 0; p < IMPOSTORS; p++) {
    // A genuine pair now and then: those of each probe with the gallery's template of its person.
    if (p % 779 === 0 && p / 779 < PROBES) piece += `${p / 779 + GALLERY} ${(p / 779) % GALLERY} 1\n`
    const [probe, gallery] = impostor(p)
    piece += `${probe} ${gallery} 0\n`
    if (piece.length > 1 << 16) {
      yield piece
      piece = ''
    }
  }
  for (let g = Math.ceil(IMPOSTORS / 779); g < PROBES; g++) piece += `${g + GALLERY} ${g % GALLERY} 1\n`
  yield piece
}

test('evaluate ijbb streams 8,010,270 pairs of 12,115 templates of 227,630 images in 400 MB, and counts exactly', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ijb-full-'))
  try {
    const at = (name: string) => join(folder, name)
    const templateOf = (image: number) => image % (PROBES + GALLERY)
    const random = rng(4)
    // Small whole numbers, so that thousands of scores tie.
    const features = Float32Array.from({ length: IMAGES * D }, (_, i) => {
      const template = templateOf(Math.floor(i / D))
      const person = template < GALLERY ? template : (template - GALLERY) % GALLERY
      return ((person * 31 + (i % D) * 17 + (person >> (i % D))) % 7) - 3 + random.below(3)
    })
    await writeFile(at('features.npy'), encodeNpy({ shape: [IMAGES, D], data: features }))
    await writeFile(
      at('templates'),
      Array.from({ length: IMAGES }, (_, i) => `${i + 1}.jpg ${templateOf(i)} ${i % 50_000}\n`).join(''),
    )
    await pipeline(Readable.from(pairLines()), createWriteStream(at('pairs')))

    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const peak = 'process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS))'
    const child = spawn(
      process.execPath,
      [
        ...['--import', `data:text/javascript,${encodeURIComponent(peak)}`, main, 'evaluate', 'ijbb'],
        ...['--templates', at('templates'), '--pairs', at('pairs'), '--features', at('features.npy')],
        ...['--memory', '400MiB', '--json'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    const code = await new Promise((done) => child.on('close', done))
    expect(stderr).toContain('impostor pairs 8010270')
    expect(code).toBe(0)
    const { verification } = JSON.parse(stdout)
    expect(verification).toMatchObject({ pairs: 8_010_270, genuinePairs: PROBES, impostorPairs: IMPOSTORS })
    expect(Number(/peak (\d+)/.exec(stderr)![1])).toBeLessThan(400 * 1024)

    // The same again with every score held and sorted.
    const templates = pooledSlowly(features, templateOf)
    const score = (a: number, b: number) => {
      let sum = 0
      for (let k = 0; k < D; k++) sum += templates[a * D + k]! * templates[b * D + k]!
      return sum
    }
    const scores = new Float64Array(IMPOSTORS + PROBES)
    const same = new Uint8Array(scores.length).fill(1, IMPOSTORS)
    for (let p = 0; p < IMPOSTORS; p++) scores[p] = score(...impostor(p))
    for (let g = 0; g < PROBES; g++) scores[IMPOSTORS + g] = score(g + GALLERY, g % GALLERY)
    for (const [far, tar] of Object.entries(verification.tarAtFar))
      expect(tar, far).toBe(tarAtFar(scores, same, Number(far)))
    expect(verification.auc).toBe(auc(scores, same))
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** Templates [12,115, D]: media of a template by rising number, images of a medium in the order of the list. */
function pooledSlowly(features: Float32Array, templateOf: (image: number) => number): Float64Array {
  const count = PROBES + GALLERY
  const media: Map<number, number[]>[] = Array.from({ length: count }, () => new Map())
  for (let i = 0; i < IMAGES; i++) {
    const own = media[templateOf(i)]!
    own.set(i % 50_000, [...(own.get(i % 50_000) ?? []), i])
  }
  const templates = new Float64Array(count * D)
  for (const [t, own] of media.entries()) {
    const sum = new Float64Array(D)
    for (const [, images] of [...own].sort(([a], [b]) => a - b))
      for (let k = 0; k < D; k++)
        sum[k]! += images.reduce((total, i) => total + features[i * D + k]!, 0) / images.length
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0))
    for (let k = 0; k < D; k++) templates[t * D + k] = sum[k]! / length
  }
  return templates
}
