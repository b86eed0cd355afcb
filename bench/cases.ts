import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { syntheticFaces } from '../src/data/index.ts'
import { template } from '../src/image/align.ts'
import { similarityTransform } from '../src/math/similarity.ts'
import { withDistractors } from './distractors.ts'
import { interleaved, median } from './interleaved.ts'
import type { Setup } from './setup.ts'
import { hasModule, type Measured, type Side, startOurs, startRival } from './side.ts'

/** A line of the bench: `ratio` says how many times better ours is; without the rival both are null. */
export interface Result {
  readonly name: string
  readonly ours: number
  readonly rival: number | null
  readonly unit: string
  readonly ratio: number | null
  /** The smallest and largest of ours, where it was repeated. */
  readonly spread?: readonly [number, number]
  readonly note?: string
}

const full = {
  batch: 32,
  height: 112,
  width: 96,
  architecture: 'sfnet20',
  multiplier: 1,
  dimensions: 512,
  threads: 2,
} as const
/** As published: squares of 112. */
const square = { ...full, width: 112 } as const
const half = { ...full, batch: 64, height: 56, width: 48, multiplier: 0.5, dimensions: 256 } as const

/** Pieces a second of both sides, more is better. */
async function rate(
  name: string,
  setup: Setup,
  {
    count,
    repetitions = 5,
    perPiece,
    unit = 'images/s',
  }: { count: number; repetitions?: number; perPiece: number; unit?: string },
): Promise<Result> {
  const sides = [await startOurs(setup), hasModule('torch') ? await startRival(setup) : null]
  const [ours, rival] = await interleaved(sides, {
    count,
    repetitions,
    value: ({ seconds }) => (count * perPiece) / seconds,
  })
  return result(name, ours!, rival ?? null, { unit, more: true })
}

function result(
  name: string,
  ours: readonly number[],
  rival: readonly number[] | null,
  { unit, more, note }: { unit: string; more: boolean; note?: string },
): Result {
  const a = median(ours)
  const b = rival && median(rival)
  return {
    name,
    ours: a,
    rival: b,
    unit,
    ratio: b === null ? null : more ? a / b : b / a,
    spread: [Math.min(...ours), Math.max(...ours)],
    ...(note && { note }),
  }
}

/** Peak memory of a process that trains and saves a checkpoint on the way, less is better. */
async function memory(name: string, setup: Extract<Setup, { readonly kind: 'step' }>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'steradian-bench-'))
  const saving = { ...setup, checkpoint: join(folder, 'checkpoint') }
  const peak = async (side: Side): Promise<number> => {
    const { peakBytes } = await side.work(6)
    await side.close()
    return peakBytes / 2 ** 20
  }
  try {
    const ours = await peak(await startOurs(saving))
    const rival = hasModule('torch') ? await peak(await startRival(saving)) : null
    return result(name, [ours], rival === null ? null : [rival], { unit: 'MiB', more: false })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** From the start of the process to the first finished step, less is better. */
async function firstStep(name: string, setup: Setup): Promise<Result> {
  const once = async (start: (setup: Setup) => Promise<Side>): Promise<number> => {
    const side = await start(setup)
    await side.work(1)
    const seconds = (performance.now() - side.started) / 1000
    await side.close()
    return seconds
  }
  const ours: number[] = []
  const rival: number[] = []
  for (let i = 0; i < 3; i++) {
    ours.push(await once(startOurs))
    if (hasModule('torch')) rival.push(await once(startRival))
  }
  return result(name, ours, rival.length > 0 ? rival : null, { unit: 's', more: false })
}

const people = 8
const imagesEach = 32

/** Writes synthetic faces as JPEG files, runs `use` on them, and takes them away. */
async function withPictures<T>(
  size: { height: number; width: number },
  use: (files: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'steradian-bench-'))
  try {
    const { pixels, height, width, labels } = syntheticFaces({ people, imagesPerPerson: imagesEach, ...size })
    const bytes = height * width * 3
    const files = await Promise.all(
      Array.from(labels, async (_, i) => {
        const path = join(folder, `${i}.jpg`)
        await sharp(pixels.subarray(i * bytes, (i + 1) * bytes), { raw: { height, width, channels: 3 } })
          .jpeg({ quality: 90 })
          .toFile(path)
        return path
      }),
    )
    return await use(files)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Pictures decoded and aligned a second of processor time, beside OpenCV's. */
const pipeline = (name: string): Promise<Result> =>
  withPictures({ height: 250, width: 214 }, async (files) => {
    const size = { height: 112, width: 96 }
    const points = [...template('sphereface', { height: 250, width: 214 })]
    const matrix = [...similarityTransform(points, template('sphereface', size))]
    const setup: Setup = { kind: 'pictures', files, points, matrix, ...size }
    const count = 1024
    const sides = [await startOurs(setup), hasModule('cv2') ? await startRival(setup) : null]
    const [ours, rival] = await interleaved(sides, {
      count,
      repetitions: 5,
      value: ({ cpuSeconds }) => count / cpuSeconds,
    })
    return result(name, ours!, rival ?? null, {
      unit: 'images/s a core',
      more: true,
      note: 'JPEG of 250×214 to 112×96, against OpenCV, by processor time',
    })
  })

/** Training from JPEG files beside the bare step: the rival is our own step on images in memory. */
const fromFiles = (name: string): Promise<Result> =>
  withPictures({ height: 250, width: 214 }, async (files) => {
    const points = template('sphereface', { height: 250, width: 214 })
    const bare: Setup = { kind: 'step', ...full, classes: 10572 }
    const sides = [
      await startOurs({ ...bare, files: { paths: files, points: [...points], each: imagesEach } }),
      await startOurs(bare),
    ]
    // Well above what is read ahead while the other side has its turn, or starvation would not show.
    const count = 16
    const [ours, rival] = await interleaved(sides, {
      count,
      repetitions: 2,
      value: ({ seconds }) => (count * full.batch) / seconds,
    })
    return result(name, ours!, rival!, { unit: 'images/s', more: true, note: 'the rival is our bare step' })
  })

/** Training under `--live` with an open page, beside the same without both: the rival is our own step. */
async function liveCost(name: string): Promise<Result> {
  const folders = [
    await mkdtemp(join(tmpdir(), 'steradian-bench-')),
    await mkdtemp(join(tmpdir(), 'steradian-bench-')),
  ]
  try {
    const setup = { kind: 'step', ...half, classes: 3058 } as const
    const sides = [
      await startOurs({ ...setup, log: { folder: folders[0]!, isLive: true } }),
      await startOurs({ ...setup, log: { folder: folders[1]!, isLive: false } }),
    ]
    // Several seconds at once, for what a page costs comes once or twice a second.
    const count = 24
    const [ours, rival] = await interleaved(sides, {
      count,
      repetitions: 7,
      value: ({ seconds }) => (count * half.batch) / seconds,
    })
    return result(name, ours!, rival!, {
      unit: 'images/s',
      more: true,
      note: 'with --live and an open page; the rival is our step without',
    })
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true })
  }
}

