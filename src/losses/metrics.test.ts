import { expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { grad, input, type Tensor } from '../graph/index.ts'
import { decodeModel, emit } from '../onnx/index.ts'
import { lossNamed } from './catalogue.ts'
import { angularMetrics } from './metrics.ts'

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
