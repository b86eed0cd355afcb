import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { relativeError } from '../../../test/evaluator/index.ts'
import { encoded, type Held, held, toyBackbone, toyData } from '../../../test/train/toy.ts'
import { UsageError } from '../../errors.ts'
import { classCosines, lossNamed, lossParts, metricsOf, unit } from '../../losses/index.ts'
import { batchNorm, dropout } from '../../nn/index.ts'
import {
  type Backbone,
  decodeCheckpoint,
  type Head,
  type Progress,
  type TrainOptions,
  train,
} from '../index.ts'

const data = toyData()
const batch = 8

/** The options of a loss of the catalogue, and its head in chunks of `rows` classes. */
function withLoss(name: string, options: Readonly<Record<string, unknown>> = {}) {
  const built = lossNamed(name).build(options)
  const { prototypesPerClass } = built
  const chunked = (rows: number, folder?: string): Head => ({
    kind: 'chunked',
    parts: lossParts(built),
    cosines: (x, W) => classCosines(x, W, prototypesPerClass),
    rows,
    ...(folder !== undefined && { folder }),
  })
  const run = {
    loss: built.loss,
    ...(prototypesPerClass !== undefined && { prototypesPerClass }),
    ...(built.renormalise && { project: unit }),
    metrics: metricsOf(built),
  }
  return { run, chunked }
}

async function observed(options: Partial<TrainOptions>) {
  const progress: Progress[] = []
  const checkpoints: Held[] = []
  const trained = await train({
    backbone: toyBackbone,
    loss: lossNamed('lmcl').build().loss,
    data,
    batch,
    steps: 4,
    rate: 0.05,
    threads: 1,
    onStep: (step) => progress.push(step),
    onCheckpoint: async (checkpoint) => void checkpoints.push(await held(checkpoint)),
    ...options,
  })
  return { ...trained, progress, checkpoints }
}

/** How far two runs are apart: losses, metrics, and every learnt tensor, relative to the first. */
function apart(
  a: Awaited<ReturnType<typeof observed>>,
  b: Awaited<ReturnType<typeof observed>>,
): Record<string, number> {
  const numbers = ({ progress }: typeof a, of: (step: Progress) => number): number[] => progress.map(of)
  return {
    loss: relativeError(
      numbers(b, ({ loss }) => loss),
      numbers(a, ({ loss }) => loss),
    ),
    // Numbers of a fixed range may be nothing; they are compared by their range.
    cosine: relativeError(
      numbers(b, ({ values }) => values.cosine! + 1),
      numbers(a, ({ values }) => values.cosine! + 1),
    ),
    accuracy: relativeError(
      numbers(b, ({ values }) => values.accuracy! + 1),
      numbers(a, ({ values }) => values.accuracy! + 1),
    ),
    ...Object.fromEntries(
      // A bias ahead of batch normalisation is rounding alone: what is nothing in both is not compared by its own length.
      [...a.values].map(([name, values]) => [
        name,
        relativeError([...b.values.get(name)!, 1], [...values, 1]),
      ]),
    ),
  }
}

const layered: Backbone = (pixels, mode) =>
  dropout(batchNorm(toyBackbone(pixels, mode), 'norm', { ...mode }), 'drop', { rate: 0.3, ...mode })

describe('a chunked head', () => {
  it.each([
    ['softmax', {}],
    ['nsl', {}],
    ['lmcl', { scale: 20 }],
    ['lmcl', { scale: 20, triplet: 0.5 }],
    ['a-softmax', { lambdaBase: 5, form: 'renormalised' }],
    ['arcface', {}],
    ['sub-center-arcface', {}],
    ['l-softmax', { lambdaBase: 10 }],
    ['magface', { lowerNorm: 0.1, upperNorm: 2 }],
    ['circle', {}],
    ['elasticface-arc', {}],
  ])('learns what the dense one learns, in loss, metrics and every weight: %s %o', async (name, options) => {
    const { run, chunked } = withLoss(name, options)
    const dense = await observed({ ...run })
    const inChunks = await observed({ ...run, head: chunked(2) })
    for (const [what, distance] of Object.entries(apart(dense, inChunks)))
      expect(distance, what).toBeLessThan(1e-5)
    expect(inChunks.values.size).toBe(dense.values.size)
  })

  it('does so whatever the size of a chunk, with running statistics and dropout, and with plain operators', async () => {
    const { run, chunked } = withLoss('lmcl', { scale: 20 })
    const layers = { ...run, backbone: layered }
    const dense = {
      cpu: await observed({ ...layers }),
      plain: await observed({ ...layers, lowering: 'plain' }),
    }
    for (const [rows, lowering] of [
      [1, 'cpu'],
      [3, 'plain'],
      [100, 'cpu'],
    ] as const) {
      const inChunks = await observed({ ...layers, head: chunked(rows), lowering })
      // What is kept of the features of four steps has gathered their rounding.
      for (const [what, distance] of Object.entries(apart(dense[lowering], inChunks)))
        expect(distance, `${what}, ${rows} a chunk`).toBeLessThan(what.startsWith('norm.') ? 5e-5 : 1e-5)
    }
  })
})

