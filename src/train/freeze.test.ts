import { describe, expect, it } from 'vitest'
import { side, toyData } from '../../test/train/toy.ts'
import { sfnet } from '../backbones/index.ts'
import { UsageError } from '../errors.ts'
import { topologicalOrder } from '../graph/index.ts'
import { classCosines, lmcl, lossNamed, lossParts, softmax } from '../losses/index.ts'
import { filled } from '../nn/index.ts'
import { sgd } from '../optim/index.ts'
import {
  type Backbone,
  buildStep,
  type Checkpoint,
  type Head,
  type StepOptions,
  type TrainOptions,
  tensorsOf,
  train,
} from './index.ts'

const backbone: Backbone = (pixels, mode) =>
  sfnet(pixels, { depth: 10, width: 1 / 32, dimensions: 4, batchNorm: true, dropout: 0.2, ...mode })
const upToStage3 = (name: string): boolean => /^stage[123](\.|$)/.test(name)
const options: StepOptions = {
  backbone,
  loss: softmax,
  optimiser: sgd(),
  batch: 4,
  height: side,
  width: side,
  classes: 4,
  prototypes: filled(0.1),
  frozen: upToStage3,
}
const lmclLoss = lossNamed('lmcl').build()
const run = (more: Partial<TrainOptions>) =>
  train({
    backbone,
    loss: lmclLoss.loss,
    data: toyData(),
    batch: 4,
    steps: 4,
    threads: 1,
    rate: 0.1,
    ...more,
  })

/** Runs and gives the last checkpoint's tensors. */
async function trained(more: Partial<TrainOptions>): Promise<Map<string, Float32Array>> {
  let tensors = new Map<string, Float32Array>()
  await run({
    ...more,
    onCheckpoint: async (checkpoint) => {
      tensors = await tensorsOf(checkpoint)
    },
  })
  return tensors
}

describe('buildStep({ frozen })', () => {
  it('gives what is frozen no gradient, no velocity and no next value', () => {
    const { outputs, state, parameters } = buildStep(options)
    const names = state.map(({ name }) => name)
    const frozen = parameters.map(({ name }) => name).filter(upToStage3)
    expect(frozen.length).toBeGreaterThan(20)
    for (const name of frozen) {
      expect(names, name).toContain(name)
      expect(names, name).not.toContain(`${name}#velocity`)
      expect(outputs, name).not.toHaveProperty([`next:${name}`])
    }
    expect(names).toContain('stage4.down.weight#velocity')
  })

  it('differentiates nothing below what learns: of the frozen convolutions only the forward ones are left', () => {
    const types = (step: StepOptions): (string | undefined)[] =>
      topologicalOrder(Object.values(buildStep(step).outputs)).map(({ op }) => op?.type)
    const convolutions = (step: StepOptions): number =>
      types(step).filter((type) => type?.startsWith('Conv')).length
    const forward = topologicalOrder([buildStep(options).feature]).filter(
      ({ op }) => op?.type === 'Conv',
    ).length
    expect(forward).toBe(10)
    expect(convolutions({ ...options, frozen: () => false })).toBeGreaterThan(2 * forward)
    // The one that learns has a gradient in its weights, and none in the frozen map that it reads.
    expect(convolutions(options)).toBe(forward + 1)
    expect(convolutions({ ...options, frozen: (name) => !name.startsWith('head') })).toBe(forward)
  })

  it('normalises a frozen layer by its running statistics, which stay', () => {
    const { outputs } = buildStep(options)
    const next = (name: string) => outputs[`next:${name}`]!
    expect(next('stage1.down.norm.mean').leaf?.kind).toBe('kept')
    expect(next('stage4.down.norm.mean').op?.type).toBe('Add')
  })

  it('refuses to learn nothing', () => {
    expect(() => buildStep({ ...options, frozen: () => true })).toThrow(
      new UsageError('train: everything is frozen, nothing is left to learn'),
    )
  })
})

describe('train({ frozen })', () => {
  const start = new Map([['stage1.down.weight', Float32Array.from({ length: 54 }, (_, i) => Math.sin(i))]])
  const chunked: Head = {
    kind: 'chunked',
    parts: lossParts(lmclLoss),
    cosines: (x, W) => classCosines(x, W, 1),
    rows: 2,
  }
  const heads: [string, Head][] = [
    ['dense', { kind: 'dense' }],
    ['sampled', { kind: 'sampled', ratio: 1 }],
    ['chunked', chunked],
  ]

  it.each(heads)('leaves frozen parameters and statistics as they were: head %s', async (_, head) => {
    const before = await trained({ head, from: start, frozen: upToStage3, steps: 1, rate: 1e-30 })
    const after = await trained({ head, from: start, frozen: upToStage3 })
    expect(after.get('stage1.down.weight')).toEqual(start.get('stage1.down.weight'))
    const moved = [...after].filter(([name, values]) => String(values) !== String(before.get(name)))
    expect(moved.map(([name]) => name).filter(upToStage3)).toEqual([])
    for (const name of ['stage4.down.weight', 'stage4.down.norm.mean', 'embedding.weight', 'head.weight'])
      expect(moved.map(([moving]) => moving)).toContain(name)
  })

  it.each(heads)('learns the head alone where all of the backbone is frozen: head %s', async (_, head) => {
    const frozen = (name: string): boolean => !name.startsWith('head')
    const after = await trained({ head, from: start, frozen })
    expect(after.get('stage1.down.weight')).toEqual(start.get('stage1.down.weight'))
    expect([...after.keys()].filter((name) => name.endsWith('#velocity'))).toEqual(['head.weight#velocity'])
    expect(after.get('head.weight#velocity')!.some((v) => v !== 0)).toBe(true)
  })

  it.each(heads)('goes on to the same bytes: head %s', async (_, head) => {
    const whole = await trained({ head, from: start, frozen: upToStage3, steps: 5 })
    let half: Checkpoint | undefined
    let held = new Map<string, Float32Array>()
    await run({
      ...{ head, from: start, frozen: upToStage3, steps: 5, checkpointEvery: 2 },
      onCheckpoint: async (checkpoint) => {
        if (checkpoint.step !== 2) return
        held = await tensorsOf(checkpoint)
        half = {
          ...checkpoint,
          async *tensors() {
            yield* held
          },
        }
      },
    })
    expect(await trained({ head, frozen: upToStage3, steps: 5, resume: half! })).toEqual(whole)
  })

  it('gives what a step of everything gives to what learns, where nothing normalises by the batch', async () => {
    // One step without momentum: the gradient of what learns does not depend on whether the rest learns too.
    const plain: Backbone = (pixels) => sfnet(pixels, { depth: 4, width: 1 / 16, dimensions: 4 })
    const one = { backbone: plain, steps: 1, loss: lmcl, lowering: 'plain' as const }
    const [all, some] = [await trained(one), await trained({ ...one, frozen: upToStage3 })]
    for (const name of ['stage4.down.weight', 'stage4.down.slope', 'embedding.weight', 'head.weight'])
      expect(some.get(name), name).toEqual(all.get(name))
    expect(some.get('stage3.down.weight')).not.toEqual(all.get('stage3.down.weight'))
  })
})
