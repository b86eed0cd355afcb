import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { aliveOf } from '../../test/train/alive.ts'
import {
  bytesOf,
  encoded,
  type Held,
  held,
  holding,
  learnt,
  side,
  toyBackbone,
  toyData,
  toyPictures,
} from '../../test/train/toy.ts'
import { sfnet } from '../backbones/index.ts'
import { memorySource, trainingData } from '../data/index.ts'
import { DataError, NumericError, UsageError } from '../errors.ts'
import {
  add,
  drawn,
  keeping,
  kept,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  scheduled,
  sqrt,
  square,
  type Tensor,
} from '../graph/index.ts'
import { angularMetrics, lmcl, lossNamed, softmax, unit } from '../losses/index.ts'
import { hash32 } from '../math/hash.ts'
import { rng } from '../math/rng.ts'
import { batchNorm, convolution, dropout, filled, fullyConnected, gaussian, prelu } from '../nn/index.ts'
import { multiStep, sgd } from '../optim/index.ts'
import {
  type Backbone,
  buildStep,
  type Checkpoint,
  decodeCheckpoint,
  type Progress,
  prepare,
  stepCount,
  type TrainingBatch,
  type TrainingData,
  type TrainOptions,
  train,
} from './index.ts'

const data = toyData()
const usual = {
  backbone: toyBackbone,
  loss: softmax,
  data,
  batch: 8,
  rate: 0.05,
  threads: 1,
} satisfies TrainOptions

/** Trains and keeps what was reported and saved. */
async function observed(options: Partial<TrainOptions>) {
  const progress: Progress[] = []
  const checkpoints: Held[] = []
  const trained = await train({
    ...usual,
    onStep: (step) => progress.push(step),
    onCheckpoint: async (checkpoint) => void checkpoints.push(await held(checkpoint)),
    ...options,
  })
  return { ...trained, progress, checkpoints }
}

/** A checkpoint as it comes back from a file. */
const reread = async (checkpoint: Checkpoint): Promise<Checkpoint> =>
  decodeCheckpoint(await encoded(checkpoint), 'checkpoint')

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** The batches of `data`, with `before` called ahead of each; counts how often they were given back early. */
function watched(before: (step: number) => void | Promise<void>): TrainingData & { left: number } {
  const watchedData = {
    ...data,
    left: 0,
    async *batches(options: Parameters<TrainingData['batches']>[0]): AsyncGenerator<TrainingBatch> {
      let step = options.firstStep
      let finished = false
      try {
        for await (const batch of data.batches(options)) {
          await before(++step)
          yield batch
        }
        finished = true
      } finally {
        if (!finished) watchedData.left++
      }
    },
  }
  return watchedData
}