describe('a chunked head on three threads', () => {
  const { run, chunked } = withLoss('lmcl', { scale: 20 })
  const options = { ...run, head: chunked(2), threads: 3 }

  it('learns what the dense one learns, and goes on from a checkpoint to the byte', async () => {
    const [dense, parted] = [await observed({ ...run }), await observed({ ...options, checkpointEvery: 2 })]
    for (const [what, distance] of Object.entries(apart(dense, parted)))
      expect(distance, what).toBeLessThan(1e-5)
    const resume = await decodeCheckpoint(await encoded(parted.checkpoints[0]!), 'checkpoint')
    const rest = await observed({ ...options, resume })
    expect(await encoded(rest.checkpoints.at(-1)!)).toEqual(await encoded(parted.checkpoints.at(-1)!))
  })

  it('gives the same to the byte with its rows in files, of which it leaves none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steradian-'))
    try {
      const [inMemory, inFiles] = [
        await observed(options),
        await observed({ ...options, head: chunked(2, folder) }),
      ]
      expect(await encoded(inFiles.checkpoints.at(-1)!)).toEqual(await encoded(inMemory.checkpoints.at(-1)!))
      expect(readdirSync(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('says what went wrong where its files cannot be, and ends', async () => {
    const folder = join(tmpdir(), 'steradian-is-not-here')
    await expect(observed({ ...options, head: chunked(2, folder) })).rejects.toThrow(
      /steradian-is-not-here.*prototypes cannot be kept in a file/,
    )
  })
})

it('a chunked head that keeps its logits learns the same, and goes on to the byte', async () => {
  const { run, chunked } = withLoss('lmcl', { scale: 20 })
  const head: Head = { ...(chunked(2) as Extract<Head, { kind: 'chunked' }>), keepsLogits: true }
  const [dense, kept] = [await observed({ ...run }), await observed({ ...run, head, checkpointEvery: 2 })]
  for (const [what, distance] of Object.entries(apart(dense, kept))) expect(distance, what).toBeLessThan(1e-5)
  const resume = await decodeCheckpoint(await encoded(kept.checkpoints[0]!), 'checkpoint')
  const rest = await observed({ ...run, head, resume })
  expect(await encoded(rest.checkpoints.at(-1)!)).toEqual(await encoded(kept.checkpoints.at(-1)!))
})

describe('a sampled head', () => {
  it('of all classes learns what the dense one learns', async () => {
    const { run } = withLoss('lmcl', { scale: 20 })
    const dense = await observed({ ...run })
    const sampled = await observed({ ...run, head: { kind: 'sampled', ratio: 1 } })
    for (const [what, distance] of Object.entries(apart(dense, sampled)))
      expect(distance, what).toBeLessThan(1e-5)
  })
})

const heads: [string, (folder?: string) => Partial<TrainOptions>][] = [
  [
    'chunked',
    (folder) => {
      const { run, chunked } = withLoss('softmax')
      return { ...run, head: chunked(2, folder) }
    },
  ],
  [
    'sampled',
    (folder) => ({
      ...withLoss('softmax').run,
      head: { kind: 'sampled', ratio: 0.4, ...(folder !== undefined && { folder }) },
      batch: 2,
      steps: 12,
    }),
  ],
]

describe.each(heads)('a head that is %s', (kind, optionsFor) => {
  it('goes on from a checkpoint as if it had never stopped, to the byte', async () => {
    const options = optionsFor()
    const steps = options.steps ?? 4
    const whole = await observed({ ...options, checkpointEvery: steps / 2 })
    const [half, end] = whole.checkpoints
    const resume = await decodeCheckpoint(await encoded(half!), 'checkpoint')
    const rest = await observed({ ...options, resume })
    expect(await encoded(rest.checkpoints.at(-1)!)).toEqual(await encoded(end!))
  })

  it('gives the same to the byte with its rows in files, of which it leaves none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steradian-'))
    try {
      const [inMemory, inFiles] = [await observed(optionsFor()), await observed(optionsFor(folder))]
      expect(await encoded(inFiles.checkpoints.at(-1)!)).toEqual(await encoded(inMemory.checkpoints.at(-1)!))
      expect(readdirSync(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is refused for a loss without prototypes, before an image is read', async () => {
    const { loss } = lossNamed('contrastive').build()
    const options = { ...optionsFor(), loss, metrics: () => ({}) }
    await expect(observed(options)).rejects.toThrow(
      new UsageError(`head: only a loss with prototypes has classes to go through, got ${kind}`),
    )
  })
})

it('a sampled head leaves the classes alone that a step does not look at, their velocity too', async () => {
  const options = { ...heads[1]![1](), batch: 1, steps: 1 }
  const start = await observed({ ...options, rate: 0 })
  const after = await observed(options)
  const rows = (run: typeof start, name: string): Float32Array => run.checkpoints.at(-1)!.values.get(name)!
  const weight = 'head.weight'
  const width = rows(after, weight).length / data.classes
  const moved = Array.from({ length: data.classes }, (_, c) =>
    rows(after, weight)
      .subarray(c * width, (c + 1) * width)
      .some((value, i) => value !== rows(start, weight)[c * width + i]),
  )
  const pushed = Array.from({ length: data.classes }, (_, c) =>
    rows(after, `${weight}#velocity`)
      .subarray(c * width, (c + 1) * width)
      .some((value) => value !== 0),
  )
  expect(pushed).toEqual(moved)
  expect(moved.filter(Boolean)).toHaveLength(Math.max(1, Math.round(0.4 * data.classes)))
})

it('refuses a ratio outside 0 … 1', async () => {
  for (const ratio of [0, -1, 1.5, Number.NaN])
    await expect(observed({ head: { kind: 'sampled', ratio } })).rejects.toThrow(
      new UsageError(`head: sampleRatio must be above 0 and at most 1, got ${ratio}`),
    )
})