/**
 * 3,530 probes among a million distractors: identification of all ordered pairs, verification of all probes with all
 * distractors, the five best a probe. Seconds, less is better; the rival counts in float32, ours exactly.
 */
const megaface = (name: string): Promise<Result> =>
  withDistractors({ rows: 1_000_000, threads: 2 }, async (setup) => {
    const ours: Measured[] = []
    const rival: Measured[] = []
    const isThere = hasModule('torch')
    for (let i = 0; i < 2; i++)
      for (const [start, all] of [
        [startOurs, ours],
        ...(isThere ? [[startRival, rival] as const] : []),
      ] as const) {
        const side = await start(setup)
        all.push(await side.work(1))
        await side.close()
      }
    const seconds = (all: readonly Measured[]): number[] => all.map((measured) => measured.seconds)
    const peak = (all: readonly Measured[]): string =>
      `${Math.round(Math.max(...all.map(({ peakBytes }) => peakBytes)) / 2 ** 20)} MiB`
    return result(name, seconds(ours), isThere ? seconds(rival) : null, {
      unit: 's',
      more: false,
      note: `peak memory ${peak(ours)}${isThere ? `, the rival ${peak(rival)}` : ''}; 3,530 probes, 1,000,000 x 512`,
    })
  })

const manyClasses = {
  kind: 'head',
  batch: 64,
  dimensions: 512,
  classes: 100_000,
  ratio: 0.1,
  threads: 2,
} as const

/** Steps a second of a head alone: forward, backward, SGD; the rival is PyTorch's dense head. */
const head =
  (kind: 'dense' | 'chunked' | 'sampled') =>
  (name: string): Promise<Result> =>
    rate(name, { ...manyClasses, head: kind }, { count: 4, perPiece: 1, unit: 'steps/s' })

/** Every case by name, as functions of nothing: each starts its own processes, one thing at a time. */
export const cases: Readonly<Record<string, (name: string) => Promise<Result>>> = {
  'train-step': (name) =>
    rate(name, { kind: 'step', ...full, classes: 10572 }, { count: 2, perPiece: full.batch }),
  'train-memory': (name) => memory(name, { kind: 'step', ...full, classes: 10572 }),
  forward: (name) => rate(name, { kind: 'forward', ...full }, { count: 4, perPiece: full.batch }),
  'first-step': (name) => firstStep(name, { kind: 'step', ...full, classes: 10572 }),
  'train-step-yardstick': (name) =>
    rate(name, { kind: 'step', ...half, classes: 3058 }, { count: 8, perPiece: half.batch }),
  'train-step-ir50': (name) =>
    rate(
      name,
      { kind: 'step', ...square, architecture: 'ir50', classes: 10572 },
      { count: 1, repetitions: 3, perPiece: square.batch },
    ),
  'train-step-mobilefacenet': (name) =>
    rate(
      name,
      { kind: 'step', ...square, architecture: 'mobilefacenet', classes: 10572 },
      { count: 2, perPiece: square.batch },
    ),
  'head-dense-100k': head('dense'),
  'head-chunked-100k': head('chunked'),
  'head-sampled-100k': head('sampled'),
  pipeline,
  'train-from-files': fromFiles,
  'live-cost': liveCost,
  'megaface-1m': megaface,
}
