import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { grad, input, type Tensor } from '../graph/index.ts'
import { decodeModel, emit } from '../onnx/index.ts'
import { lossNamed } from './catalogue.ts'
import { angularMetrics, metricsOf, pairMetrics } from './metrics.ts'

const [x, W, labels] = [input('x', [4, 2]), input('W', [3, 2]), input('labels', [4], 'int32')]

test('accuracy is the part of the batch nearest to its own prototype by angle, whatever the lengths', () => {
  const feeds = { x: [1, 0.1, 9, 1, -1, 3, -2, -2], W: [0.1, 0, 0, 50, -1, -1] }
  const at = (wanted: number[]) =>
    evaluate(angularMetrics(x, W, labels), { ...feeds, labels: wanted }).accuracy[0]
  expect(at([0, 0, 1, 2])).toBe(1)
  expect(at([0, 0, 0, 1])).toBe(0.5)
  expect(at([1, 2, 0, 0])).toBe(0)
})

test('accuracy counts a tie as right and NaN as wrong', () => {
  const at = (features: number[]) =>
    evaluate(angularMetrics(x, W, labels), { x: features, W: [1, 0, 0, 1, -1, -1], labels: [0, 1, 1, 1] })
      .accuracy[0]
  expect(at([1, 1, 1, 1, 1, 0, 1, 0])).toBe(0.5)
  expect(at(new Array<number>(8).fill(Number.NaN))).toBe(0)
})

test('the mean cosine is that of samples to their own prototypes', () => {
  const feeds = { x: [3, 4, 0, 2, 1, 0, 0, 0], W: [2, 0, 0, -5, -1, 0], labels: [0, 1, 2, 0] }
  expect(evaluate(angularMetrics(x, W, labels), feeds).cosine[0]).toBeCloseTo((0.6 - 1 - 1 + 0) / 4, 14)
})

test.each([
  ['nsl', {}],
  ['lmcl', {}],
  ['a-softmax', {}],
  ['a-softmax', { form: 'detached' }],
])('a step with %s %j multiplies matrices three times, the accuracy’s among them', (name, options) => {
  const loss = lossNamed(name).build(options).loss(x, W, labels)
  const [gradX, gradW] = grad(loss, [x, W]) as [Tensor, Tensor]
  const model = decodeModel(emit({ loss, gradX, gradW, ...angularMetrics(x, W, labels) }, { name: 'step' }))
  expect(model.graph.node.filter(({ opType }) => opType === 'MatMul')).toHaveLength(3)
})

test('of several prototypes a class the nearest stands for it', () => {
  const feeds = { x: [1, 0, 0, 1, -1, 0, 3, 4], W: [0, 1, 1, 0, -1, 0, 0, -1], labels: [0, 0, 1, 1] }
  const got = evaluate(angularMetrics(x, input('W', [4, 2]), labels, { prototypesPerClass: 2 }), feeds)
  expect(got.accuracy[0]).toBe(0.75)
  expect(got.cosine[0]).toBeCloseTo((1 + 1 + 1 - 0.6) / 4, 14)
})

test('without prototypes a sample is right where its nearest in the batch is of its class', () => {
  const feeds = { x: [1, 0, 3, 0.3, 0, 1, 1, 1], labels: [0, 0, 0, 1] }
  const got = evaluate(pairMetrics(x, labels), feeds)
  const angles = [0, Math.atan2(0.3, 3), Math.PI / 2]
  // Of the three that have a partner the third is nearest to the one that has none.
  expect(got.accuracy[0]).toBeCloseTo(2 / 3, 14)
  const cosines = [angles[1]! - angles[0]!, angles[2]! - angles[0]!, angles[2]! - angles[1]!].map(Math.cos)
  expect(got.cosine[0]).toBeCloseTo(cosines.reduce((a, b) => a + b) / 3, 14)
})

test('without prototypes and without partners both are 0, also of a batch of one', () => {
  const got = evaluate(pairMetrics(x, labels), { x: [1, 0, 1, 0, 0, 1, 1, 1], labels: [0, 1, 2, 3] })
  expect([got.accuracy[0], got.cosine[0]]).toEqual([0, 0])
  const one = pairMetrics(input('x', [1, 2]), input('labels', [1], 'int32'))
  expect(evaluate(one, { x: [1, 2], labels: [0] })).toMatchObject({ accuracy: new Float64Array(1) })
})

test('metricsOf(loss) measures by what the loss has', () => {
  const feeds = { x: [1, 0, 3, 0.3, 0, 1, 1, 1], W: [1, 0, 0, 1, -1, 0], labels: [0, 0, 0, 1] }
  const by = (built: Parameters<typeof metricsOf>[0]) =>
    evaluate({ ...metricsOf(built)(x, W, labels) }, feeds)
  expect(by({})).toEqual(evaluate({ ...angularMetrics(x, W, labels) }, feeds))
  expect(by({ usesPrototypes: false })).toEqual(evaluate({ ...pairMetrics(x, labels) }, feeds))
})