describe('train(options)', () => {
  it.each([
    ['softmax', softmax],
    ['lmcl', (x: Tensor, W: Tensor, labels: Tensor) => lmcl(x, W, labels, { s: 10, m: 0.2 })],
  ])(
    'brings the loss of pictures that can be told apart down, and their accuracy up: %s',
    async (_, loss) => {
      const { progress } = await observed({ loss, steps: 50, rate: 0.02, metrics: angularMetrics })
      const losses = progress.map((step) => step.loss)
      expect(mean(losses.slice(-5))).toBeLessThan(0.3 * mean(losses.slice(0, 3)))
      expect(mean(progress.slice(-5).map(({ values }) => values.accuracy!))).toBeGreaterThan(0.9)
    },
  )

  it('computes what the graph of its step says: two steps agree with the evaluator in float64', async () => {
    const { pixels, labels } = toyPictures()
    const source = memorySource({ pixels, labels, height: side, width: side })
    const plainData = trainingData(source, { mirror: false })
    const options = { batch: 4, rate: multiStep(0.1, { milestones: [1], factor: 0.5 }), steps: 2 }
    const { progress, checkpoints } = await observed({ ...options, data: plainData, checkpointEvery: 1 })
    const first = await observed({
      ...options,
      data: plainData,
      rate: 0,
      optimiser: sgd({ momentum: 0 }),
      steps: 1,
    })

    const step = buildStep({
      ...usual,
      ...{ batch: 4, height: side, width: side, classes: 4, optimiser: sgd(), prototypes: filled(0) },
    })
    let state: Record<string, ArrayLike<number>> = Object.fromEntries(
      step.state.map(({ name, shape }) => [
        name,
        first.values.get(name) ?? new Float64Array(shape.reduce((n, size) => n * size, 1)),
      ]),
    )
    let at = 0
    for await (const batch of plainData.batches({ batch: 4, seed: 0, firstStep: 0, steps: 2 })) {
      const results = evaluate(step.outputs, {
        ...state,
        image: batch.image,
        labels: batch.labels,
        rate: [0.1, 0.05][at]!,
      })
      expect(progress[at]!.loss).toBeCloseTo(results.loss![0]!, 5)
      state = Object.fromEntries(step.state.map(({ name }) => [name, results[`next:${name}`]!]))
      for (const [name, values] of checkpoints[at]!.values)
        expect(relativeError(values, state[name]!), `${name} after step ${at + 1}`).toBeLessThan(2e-5)
      at++
    }
    expect(at).toBe(2)
  })

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [one, same, other] = [
      await observed({ steps: 3, seed: 5 }),
      await observed({ steps: 3, seed: 5 }),
      await observed({ steps: 3, seed: 6 }),
    ]
    expect(bytesOf(same.values)).toEqual(bytesOf(one.values))
    expect(same.progress.map(({ loss }) => loss)).toEqual(one.progress.map(({ loss }) => loss))
    for (const name of ['head.weight', 'embedding.weight'])
      expect(bytesOf(other.values)[name]).not.toBe(bytesOf(one.values)[name])
  })

  it('in fast forms and as plain operators gives the same but for rounding', async () => {
    const deep: Backbone = (pixels) => sfnet(pixels, { depth: 10, width: 0.125, dimensions: 8 })
    const options = { backbone: deep, loss: lmcl, steps: 3, rate: 0.01 }
    const fast = await observed({ ...options, lowering: 'cpu' })
    const plain = await observed({ ...options, lowering: 'plain' })
    plain.progress.forEach(({ loss }, i) => {
      expect(Math.abs(fast.progress[i]!.loss / loss - 1)).toBeLessThan(1e-4)
    })
    for (const [name, values] of plain.values)
      expect(relativeError(fast.values.get(name)!, values), name).toBeLessThan(1e-3)
  })

  it('with batch normalisation, depthwise convolutions and dropout does in either form what the evaluator says', async () => {
    const init = gaussian(0.3)
    const backbone: Backbone = (pixels, mode) => {
      let y = convolution(pixels, 'a', { out: 4, stride: 2, bias: false, init })
      y = prelu(batchNorm(y, 'a.norm', mode), 'a')
      const z = convolution(batchNorm(y, 'b.norm', mode), 'b', { out: 4, group: 4, bias: false, init })
      y = add(y, batchNorm(z, 'b.last', mode))
      y = batchNorm(convolution(y, 'c', { out: 6, kernel: 1, bias: false, init }), 'c.norm', mode)
      y = batchNorm(convolution(y, 'd', { out: 6, group: 6, stride: 2, bias: false, init }), 'd.norm', mode)
      y = convolution(y, 'e', { out: 6, group: 6, kernel: 4, pad: 0, bias: false, init })
      const row = dropout(reshape(y, [y.shape[0]!, 6]), 'drop', { rate: 0.4, ...mode })
      return batchNorm(fullyConnected(row, 'f', { out: 8, bias: false, init }), 'f.norm', mode)
    }
    const { pixels, labels } = toyPictures()
    const plainData = trainingData(memorySource({ pixels, labels, height: side, width: side }), {
      mirror: false,
    })
    const options = { backbone, data: plainData, steps: 2, rate: 0.05, checkpointEvery: 1 }
    const forms = { fast: await observed(options), plain: await observed({ ...options, lowering: 'plain' }) }
    const step = prepare({ ...usual, ...options }).step
    // The second step, from what the first left behind.
    const [first] = forms.plain.checkpoints
    const batches = plainData.batches({ batch: 8, seed: 0, firstStep: 1, steps: 2 })
    const { value: batch } = await batches[Symbol.asyncIterator]().next()
    const masks = [...step.drawn].map(
      ([name, { shape, draw }]) => [name, draw(rng(0, hash32(name), 2), shape)] as const,
    )
    const feeds = {
      ...Object.fromEntries([...first!.values, ...masks]),
      image: batch!.image,
      labels: batch!.labels,
      rate: 0.05,
    }
    const expected = evaluate(step.outputs, feeds)
    for (const [form, { progress, checkpoints }] of Object.entries(forms)) {
      expect(Math.abs(progress[1]!.loss / expected.loss![0]! - 1), form).toBeLessThan(1e-4)
      // A shift that the next batch normalisation takes away again has a gradient of rounding errors alone, about 1e-7.
      for (const [name, values] of checkpoints[1]!.values) {
        const wanted = expected[`next:${name}`]!
        const difference = Math.hypot(...values.map((v, k) => v - wanted[k]!))
        expect(difference / (Math.hypot(...wanted) + 1e-3), `${form}: ${name}`).toBeLessThan(1e-3)
      }
    }
    expect(masks.map(([name]) => name)).toEqual(['drop.mask'])
  })

  it('says what it knows after each step: counts, loss, rate, metrics, times', async () => {
    const rate = multiStep(0.1, { milestones: [2], factor: 0.5 })
    const { progress, ...trained } = await observed({ steps: 3, rate, metrics: angularMetrics })
    expect(progress.map(({ step, steps, rate: now }) => [step, steps, now])).toEqual([
      [1, 3, 0.1],
      [2, 3, 0.1],
      [3, 3, 0.05],
    ])
    for (const { loss, values, stepMs, waitedMs } of progress) {
      expect(loss).toBeGreaterThan(0)
      expect(Object.keys(values).sort()).toEqual(['accuracy', 'cosine'])
      expect(stepMs).toBeGreaterThan(0)
      expect(waitedMs).toBeGreaterThanOrEqual(0)
    }
    expect(trained).toMatchObject({ step: 3, steps: 3, interrupted: false })
  })

  it('says how long a step waited for its images', async () => {
    const slow = watched((step) => new Promise((done) => setTimeout(done, step === 2 ? 120 : 0)))
    const { progress } = await observed({ data: slow, steps: 3 })
    // Timers of Node may come a millisecond early.
    expect(progress[1]!.waitedMs).toBeGreaterThan(118)
  })

  it('feeds scalars that follow the step with their value at that step of so many', async () => {
    const asked: [number, number][] = []
    const k = scheduled('k', (step, steps) => {
      asked.push([step, steps])
      return 100 * steps + step
    })
    const other = scheduled('only.reported', (step) => -step)
    const { progress, checkpoints } = await observed({
      steps: 3,
      loss: (x, W, labels) => add(softmax(x, W, labels), mul(k, 1)),
      metrics: () => ({ doubled: mul(other, 2) }),
      checkpointEvery: 1,
    })
    expect(progress.map(({ values }) => values)).toEqual([
      { k: 301, 'only.reported': -1, doubled: -2 },
      { k: 302, 'only.reported': -2, doubled: -4 },
      { k: 303, 'only.reported': -3, doubled: -6 },
    ])
    expect(progress.every(({ loss, values }) => loss > values.k!)).toBe(true)
    const resumed = await observed({
      steps: 3,
      loss: (x, W, labels) => add(softmax(x, W, labels), mul(k, 1)),
      metrics: () => ({ doubled: mul(other, 2) }),
      resume: checkpoints[1]!,
    })
    expect(resumed.progress.map(({ step, values }) => [step, values.k])).toEqual([[3, 303]])
    expect(asked.at(-1)).toEqual([3, 3])
    // A checkpoint says what its last step was fed.
    expect(checkpoints.map(({ place }) => place!.scalars)).toEqual(
      [1, 2, 3].map((step) => ({ rate: 0.05, k: 300 + step, 'only.reported': -step })),
    )
  })

  it('feeds random numbers anew at each step, a pure function of seed, name and step', async () => {
    const seen = async (options: Partial<TrainOptions>, names = ['a', 'b']) => {
      const { progress } = await observed({
        steps: 3,
        metrics: () =>
          Object.fromEntries(
            names.map((name) => [
              `${name} mean`,
              reduceMean(
                drawn(name, [5], (random) => Float32Array.from({ length: 5 }, () => random.uniform())),
              ),
            ]),
          ),
        ...options,
      })
      return progress.map(({ values }) => names.map((name) => values[`${name} mean`]!))
    }
    const [first, other] = [await seen({ seed: 1 }), await seen({ seed: 2 })]
    expect(new Set([first, other].flat(2)).size).toBe(12)
    expect(await seen({ seed: 1 }, ['b'])).toEqual(first.map(([, b]) => [b]))
    first.forEach(([a], i) => {
      const random = rng(1, hash32('a'), i + 1)
      const mean = Array.from({ length: 5 }, () => random.uniform()).reduce((sum, v) => sum + v, 0) / 5
      expect(a).toBeCloseTo(mean, 6)
    })
  })

  it('shows each step prototypes that were projected, and updates those', async () => {
    const lengths = (_: Tensor, W: Tensor): Record<string, Tensor> => {
      const length = sqrt(reduceSum(square(W), [1]))
      return { longest: reduceMax(length), average: reduceMean(length) }
    }
    const options = { steps: 4, rate: 0.5, metrics: lengths }
    const unitRows = await observed({ ...options, project: unit })
    for (const { values } of unitRows.progress) {
      expect(values.longest).toBeCloseTo(1, 5)
      expect(values.average).toBeCloseTo(1, 5)
    }
    // The update starts from the projected rows and leaves them at other lengths.
    const free = await observed(options)
    expect(Math.abs(free.progress.at(-1)!.values.longest! - 1)).toBeGreaterThan(0.01)
    const W = unitRows.values.get('head.weight')!
    const length = Math.hypot(...W.subarray(0, 8))
    expect(Math.abs(length - 1)).toBeGreaterThan(1e-4)
    expect(length).toBeLessThan(2)
  })

  it('multiplies rate and decay of a parameter as it is told', async () => {
    const { values } = await observed({
      steps: 2,
      scales: (name) => (name.endsWith('.bias') || name === 'head.weight' ? { rate: 0 } : {}),
    })
    const { values: before } = await observed({ steps: 1, rate: 0 })
    expect(values.get('embedding.bias')!.every((v) => v === 0)).toBe(true)
    expect(bytesOf(values)['head.weight']).toBe(bytesOf(before)['head.weight'])
    expect(bytesOf(values)['embedding.weight']).not.toBe(bytesOf(before)['embedding.weight'])
  })

  it('starts from given values by name, and draws what they leave open as ever', async () => {
    const drawn = (await observed({ steps: 1, rate: 0 })).values
    const given = new Map([
      ['embedding.weight', new Float32Array(drawn.get('embedding.weight')!.length).fill(0.5)],
      ['of.another.network', Float32Array.of(1)],
    ])
    const { values } = await observed({ steps: 1, rate: 0, from: given })
    expect(new Set(values.get('embedding.weight'))).toEqual(new Set([0.5]))
    expect(bytesOf(new Map([...values].filter(([name]) => name !== 'embedding.weight')))).toEqual(
      bytesOf(new Map([...drawn].filter(([name]) => name !== 'embedding.weight'))),
    )
    expect(given.get('embedding.weight')).toHaveLength(drawn.get('embedding.weight')!.length)
    const misfit = new Map([['embedding.bias', new Float32Array(3)]])
    for (const from of [misfit, () => misfit, async () => misfit])
      await expect(observed({ from })).rejects.toThrow(
        new UsageError('train: embedding.bias holds 8 numbers here, got 3 to start from'),
      )
  })

  it('asks whoever gives the values once, and keeps none of them through the run', async () => {
    const { values: drawn } = await observed({ steps: 1, rate: 0 })
    const alive = aliveOf()
    let asked = 0
    const counted: Promise<number>[] = []
    const { values } = await observed({
      steps: 1,
      rate: 0,
      from: async () => {
        asked++
        return new Map([...drawn].map(([name, data]) => [name, alive.watch(data.map((v) => v + 1))]))
      },
      data: watched(async () => void counted.push(alive.count())),
    })
    expect(asked).toBe(1)
    expect(await Promise.all(counted)).toEqual([0])
    for (const [name, data] of values) expect(data, name).toEqual(drawn.get(name)!.map((v) => v + 1))
  })
})

