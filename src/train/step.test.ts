import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { toyBackbone } from '../../test/train/toy.ts'
import { ShapeError, UsageError } from '../errors.ts'
import {
  add,
  drawn,
  grad,
  input,
  keeping,
  kept,
  mul,
  parameter,
  reduceMean,
  reshape,
  scheduled,
  slice,
  stopGradient,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { softmax, unit } from '../losses/index.ts'
import { batchNorm, dropout, filled, gaussian } from '../nn/index.ts'
import { sgd } from '../optim/index.ts'
import { buildStep, type StepOptions } from './index.ts'
import { preprocess } from './preprocess.ts'

/** The first `D` numbers of each picture, as they are. */
const plain =
  (D: number) =>
  (pixels: Tensor): Tensor =>
    slice(reshape(pixels, [pixels.shape[0]!, 3 * 4 * 4]), 1, { end: D })
const usual: StepOptions = {
  backbone: plain(5),
  loss: softmax,
  optimiser: sgd({ momentum: 0, weightDecay: 0.1 }),
  batch: 3,
  height: 4,
  width: 4,
  classes: 2,
  prototypes: gaussian(1),
}
const image = Uint8Array.from({ length: 3 * 4 * 4 * 3 }, (_, i) => (i * 37) % 256)
const labels = [0, 1, 1]

describe('buildStep(options)', () => {
  it('updates projected prototypes by the gradient at them, the length of their rows included', () => {
    const { outputs } = buildStep({ ...usual, project: unit })
    const given = numbers([2, 5], 1)
    const feeds = {
      image,
      labels,
      'head.weight': given,
      'head.weight#velocity': new Float64Array(10),
      rate: 0.3,
    }
    const { loss, 'next:head.weight': next } = evaluate(outputs, feeds)

    // By hand: rows of length 1, and the loss differentiated in them as if they were free.
    const rows = Float64Array.from(
      given,
      (v, i) => v / Math.hypot(...given.slice(5 * Math.floor(i / 5), 5 * Math.floor(i / 5) + 5)),
    )
    const W = input('W', [2, 5])
    const value = softmax(
      plain(5)(preprocess(input('image', [3, 4, 4, 3], 'uint8'))),
      W,
      input('labels', [3], 'int32'),
    )
    const at = evaluate({ value, g: grad(value, [W])[0]! }, { image, labels, W: rows })
    expect(loss![0]).toBeCloseTo(at.value[0]!, 12)
    const expected = rows.map((v, i) => v - 0.3 * (at.g[i]! + 0.1 * v))
    expect(relativeError(next!, expected)).toBeLessThan(1e-12)
    // The gradient is not that along the sphere.
    expect(Math.abs(rows.reduce((sum, v, i) => sum + v * at.g[i]!, 0))).toBeGreaterThan(1e-3)
  })

  it('keeps what the optimiser keeps of every parameter, beginning at 0, and the names of the learnt ones', () => {
    const step = buildStep({ ...usual, backbone: toyBackbone, height: 16, width: 16, optimiser: sgd() })
    const learnt = step.parameters.map(({ name }) => name)
    expect(step.state.map(({ name }) => name).sort()).toEqual(
      learnt.flatMap((name) => [name, `${name}#velocity`]).sort(),
    )
    for (const { name, init } of step.state) expect(init === null, name).toBe(name.endsWith('#velocity'))
    expect(learnt).toContain('head.weight')
    expect(Object.keys(step.outputs).sort()).toEqual(
      ['loss', ...step.state.map(({ name }) => `next:${name}`)].sort(),
    )
  })

  it('knows parameters of the loss, metrics, and scalars that either follows', () => {
    const bias = parameter('head.bias', [2], { init: filled(0) })
    const step = buildStep({
      ...usual,
      loss: (x, W, y) => softmax(x, W, y, { bias }),
      metrics: (x) => ({ mean: reduceMean(x), k: scheduled('k', (at) => at) }),
    })
    expect(step.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['head.bias', 'head.weight']),
    )
    expect([...step.scheduled.keys()]).toEqual(['k'])
    expect(Object.keys(step.outputs)).toEqual(expect.arrayContaining(['loss', 'mean', 'k']))
  })

  it('keeps what backbone and loss keep, without a velocity, and its next value is an output', () => {
    const [t, unused] = ['head.t', 'head.unused'].map((name) => kept(name, [], { init: filled(2) })) as [
      Tensor,
      Tensor,
    ]
    const step = buildStep({
      ...usual,
      backbone: (pixels, mode) => {
        const y = plain(5)(pixels)
        return batchNorm(y, 'b', mode)
      },
      loss: (x, W, y) => {
        const mean = softmax(x, W, y)
        return keeping(mul(mean, add(t, unused)), t, add(mul(0.5, t), stopGradient(mean)))
      },
    })
    expect(step.kept.map(({ name }) => name).sort()).toEqual([
      'b.mean',
      'b.variance',
      'head.t',
      'head.unused',
    ])
    const feeds = Object.fromEntries(
      step.state.map(({ name, shape }) => [name, numbers(shape, name.length)] as const),
    )
    const got = evaluate(step.outputs, { ...feeds, image, labels, rate: 0.1 })
    const [was, other] = [feeds['head.t']![0]!, feeds['head.unused']![0]!]
    expect(got['next:head.t']![0]).toBeCloseTo(0.5 * was + got.loss![0]! / (was + other), 12)
    expect(got['next:head.unused']![0]).toBe(other)
    expect(step.state.map(({ name }) => name)).not.toContain('head.t#velocity')
    for (const node of topologicalOrder(Object.values(step.outputs)))
      expect(node.op?.type).not.toBe('Keeping')
    expect(Object.keys(step.outputs)).toEqual(expect.arrayContaining(['next:b.mean', 'next:b.variance']))
  })

  it('knows the random numbers of backbone and loss, and builds the backbone for training', () => {
    const step = buildStep({
      ...usual,
      backbone: (pixels, mode) => dropout(plain(5)(pixels), 'd', { rate: 0.5, ...mode }),
      loss: (x, W, y) =>
        add(softmax(x, W, y), reduceMean(drawn('margin', [3], (_, shape) => new Float32Array(shape)))),
    })
    expect([...step.drawn].map(([name, { shape }]) => [name, shape])).toEqual([
      ['d.mask', [3, 5]],
      ['margin', [3]],
    ])
  })

  it('has as many prototypes a class as the loss wants, or none', () => {
    const several = buildStep({
      ...usual,
      prototypesPerClass: 3,
      loss: (x, W, y) => softmax(x, slice(W, 0, { step: 3 }), y),
    })
    expect(several.parameters).toEqual([{ name: 'head.weight', shape: [6, 5] }])
    const backbone = (pixels: Tensor): Tensor =>
      mul(plain(5)(pixels), parameter('w', [5], { init: filled(1) }))
    const none = buildStep({ ...usual, backbone, loss: (x) => reduceMean(mul(x, x)) })
    expect(none.parameters).toEqual([{ name: 'w', shape: [5] }])
    expect(none.state.map(({ name }) => name)).toEqual(['w', 'w#velocity'])
  })

  it('refuses metrics of a parameter that is not learnt', () => {
    expect(() =>
      buildStep({
        ...usual,
        backbone: toyBackbone,
        height: 16,
        width: 16,
        loss: (x) => reduceMean(x),
        metrics: (_, W) => ({ w: reduceMean(W) }),
      }),
    ).toThrow(new ShapeError('train: metrics read a parameter that the loss does not, got head.weight'))
  })

  it('reads bytes as the published recipes do: (v − 127.5) / 128, channels first', () => {
    const y = preprocess(input('image', [1, 1, 2, 3], 'uint8'))
    expect([...evaluate({ y }, { image: [0, 255, 127, 128, 1, 2] }).y]).toEqual(
      [0, 128, 255, 1, 127, 2].map((v) => (v - 127.5) / 128),
    )
  })

  it('refuses a backbone whose output is no row a picture', () => {
    for (const backbone of [
      (x: Tensor) => x,
      (x: Tensor) => reshape(x, [9, 16]),
      (x: Tensor) => reshape(x, [144]),
    ])
      expect(() => buildStep({ ...usual, backbone })).toThrow(UsageError)
  })
})
