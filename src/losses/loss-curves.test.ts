import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64 } from '../../test/losses/problem.ts'
import { settled } from '../../test/losses/settled.ts'
import { input, type Tensor } from '../graph/index.ts'
import { losses, lossNamed } from './catalogue.ts'
import { crossEntropyOf } from './cross-entropy.ts'
import { lossCurves } from './loss-curves.ts'

const [x, W, labels] = [input('x', [1, 2]), input('W', [2, 2]), input('labels', [1], 'int32')]

/** The logit of the own class at an angle in the graph of a loss, for features of a length, divided by the scale. */
function inGraph(
  name: string,
  given: Record<string, unknown>,
  {
    theta,
    length,
    scale,
    state,
  }: { theta: number; length: number; scale: number; state: Record<string, number[]> },
): number {
  const loss = lossNamed(name).build(given).loss(x, W, labels)
  let logits: Tensor | undefined
  const visit = (node: Tensor): void => {
    logits ??= crossEntropyOf(node)?.logits
    if (!logits) node.inputs.forEach(visit)
  }
  visit(loss)
  const feeds = {
    x: [length * Math.cos(theta), length * Math.sin(theta)],
    W: [1, 0, 0, 1],
    labels: [0],
    ...state,
  }
  return evaluate({ logits: logits! }, feeds).logits[0]! / scale
}

const thetas = [0.1, 0.6, 1.2, 1.8, 2.5, 3]

describe('lossCurves(name) is the logit of the own class in the graph of the loss, divided by its scale', () => {
  const bias = { 'head.bias': [0, 0] }
  const norms = { 'head.normMean': [20], 'head.normStd': [100] }
  test.each<
    [
      string,
      Record<string, unknown>,
      number,
      { length?: number; scale?: number; state?: Record<string, number[]> },
    ]
  >([
    ['softmax', {}, 0, { length: 2, scale: 2, state: bias }],
    ['nsl', {}, 0, { scale: 30 }],
    ['a-softmax', { lambdaBase: 0, lambdaMin: 0 }, 0, { length: 3, scale: 3 }],
    ['a-softmax', { lambdaBase: 0, lambdaMin: 5, margin: 3 }, 1, { length: 3, scale: 3 }],
    ['l-softmax', { lambdaBase: 0, margin: 2 }, 0, { length: 3, scale: 3 }],
    ['lmcl', {}, 0, { scale: 64 }],
    ['arcface', { margin: 0.4 }, 0, { scale: 64 }],
    ['combined-margin', {}, 0, { scale: 64 }],
    ['combined-margin', { m1: 1.2, m2: 0.4, m3: 0.1 }, 0, { scale: 64 }],
    ['sphereface-r', {}, 0, { scale: 30 }],
    ['sphereface-r', { version: 'v2', margin: 1.4 }, 1, { scale: 30 }],
    ['circle', {}, 0, { scale: 256 }],
    ['curricularface', {}, 0, { scale: 64, state: { 'head.t': [0] } }],
    ['magface', {}, 0, { length: 10, scale: 64 }],
    ['magface', {}, 1, { length: 60, scale: 64 }],
    ['magface', {}, 2, { length: 300, scale: 64 }],
    ['adaface', { normRate: 0, h: 3000 }, 0, { length: 90, scale: 64, state: norms }],
    ['adaface', { normRate: 0 }, 1, { length: 20, scale: 64, state: norms }],
    ['adaface', { normRate: 0, h: 3000 }, 2, { length: 1, scale: 64, state: norms }],
    ['elasticface-arc', {}, 2, { scale: 64, state: { 'head.margins': [2] } }],
    ['elasticface-cos', {}, 0, { scale: 64, state: { 'head.margins': [-2] } }],
  ])('%s %j, curve %i', (name, given, curve, { length = 1, scale = 1, state = {} }) => {
    const { kind, curves } = lossCurves(name, given)
    expect(kind).toBe('logit')
    for (const theta of thetas)
      expect(curves[curve]!.at(theta)).toBeCloseTo(inGraph(name, given, { theta, length, scale, state }), 3)
  })

  test.each<[string, Record<string, unknown>, number]>([
    // Only the own class has a say (the other lies opposite), and the threshold is 0: the loss is ln(1 + e^−p).
    ['uniface', { weight: 0 }, 64],
    ['sphereface2', { alpha: 0.99, weight: 40 / 0.99, margin: 0.1, form: 'exact' }, 40],
  ])('%s %j', (name, given, scale) => {
    const build = settled(lossNamed(name).build(given).loss, { 'head.bias': [0] })
    for (const theta of [0.6, 1.2, 1.8]) {
      const loss = inFloat64(build, { ...plane(theta), W: [1, 0, -1, 0] }).loss[0]!
      expect(lossCurves(name, given).curves[0]!.at(theta)).toBeCloseTo(-Math.log(Math.expm1(loss)) / scale, 6)
    }
  })
})

const plane = (theta: number) => ({
  N: 1,
  D: 2,
  C: 2,
  x: [Math.cos(theta), Math.sin(theta)],
  W: [1, 0, 0, 1],
  labels: [0],
})

describe('lossCurves(name) of a loss without logits is the loss of the pair or triplet', () => {
  const at = (name: string, rows: number[][], labels: number[]): number =>
    inFloat64(settled(lossNamed(name).build().loss, { 'head.centres': [1, 0, 0, 1] }), {
      N: rows.length,
      D: 2,
      C: 2,
      x: rows.flat(),
      W: [1, 0, 0, 1],
      labels,
    }).loss[0]!
  const unit = (theta: number): number[] => [Math.cos(theta), Math.sin(theta)]

  test.each(thetas)('at %d', (theta) => {
    const [same, other] = lossCurves('contrastive').curves
    expect(same!.at(theta)).toBeCloseTo(at('contrastive', [unit(0), unit(theta)], [0, 0]), 10)
    expect(other!.at(theta)).toBeCloseTo(at('contrastive', [unit(0), unit(theta)], [0, 1]), 10)
    expect(lossCurves('center').curves[1]!.at(theta)).toBeCloseTo(at('center', [unit(theta)], [0]), 10)
  })

  test('of triplet loss, the anchor between positive and negative', () => {
    const [, sixty] = lossCurves('triplet').curves
    // From the anchor 0.9 to the positive, 60° to the negative; from the positive the negative is beyond the anchor, and far.
    const total = at('triplet', [unit(0), unit(0.9), unit(-Math.PI / 3)], [0, 0, 1])
    expect(sixty!.at(0.9)).toBeCloseTo(2 * total, 10)
    // Hard mining is of distances, not of their squares.
    const [, hard] = lossCurves('triplet', { mining: 'hard' }).curves
    expect(hard!.at(1.4)).toBeCloseTo(0.2 + 2 * Math.sin(0.7) - 1, 12)
  })
})

test('every loss of the catalogue has curves, finite and under names of their own, and falling where they are logits', () => {
  for (const { name } of losses) {
    const { kind, curves } = lossCurves(name)
    expect(new Set(curves.map((curve) => curve.name)).size).toBe(curves.length)
    for (const { at } of curves) {
      const values = Array.from({ length: 181 }, (_, i) => at((i * Math.PI) / 180))
      expect(values.every(Number.isFinite)).toBe(true)
      // Circle loss alone lets a class go that is closer than its margin asks.
      if (kind === 'logit' && name !== 'circle')
        for (const [i, value] of values.entries())
          expect(value).toBeLessThanOrEqual((values[i - 1] ?? value) + 1e-12)
    }
  }
})
