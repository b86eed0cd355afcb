import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, type Loss, randomProblem } from '../../test/losses/problem.ts'
import { UsageError } from '../errors.ts'
import { grad, input, type Tensor, topologicalOrder } from '../graph/index.ts'
import { aSoftmax } from './a-softmax.ts'
import { losses, lossNamed } from './catalogue.ts'
import { lmcl } from './lmcl.ts'
import { defaultText, type LossOption } from './loss-options.ts'
import { nsl } from './nsl.ts'
import { softmax } from './softmax.ts'

const problem = randomProblem(31)
const value = (loss: Loss): number => inFloat64(loss, problem).loss[0]!
const build = (name: string, given: Record<string, unknown> = {}) => lossNamed(name).build(given)

const leaves = (loss: Tensor): Record<string, Tensor['leaf']> =>
  Object.fromEntries(
    topologicalOrder([loss]).flatMap(({ leaf }) => (leaf && 'name' in leaf ? [[leaf.name, leaf]] : [])),
  )
const [x, W, labels] = [input('x', [2, 3]), input('W', [4, 3]), input('labels', [2], 'int32')]

describe('lossNamed(name).build(options) is the loss of that name', () => {
  test('softmax, with a bias that is a parameter of its own', () => {
    const { loss, bias, renormalise } = build('softmax')
    expect([bias, renormalise]).toEqual([true, false])
    expect(leaves(loss(x, W, labels))['head.bias']).toMatchObject({ kind: 'parameter' })
    expect(build('softmax', { bias: false }).bias).toBe(false)
    expect(value(build('softmax', { bias: false }).loss)).toBe(value((...a) => softmax(...a)))
  })

  test('the bias of softmax starts at 0 and has a gradient', () => {
    const total = build('softmax').loss(x, W, labels)
    const bias = topologicalOrder([total]).find(({ leaf }) => leaf?.kind === 'parameter')!
    if (bias.leaf?.kind !== 'parameter') throw new Error('softmax: no bias')
    const none = { uniform: () => 1, normal: () => 1, below: () => 1 }
    expect(Array.from(bias.leaf.init(none, bias.shape))).toEqual([0, 0, 0, 0])
    const { g } = evaluate(
      { g: grad(total, [bias])[0]! },
      { x: [0, 0, 0, 0, 0, 0], W: new Float64Array(12), labels: [0, 0], 'head.bias': [0, 0, 0, 0] },
    )
    expect(Array.from(g)).toEqual([-0.75, 0.25, 0.25, 0.25])
  })

  test('NSL', () => {
    expect(value(build('nsl').loss)).toBe(value((...a) => nsl(...a, { s: 30 })))
    expect(value(build('nsl', { scale: 16 }).loss)).toBe(value((...a) => nsl(...a, { s: 16 })))
    expect(value(build('nsl', { normaliseFeatures: false }).loss)).toBe(
      value((...a) => nsl(...a, { s: null })),
    )
  })

  test('LMCL, its margin ramped or not', () => {
    expect(value(build('lmcl').loss)).toBe(value((...a) => lmcl(...a, { s: 64, m: 0.35 })))
    expect(value(build('lmcl', { scale: 30, margin: 0.2 }).loss)).toBe(
      value((...a) => lmcl(...a, { s: 30, m: 0.2 })),
    )
    expect(value(build('lmcl', { normaliseFeatures: false }).loss)).toBe(
      value((...a) => lmcl(...a, { s: null })),
    )
    const leaf = leaves(build('lmcl', { marginRamp: 400 }).loss(x, W, labels)).margin!
    if (leaf.kind !== 'scheduled') throw new Error('lmcl: margin is not scheduled')
    expect(leaf.at(200, 1000)).toBeCloseTo(0.175, 12)
  })

  test('A-Softmax, annealed as SphereFace’s release unless told otherwise', () => {
    const at = (given: Record<string, unknown>, step: number) => {
      const leaf = leaves(build('a-softmax', given).loss(x, W, labels)).lambda!
      if (leaf.kind !== 'scheduled') throw new Error('a-softmax: lambda is not scheduled')
      return leaf.at(step, 100)
    }
    expect(at({}, 1)).toBeCloseTo(1000 / 1.12, 10)
    expect(at({ lambdaRun: 28_000 }, 1)).toBeCloseTo(1000 / (1 + 0.12 * 280), 10)
    expect(at({ lambdaBase: 100, lambdaGamma: 1, lambdaPower: 2, lambdaMin: 3 }, 3)).toBeCloseTo(100 / 16, 10)
    expect(at({ lambdaBase: 100, lambdaGamma: 1, lambdaPower: 2, lambdaMin: 3 }, 99)).toBe(3)
  })

  test('A-Softmax with lambdaBase 0 is not annealed: λ is lambdaMin', () => {
    for (const [lambdaMin, m, form, scale] of [
      [0, 4, 'exact', null],
      [5, 3, 'detached', null],
      [5, 4, 'exact', 16],
    ] as const) {
      const given = { lambdaBase: 0, lambdaMin, margin: m, form }
      const { loss } = build('a-softmax', scale ? { ...given, scale, normaliseFeatures: true } : given)
      expect(value(loss)).toBe(value((...a) => aSoftmax(...a, { m, lambda: lambdaMin, form, s: scale })))
    }
  })

  test('only the renormalised form wants its prototypes renormalised', () => {
    expect(build('a-softmax', { form: 'renormalised' }).renormalise).toBe(true)
    expect(build('a-softmax').renormalise).toBe(false)
    expect(build('lmcl').renormalise).toBe(false)
  })
})