describe('a resumed run', () => {
  it.each(['cpu', 'plain'] as const)(
    'ends with the bytes of an uninterrupted one, from whatever step it goes on: lowering %s',
    async (lowering) => {
      const options: Partial<TrainOptions> = {
        // λ falls with the step, the rate falls in the midst, batches are of two epochs, a bias is learnt.
        loss: lossNamed('softmax').build({ bias: true }).loss,
        metrics: angularMetrics,
        rate: multiStep(0.05, { milestones: [3] }),
        lowering,
        steps: 6,
      }
      const whole = await observed({ ...options, checkpointEvery: 1 })
      expect(whole.checkpoints.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
      for (const checkpoint of whole.checkpoints) {
        const { progress, checkpoints, ...rest } = await observed({
          ...options,
          resume: await reread(checkpoint),
        })
        expect(bytesOf(rest.values), `from step ${checkpoint.step}`).toEqual(bytesOf(whole.values))
        expect(progress.map(({ step, loss }) => [step, loss])).toEqual(
          whole.progress.slice(checkpoint.step).map(({ step, loss }) => [step, loss]),
        )
        expect(bytesOf(checkpoints.at(-1)!.values)).toEqual(bytesOf(whole.checkpoints.at(-1)!.values))
      }
    },
  )

  it.each(['cpu', 'plain'] as const)(
    'has the running statistics, the state of the loss and the random numbers of an uninterrupted one: lowering %s',
    async (lowering) => {
      const t = () => kept('head.t', [4, 1], { init: filled(1) })
      const options: Partial<TrainOptions> = {
        backbone: (pixels, mode) => {
          const y = batchNorm(toyBackbone(pixels), 'last', mode)
          return dropout(y, 'drop', { rate: 0.3, ...mode })
        },
        loss: (x, W, labels) => {
          const centre = t()
          const scaled = softmax(x, mul(W, centre), labels)
          return keeping(
            scaled,
            centre,
            add(mul(0.9, centre), reduceMean(square(W), [1], { keepdims: true })),
          )
        },
        lowering,
        steps: 5,
      }
      const whole = await observed({ ...options, checkpointEvery: 1 })
      expect([...whole.values.keys()]).toEqual(
        expect.arrayContaining(['head.t', 'last.mean', 'last.variance']),
      )
      const at = (name: string) => whole.checkpoints.map(({ values }) => [...values.get(name)!].join())
      for (const name of ['head.t', 'last.mean', 'last.variance'])
        expect(new Set(at(name)).size, name).toBe(5)
      for (const checkpoint of whole.checkpoints) {
        const rest = await observed({ ...options, resume: await reread(checkpoint) })
        expect(bytesOf(rest.values), `from step ${checkpoint.step}`).toEqual(bytesOf(whole.values))
        expect(rest.progress.map(({ step, loss }) => [step, loss])).toEqual(
          whole.progress.slice(checkpoint.step).map(({ step, loss }) => [step, loss]),
        )
      }
      // Without what is kept it would not be the same.
      const first = whole.checkpoints[0]!
      const forgot = new Map([...first.values, ['last.mean', new Float32Array(8)]] as const)
      const other = await observed({ ...options, resume: holding(first, forgot) })
      expect(bytesOf(other.values)['last.mean']).not.toBe(bytesOf(whole.values)['last.mean'])
    },
  )

  it('says so when lowering, threads or runtime are not those of the checkpoint', async () => {
    const { checkpoints } = await observed({ steps: 1 })
    const lines: string[] = []
    const onNotice = (line: string): void => void lines.push(line)
    await observed({ steps: 2, resume: checkpoints[0]!, onNotice })
    expect(lines).toEqual([])
    const settings = { ...checkpoints[0]!.settings, runtime: 'onnxruntime-node 1.0.0', threads: 7 }
    await observed({ steps: 2, resume: { ...checkpoints[0]!, settings }, lowering: 'plain', onNotice })
    expect(lines).toEqual([
      'the checkpoint was made with lowering cpu, this is plain: the bytes may differ from those of an uninterrupted run',
      'the checkpoint was made with threads 7, this is 1: the bytes may differ from those of an uninterrupted run',
      expect.stringMatching(/runtime onnxruntime-node 1\.0\.0, this is onnxruntime-node \d/),
    ])
  })

  it('is refused a checkpoint of another architecture, with the parameter that does not fit', async () => {
    const { checkpoints } = await observed({ steps: 1 })
    const resume = checkpoints[0]!
    const refusal = (options: Partial<TrainOptions>, message: string) =>
      expect(train({ ...usual, resume, ...options })).rejects.toThrow(new UsageError(message))
    const other = 'checkpoint of step 1: checkpoint of another architecture,'
    await refusal(
      { backbone: (pixels) => sfnet(pixels, { depth: 4, width: 1 / 8, dimensions: 8 }) },
      `${other} stage1.down.weight is [8,3,3,3] here, got [4,3,3,3]`,
    )
    await refusal(
      { backbone: (pixels) => sfnet(pixels, { depth: 10, width: 1 / 16, dimensions: 8 }) },
      `${other} stage2.unit1.conv1.weight is [8,8,3,3] here, got none`,
    )
    await refusal({ data: toyData({ classes: 5 }) }, `${other} head.weight is [5,8] here, got [4,8]`)
    // A deeper network has every parameter of this one, and more.
    const deeper = holding(
      { ...resume, shapes: new Map([...resume.shapes, ['stage1.unit1.conv1.weight', [1]]]) },
      new Map([...resume.values, ['stage1.unit1.conv1.weight', Float32Array.of(0)]]),
    )
    await refusal({ resume: deeper }, `${other} stage1.unit1.conv1.weight is unknown here, got [1]`)
    await refusal(
      { resume: { ...resume, step: 9 }, steps: 8 },
      'checkpoint of step 1: the run ends after 8 steps, got step 9',
    )
  })

  it('is refused where its settings would not have led to the checkpoint', async () => {
    const k = (value: number) => scheduled('k', (step) => (step === 3 ? value : 1))
    const options = (value: number, rate = 0.05) => ({
      loss: (x: Tensor, W: Tensor, labels: Tensor) => mul(k(value), softmax(x, W, labels)),
      rate: multiStep(rate, { milestones: [2], factor: 0.1 }),
      steps: 8,
    })
    const { checkpoints } = await observed({ ...options(0.5), steps: 6, checkpointEvery: 1 })
    const [, , third, fourth, fifth] = checkpoints
    const refusal = async (resume: Checkpoint, other: Partial<TrainOptions>, why: string): Promise<void> => {
      const where = `checkpoint of step ${resume.step}: `
      await expect(train({ ...usual, resume, ...other })).rejects.toThrow(new UsageError(where + why))
      expect(() => prepare({ ...usual, resume, ...other })).toThrow(new UsageError(where + why))
    }
    await refusal(third!, options(0.25), 'step 3 had k 0.5, these settings give 0.25')
    await refusal(third!, { ...options(0.5), loss: softmax }, 'step 3 had k 0.5, these settings give none')
    await refusal(
      third!,
      options(0.5, 0.02),
      'step 3 had rate 0.005000000000000001, these settings give 0.002',
    )
    await refusal(third!, { ...options(0.5), seed: 4 }, 'was made with seed 0, got 4')
    await refusal(
      fifth!,
      { ...options(0.5), batch: 4 },
      'step 5 was at image 8 of epoch 1, with this batch and these images it is at image 20 of epoch 0',
    )
    await refusal(
      fourth!,
      options(0.25),
      'the steps before step 4 had other values of rate, k than these settings give, in a run of 6 steps, got 8',
    )
    // What lies ahead may be another, and a longer run.
    await observed({ ...options(0.5), resume: fourth! })
    await observed({ ...options(0.25), resume: checkpoints[1]! })
    const { place: _, ...older } = third!
    await observed({ ...options(0.25), resume: older })
  })

  it('keeps nothing of the checkpoint through the run', async () => {
    const { checkpoints } = await observed({ steps: 1 })
    const alive = aliveOf()
    const resume: Checkpoint = {
      ...checkpoints[0]!,
      async *tensors() {
        for (const [name, data] of checkpoints[0]!.values) yield [name, alive.watch(data.slice())] as const
      },
    }
    const counted: number[] = []
    await observed({ steps: 3, resume, data: watched(async () => void counted.push(await alive.count())) })
    expect(counted).toEqual([0, 0])
  })

  it('of a finished run does no step and gives the same', async () => {
    const whole = await observed({ steps: 2 })
    const again = await observed({ steps: 2, resume: whole.checkpoints[0]! })
    expect(again.progress).toEqual([])
    expect(again).toMatchObject({ step: 2, steps: 2, interrupted: false })
    expect(bytesOf(again.values)).toEqual(bytesOf(whole.values))
  })
})

describe('checkpoints', () => {
  it('come every so many steps and at the end, once each, with the circumstances', async () => {
    const { checkpoints } = await observed({ steps: 5, checkpointEvery: 2, settings: { dataHash: 'abc' } })
    expect(checkpoints.map(({ step }) => step)).toEqual([2, 4, 5])
    expect(checkpoints[0]!.settings).toEqual({
      dataHash: 'abc',
      lowering: 'cpu',
      threads: 1,
      runtime: expect.stringMatching(/^onnxruntime-node \d/),
    })
    expect(checkpoints[1]!.place).toMatchObject({ steps: 5, seed: 0, epoch: 1, image: 0 })
    expect(checkpoints[2]!.place).toMatchObject({ epoch: 1, image: 8, scalars: { rate: 0.05 } })
    const names = [...checkpoints[2]!.values.keys()]
    expect(names).toContain('head.weight#velocity')
    expect([...learnt(checkpoints[2]!.shapes).keys()]).toHaveLength(names.length / 2)
  })

  it('end with the run where their number of steps divides it', async () => {
    const { checkpoints } = await observed({ steps: 4, checkpointEvery: 2 })
    expect(checkpoints.map(({ step }) => step)).toEqual([2, 4])
  })

  it('give one tensor after the other, and keep none that was passed on', async () => {
    const alive = aliveOf()
    let [most, count] = [0, 0]
    await observed({
      steps: 1,
      onCheckpoint: async ({ tensors }) => {
        for await (const [, data] of tensors()) {
          alive.watch(data)
          most = Math.max(most, await alive.count())
          count++
        }
      },
    })
    expect(count).toBeGreaterThan(8)
    // The one at hand, and the one before it, which a loop may still name.
    expect(most).toBeLessThanOrEqual(2)
  })

  it('can be read while they are saved, again and again, but not later', async () => {
    const saved: Checkpoint[] = []
    const { checkpoints } = await observed({ steps: 2, checkpointEvery: 1 })
    await observed({
      steps: 2,
      checkpointEvery: 1,
      onCheckpoint: async (checkpoint) => {
        const again = [await held(checkpoint), await held(checkpoint)]
        for (const { values } of again)
          expect(bytesOf(values)).toEqual(bytesOf(checkpoints[saved.length]!.values))
        const late = saved.map((before) => held(before))
        for (const reading of late)
          await expect(reading).rejects.toThrow('train: a checkpoint is read late, at step 2, got that of 1')
        saved.push(checkpoint)
      },
    })
    expect(saved).toHaveLength(2)
  })

  it('that cannot be written stop the run, with the reason', async () => {
    const onCheckpoint = async (): Promise<void> => {
      throw new DataError('run/checkpoint.bin: the disk is full')
    }
    await expect(observed({ steps: 4, checkpointEvery: 2, onCheckpoint })).rejects.toThrow(
      new DataError('run/checkpoint.bin: the disk is full'),
    )
  })
})

describe('a run that ends early', () => {
  it('when it is told to stop saves after the step under way', async () => {
    const stop = new AbortController()
    const watchedData = watched(() => {})
    const { checkpoints, progress, ...trained } = await observed({
      data: watchedData,
      steps: 8,
      signal: stop.signal,
      onStep: ({ step }) => step === 3 && stop.abort(),
      checkpointEvery: 2,
    })
    expect(checkpoints.map(({ step }) => step)).toEqual([2, 3])
    expect(trained).toMatchObject({ step: 3, steps: 8, interrupted: true })
    expect(watchedData.left).toBe(1)
    expect(bytesOf(trained.values)).toEqual(bytesOf(learnt(checkpoints[1]!.values)))
  })

  it('told in its last step is finished', async () => {
    const stop = new AbortController()
    const trained = await observed({
      steps: 2,
      signal: stop.signal,
      onStep: ({ step }) => step === 2 && stop.abort(),
    })
    expect(trained).toMatchObject({ step: 2, interrupted: false })
  })

  it('told before the first step does none, and can be resumed', async () => {
    const { checkpoints, progress, ...trained } = await observed({ steps: 2, signal: AbortSignal.abort() })
    expect(progress).toEqual([])
    expect(trained).toMatchObject({ step: 0, interrupted: true })
    const resumed = await observed({ steps: 2, resume: await reread(checkpoints[0]!) })
    expect(bytesOf(resumed.values)).toEqual(bytesOf((await observed({ steps: 2 })).values))
  })

  it('because its images fail saves what was learnt, and passes their error on', async () => {
    const problem = new DataError('a/1.jpg: the picture is cut short')
    const failsAt = (bad: number) =>
      watched((step) => {
        if (step === bad) throw problem
      })
    const checkpoints: Held[] = []
    const onCheckpoint = async (checkpoint: Checkpoint): Promise<void> =>
      void checkpoints.push(await held(checkpoint))
    await expect(observed({ data: failsAt(3), steps: 5, onCheckpoint })).rejects.toBe(problem)
    expect(checkpoints.map(({ step }) => step)).toEqual([2])
    const resumed = await observed({ steps: 5, resume: checkpoints[0]! })
    expect(bytesOf(resumed.values)).toEqual(bytesOf((await observed({ steps: 5 })).values))
    // Nothing learnt, nothing saved.
    checkpoints.length = 0
    await expect(observed({ data: failsAt(1), steps: 5, onCheckpoint })).rejects.toBe(problem)
    expect(checkpoints).toEqual([])
  })

  it('because the loss is no number says at which step and what to try, and saves nothing of it', async () => {
    const checkpoints: Held[] = []
    const run = observed({
      steps: 30,
      rate: 1e6,
      checkpointEvery: 1,
      onCheckpoint: async (checkpoint) => void checkpoints.push(await held(checkpoint)),
    })
    await expect(run).rejects.toThrow(NumericError)
    await expect(run).rejects.toThrow(
      /^train: step \d+: .*(the loss is (NaN|Infinity)|holds a value that is no number); try a lower rate, a warm-up/,
    )
    for (const { values } of checkpoints)
      for (const numbers of values.values()) expect(numbers.every(Number.isFinite)).toBe(true)
  })

  it('because the loss is no number stops at that very step', async () => {
    const k = scheduled('k', (step) => (step === 3 ? Number.NaN : 1))
    const loss = (x: Tensor, W: Tensor, labels: Tensor): Tensor => mul(k, softmax(x, W, labels))
    const told: number[] = []
    const run = observed({ loss, steps: 5, onStep: ({ step }) => void told.push(step) })
    await expect(run).rejects.toThrow(/^train: step 3: the loss is NaN; try a lower rate/)
    expect(told).toEqual([1, 2])
  })

  it('because only a parameter is no number is found before that reaches a checkpoint', async () => {
    const loss = (x: Tensor, W: Tensor, labels: Tensor): Tensor => mul(1e6, softmax(x, W, labels))
    const run = observed({ steps: 1, loss, rate: 3e38 }).then(({ step }) => step)
    await expect(run).rejects.toThrow(/^train: step 1: [a-z0-9.]+ holds a value that is no number; try/)
  })
})

describe('prepare(options)', () => {
  it('gives step and number of steps, and draws and computes nothing', () => {
    const { step, steps } = prepare({
      ...usual,
      epochs: 2.5,
      prototypes: () => {
        throw new Error('drawn')
      },
    })
    expect(steps).toBe(10)
    expect(step.feature.shape).toEqual([8, 8])
  })

  it('refuses a backbone that gives no features a picture', () => {
    expect(() => prepare({ ...usual, backbone: (pixels) => pixels })).toThrow(
      new UsageError('train: the backbone must give [8, D], got [8,3,16,16]'),
    )
  })
})

describe('stepCount(count)', () => {
  it('counts whole batches, epochs in fractions', () => {
    expect(stepCount(100, { batch: 30, epochs: 2 })).toBe(6)
    expect(stepCount(100, { batch: 10, epochs: 0.25 })).toBe(3)
    expect(stepCount(100, { batch: 100 })).toBe(16)
    expect(stepCount(100, { batch: 7, epochs: 9, steps: 5 })).toBe(5)
  })

  it.each([
    [{ batch: 101 }, 'train: a batch holds more images than there are (100), got 101'],
    [{ batch: 0 }, 'train: batch must be a whole number of at least 1, got 0'],
    [{ batch: 2.5 }, 'train: batch must be a whole number of at least 1, got 2.5'],
    [{ batch: 10, steps: 0 }, 'train: steps must be a whole number of at least 1, got 0'],
    [{ batch: 10, steps: 1.5 }, 'train: steps must be a whole number of at least 1, got 1.5'],
    [{ batch: 100, epochs: 0.1 }, 'train: steps must be a whole number of at least 1, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => stepCount(100, options)).toThrow(new UsageError(message))
  })
})
