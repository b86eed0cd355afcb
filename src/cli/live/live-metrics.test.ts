import { expect, test } from 'vitest'
import { evaluate } from '../../../test/evaluator/index.ts'
import { input } from '../../graph/index.ts'
import { liveMetrics } from './live-metrics.ts'

const [x, labels] = [input('x', [4, 2]), input('labels', [4], 'int32')]
const feeds = { x: [1, 0, 3, 4, 0, 2, -1, 0], labels: [0, 0, 1, 1] }
const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (v) => Number(v.toFixed(12)))

test('the cosine to the own prototype and to the nearest other, of several a class the nearest', () => {
  const W = input('W', [4, 2])
  const got = evaluate(liveMetrics({ prototypesPerClass: 2 })(x, W, labels), {
    ...feeds,
    W: [0, 1, 1, 0, -1, 0, 0, -1],
  })
  expect(rounded(got.own!)).toEqual([1, 0.8, 0, 1])
  expect(rounded(got.other!)).toEqual([0, -0.6, 1, 0])
  expect(got.prototypes).toHaveLength(8)
})

test('without prototypes the cosines to the nearest sample of its class and of another, NaN where there is none', () => {
  const W = input('W', [2, 2])
  const built = liveMetrics({ usesPrototypes: false })
  const got = evaluate(built(x, W, labels), feeds)
  expect(rounded(got.own!)).toEqual([0.6, 0.6, 0, 0])
  expect(rounded(got.other!)).toEqual([0, 0.8, 0.8, -0.6])
  expect(got.prototypes).toBeUndefined()
  const alone = evaluate(built(x, W, labels), { ...feeds, labels: [0, 1, 2, 3] })
  expect([...alone.own!]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
})