test('a loss is found by alias and in capital letters', () => {
  for (const name of ['asoftmax', 'A-Softmax', 'sphereface']) expect(lossNamed(name).name).toBe('a-softmax')
  for (const name of ['LMCL', 'cosface', 'am-softmax']) expect(lossNamed(name).name).toBe('lmcl')
})

test('every loss says its title, paper and options, and each option a default inside its domain', () => {
  const names = losses.flatMap(({ name, aliases }) => [name, ...aliases])
  expect(new Set(names).size).toBe(names.length)
  for (const { title, paper, options, build: make } of losses) {
    expect(title).not.toBe('')
    expect(paper.year).toBeGreaterThan(2005)
    expect(make().describe.loss).toBe(make({}).describe.loss)
    for (const option of options) {
      expect(option.doc).toMatch(/^\S.*[^.]$/)
      const given = { [option.name]: option.default }
      if (option.name !== 'scale') expect(() => make(given)).not.toThrow()
    }
  }
})

test('a default may depend on another option, and says so', () => {
  const option = (loss: string, name: string) =>
    lossNamed(loss).options.find((one) => one.name === name) as LossOption
  expect(defaultText(option('elasticface-arc', 'sigma'))).toBe('0.05, with plus true 0.0175')
  expect(defaultText(option('sphereface-r', 'margin'))).toBe('1.5, with version v2 1.4')
  expect(defaultText(option('lmcl', 'margin'))).toBe('0.35')
  expect(() => build('elasticface-cos', { plus: true, sigma: -1 })).toThrow(
    new UsageError('elasticface-cos: sigma must be a number not below 0, got -1'),
  )
})

test('`describe` holds what was resolved, and builds the same loss again', () => {
  expect(build('lmcl', { scale: '30', marginRamp: 400 }).describe).toEqual({
    loss: 'lmcl',
    margin: 0.35,
    marginRamp: 400,
    scale: 30,
    normaliseFeatures: 'true',
  })
  for (const [name, given] of [
    ['softmax', { bias: false }],
    ['nsl', { normaliseFeatures: false }],
    ['a-softmax', { margin: 3, lambdaBase: 10, form: 'detached' }],
    ['lmcl', { scale: 30, margin: 0.2 }],
  ] as const) {
    const { loss, ...settings } = build(name, given).describe
    expect(build(String(loss), settings).describe).toEqual({ loss, ...settings })
  }
})

test('bounds warn and do not refuse', () => {
  expect(build('lmcl', { scale: 8, margin: 1 }).warnings(10572, 512)).toHaveLength(2)
  expect(build('lmcl', { normaliseFeatures: false }).warnings(10572, 512)).toEqual([])
  expect(build('nsl', { scale: 8 }).warnings(10572, 512)).toEqual([
    'scale: 10572 classes need at least 11.46 for a posterior of 0.9 at a class centre, got 8',
  ])
  expect(build('softmax').warnings(10572, 512)).toEqual([])
})

test.each([
  ['lmlc', {}, 'loss: unknown name, did you mean lmcl? got lmlc'],
  ['lmcl', { scal: 30 }, 'lmcl: unknown option, did you mean scale? got scal'],
  ['softmax', { margin: 1 }, 'softmax: unknown option, there are bias; got margin'],
  ['lmcl', { scale: 0 }, 'lmcl: scale must be a number above 0, got 0'],
  ['lmcl', { scale: 'large' }, 'lmcl: scale must be a number above 0, got large'],
  ['lmcl', { scale: '' }, 'lmcl: scale must be a number above 0, got '],
  ['lmcl', { scale: Number.NaN }, 'lmcl: scale must be a number above 0, got NaN'],
  ['lmcl', { scale: [30] }, 'lmcl: scale must be a number above 0, got [30]'],
  ['lmcl', { margin: -0.1 }, 'lmcl: margin must be a number from 0 to 2, got -0.1'],
  ['lmcl', { margin: 2.1 }, 'lmcl: margin must be a number from 0 to 2, got 2.1'],
  ['lmcl', { marginRamp: 1.5 }, 'lmcl: marginRamp must be a whole number not below 0, got 1.5'],
  ['lmcl', { normaliseFeatures: 'yes' }, 'lmcl: normaliseFeatures must be true or false, got yes'],
  ['lmcl', { normaliseFeatures: false, scale: 30 }, 'lmcl: scale needs normaliseFeatures true, got scale 30'],
  ['a-softmax', { margin: 5 }, 'a-softmax: margin must be 1, 2, 3 or 4, got 5'],
  ['a-softmax', { margin: '5' }, 'a-softmax: margin must be 1, 2, 3 or 4, got 5'],
  ['a-softmax', { form: 'fast' }, 'a-softmax: form must be exact, renormalised or detached, got fast'],
  ['a-softmax', { lambdaMin: -1 }, 'a-softmax: lambdaMin must be a number not below 0, got -1'],
])('%s %j is refused in one line', (name, given, message) => {
  expect(() => build(name, given)).toThrow(new UsageError(message))
})

test('a name that is near to none is answered with all of them', () => {
  const names = losses.flatMap(({ name, aliases }) => [name, ...aliases])
  expect(() => lossNamed('q')).toThrow(
    new UsageError(`loss: unknown name, there are ${names.join(', ')}; got q`),
  )
})
