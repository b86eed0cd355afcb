import { expect, test } from 'vitest'
import { thinMetric } from './thin-metric.ts'

test('thinMetric(metric) keeps a short metric as it is', () => {
  expect(thinMetric({ steps: [1, 2], values: [5, 7] })).toEqual({ steps: [1, 2], values: [5, 7], skipped: 0 })
})

test('thinMetric(metric) averages blocks of a long one, and counts what is no number', () => {
  const values = [1, 3, Number.NaN, 5, Number.NaN, Number.POSITIVE_INFINITY, 9]
  expect(thinMetric({ steps: [1, 2, 3, 4, 5, 6, 7], values }, { most: 4 })).toEqual({
    steps: [1.5, 4, 7],
    values: [2, 5, 9],
    skipped: 3,
  })
})

test('thinMetric(metric) of nothing is nothing', () => {
  expect(thinMetric({ steps: [], values: [] })).toEqual({ steps: [], values: [], skipped: 0 })
})
