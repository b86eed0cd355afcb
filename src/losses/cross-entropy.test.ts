import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { ShapeError } from '../errors.ts'
import { grad, input } from '../graph/index.ts'
import { emit } from '../onnx/index.ts'
import { createSession } from '../runtime/node.ts'
import { crossEntropy } from './cross-entropy.ts'

const logits = input('logits', [2, 3])
const labels = input('labels', [2], 'int32')
const loss = crossEntropy(logits, labels)
const [gradient] = grad(loss, [logits])
const at = (values: readonly number[], wanted: readonly number[]) =>
  evaluate({ loss, gradient: gradient! }, { logits: values, labels: wanted })

test('crossEntropy is ln C where all classes are as likely', () => {
  expect(at([0, 0, 0, 7, 7, 7], [0, 2]).loss[0]).toBeCloseTo(Math.log(3), 14)
})

test('crossEntropy is −ln of the posterior of the label, the mean over the batch', () => {
  // Posteriors 1/4, 1/4, 2/4 and 5/8, 2/8, 1/8.
  const values = [1, 1, 2, 5, 2, 1].map(Math.log)
  expect(at(values, [0, 1]).loss[0]).toBeCloseTo((Math.log(4) + Math.log(4)) / 2, 14)
  expect(at(values, [2, 0]).loss[0]).toBeCloseTo((Math.log(2) + Math.log(8 / 5)) / 2, 14)
})

test('the gradient of crossEntropy is the posteriors less the one-hot labels, divided by the batch', () => {
  const { gradient: got } = at([1, 1, 2, 5, 2, 1].map(Math.log), [0, 1])
  const expected = [1 / 4 - 1, 1 / 4, 2 / 4, 5 / 8, 2 / 8 - 1, 1 / 8].map((p) => p / 2)
  expect(relativeError(got, expected)).toBeLessThan(1e-14)
})

test('crossEntropy does not change when all logits of a row are shifted, and its gradient sums to 0', () => {
  const number = fc.double({ min: -30, max: 30, noNaN: true })
  fc.assert(
    fc.property(fc.array(number, { minLength: 6, maxLength: 6 }), number, (values, shift) => {
      const before = at(values, [1, 2])
      const after = at(
        values.map((value) => value + shift),
        [1, 2],
      )
      expect(after.loss[0]).toBeCloseTo(before.loss[0]!, 11)
      expect(after.gradient.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12)
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('crossEntropy of logits as far apart as 1e30 is finite in float32: the label’s gap to the largest', async () => {
  const session = await createSession(emit({ loss, gradient: gradient! }, { name: 'loss' }), { threads: 1 })
  const got = await session.run({
    logits: { type: 'float32', shape: [2, 3], data: Float32Array.from([1e30, 0, -1e30, 500, 499, -500]) },
    labels: { type: 'int32', shape: [2], data: Int32Array.of(1, 0) },
  })
  await session.close()
  expect(relativeError(got.loss!.data as Float32Array, [5e29])).toBeLessThan(1e-6)
  expect(Array.from(got.gradient!.data as Float32Array).slice(0, 3)).toEqual([0.5, -0.5, 0])
})

test('crossEntropy refuses labels that do not fit', () => {
  expect(() => crossEntropy(logits, input('labels', [3], 'int32'))).toThrow(
    new ShapeError('crossEntropy: logits must be [N, C] and labels [N], got [2,3] and [3]'),
  )
  expect(() => crossEntropy(logits, input('labels', [2], 'int64'))).toThrow(
    new ShapeError('crossEntropy: labels must be int32, got int64'),
  )
})
