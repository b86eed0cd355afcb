/** Our side of a bench, driven as the rival is: a setup in JSON as the argument, a line `N` for N pieces of work. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { architectureNamed } from '../src/backbones/index.ts'
import { fileSource, trainingData } from '../src/data/index.ts'
import { readAligned } from '../src/data/source.ts'
import { input, topologicalOrder } from '../src/graph/index.ts'
import { lmcl } from '../src/losses/index.ts'
import { rng } from '../src/math/rng.ts'
import { createSession } from '../src/runtime/index.ts'
import { countDistractors } from '../src/search/index.ts'
import {
  type Backbone,
  embeddingModel,
  preprocess,
  type TrainingBatch,
  train,
  writeCheckpoint,
} from '../src/train/index.ts'
import { gated } from './gated.ts'
import { headWork } from './head.ts'
import { loggedStep } from './logged-step.ts'
import type { Setup } from './setup.ts'

const setup = JSON.parse(process.argv[2]!) as Setup

const say = (facts: object): void => {
  console.log(JSON.stringify({ ...facts, peakBytes: process.resourceUsage().maxRSS * 1024 }))
}

/** The network of a setup. */
const backbone =
  (architecture: string, width: number, dimensions: number): Backbone =>
  (pixels, mode) =>
    architectureNamed(architecture).build(pixels, { width, dimensions, ...mode })

/** Steps of a network by the trainer. */
async function stepWork(): Promise<(count: number) => Promise<void>> {
  if (setup.kind !== 'step') throw new Error(`no step: ${setup.kind}`)
  const { batch, height, width, classes, architecture, multiplier, dimensions, threads, files, checkpoint } =
    setup
  const random = rng(1)
  const image = Uint8Array.from({ length: batch * height * width * 3 }, () => random.below(256))
  const labels = Int32Array.from({ length: batch }, () => random.below(classes))
  const read =
    files &&
    trainingData(
      fileSource(
        {
          samples: files.paths.map((path, i) => ({
            path,
            name: path,
            label: Math.floor(i / files.each),
            points: Float64Array.from(files.points),
          })),
        },
        { height, width },
      ),
    )
  const log = await loggedStep(setup)
  return gated((gate) => {
    async function* batches(options: {
      batch: number
      seed: number
      firstStep: number
      steps: number
    }): AsyncGenerator<TrainingBatch> {
      if (read) {
        for await (const ready of read.batches(options)) {
          await gate()
          yield ready
        }
      } else
        while (true) {
          await gate()
          yield { image, labels }
        }
    }
    return train({
      backbone: backbone(architecture, multiplier, dimensions),
      loss: (x, W, y) => lmcl(x, W, y),
      data: { count: read ? read.count : batch, classes, height, width, batches },
      batch,
      steps: 1_000_000,
      rate: 0.01,
      threads,
      ...log,
      ...(checkpoint !== undefined && {
        checkpointEvery: 4,
        onCheckpoint: (saved) => writeCheckpoint(checkpoint, saved),
      }),
    })
  })
}

async function forwardWork(): Promise<(count: number) => Promise<void>> {
  if (setup.kind !== 'forward') throw new Error(`no forward: ${setup.kind}`)
  const { batch, height, width, architecture, multiplier, dimensions, threads } = setup
  const random = rng(1)
  const net = backbone(architecture, multiplier, dimensions)
  const session = await createSession(
    embeddingModel({
      backbone: net,
      height,
      width,
      values: new Map(
        topologicalOrder([net(preprocess(input('image', [batch, height, width, 3], 'uint8')))]).flatMap(
          ({ leaf, shape }) =>
            leaf?.kind === 'parameter' || leaf?.kind === 'kept'
              ? [[leaf.name, leaf.init(random, shape)] as const]
              : [],
        ),
      ),
    }),
    { threads },
  )
  const data = Uint8Array.from({ length: batch * height * width * 3 }, () => random.below(256))
  const image = { type: 'uint8' as const, shape: [batch, height, width, 3], data }
  return async (count) => {
    for (let i = 0; i < count; i++) await session.run({ image })
  }
}

function pictureWork(): (count: number) => Promise<void> {
  if (setup.kind !== 'pictures') throw new Error(`no pictures: ${setup.kind}`)
  const { files, points, height, width } = setup
  const out = new Uint8Array(height * width * 3)
  let place = 0
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const path = files[place++ % files.length]!
      await readAligned(
        { path, points: Float64Array.from(points) },
        { height, width, template: 'sphereface' },
        out,
        0,
      )
    }
  }
}

function distractorWork(): (count: number) => Promise<void> {
  if (setup.kind !== 'distractors') throw new Error(`no distractors: ${setup.kind}`)
  const { distractors, rows, columns, fars, threads } = setup
  const labels = new Int32Array(new Uint8Array(readFileSync(setup.labels)).buffer)
  const data = new Float32Array(new Uint8Array(readFileSync(setup.probes)).buffer)
  const probes = { data, rows: labels.length, columns }
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const source = { kind: 'matrix', path: distractors, offset: 0, rows, columns } as const
      await countDistractors({ probes, labels, fars, best: 5 }, source, { threads })
    }
  }
}

const works = {
  head: async () => {
    if (setup.kind !== 'head') throw new Error(`no head: ${setup.kind}`)
    return headWork(setup)
  },
  step: stepWork,
  forward: forwardWork,
  pictures: pictureWork,
  distractors: distractorWork,
}
const work = await works[setup.kind]()
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now()
  const before = process.cpuUsage()
  await work(Number(line))
  const { user, system } = process.cpuUsage(before)
  say({ seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 })
}
process.exit(0)
