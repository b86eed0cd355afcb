import { expect, it } from 'vitest'
import { compareSettings } from '../../evaluate/index.ts'
import type { MeasureOfSetting, SweepResults } from './sweep-results.ts'
import { sweepTable } from './sweep-table.ts'

const measure = (values: number[], mean: number, spread: number | null): MeasureOfSetting => ({
  values,
  mean,
  spread,
})
const compared = compareSettings(
  new Map([
    [0, [0.8, 0.7, 0.9]],
    [1, [0.6, 0.7, 0.8]],
  ]),
  new Map([
    [0, [0.9, 0.8, 0.9]],
    [1, [0.7, 0.9, 0.8]],
  ]),
)!

it('sweepTable shows mean ± spread, a bare value for one seed, a hyphen for what is missing, and what is not done', () => {
  const results: SweepResults = {
    settings: [
      {
        setting: 'softmax',
        seeds: [0, 1],
        runs: ['softmax-seed0', 'softmax-seed1'],
        measures: {
          'train loss': measure([1.5, 1.7], 1.6, 0.1414),
          'lfw accuracy': measure([0.81, 0.83], 0.82, 0.01414),
          'lfw auc': measure([0.9, 0.91], 0.905, 0.00707),
        },
      },
      {
        setting: 'lmcl margin0.35',
        seeds: [0],
        runs: ['lmcl-margin0.35-seed0'],
        measures: { 'train loss': measure([2], 2, null), 'lfw accuracy': measure([0.9], 0.9, null) },
      },
    ],
    comparisons: [
      {
        evaluation: 'lfw',
        first: 'softmax',
        second: 'lmcl margin0.35',
        ...compared,
        corrected: { folds: 0.398, overSeeds: Number.NaN },
      },
    ],
    unfinished: ['lmcl-margin0.35-seed1'],
    failed: { 'lmcl-margin0.9-seed0': 'train: step 3: the loss is NaN' },
  }
  const lines = sweepTable(results)
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, ' | ').trim())
  expect(lines[0]).toBe('setting | seeds | train loss | lfw accuracy, % | lfw auc')
  expect(lines[2]).toBe('softmax | 2 | 1.600 ± 0.141 | 82.00 ± 1.41 | 0.9050 ± 0.0071')
  expect(lines[3]).toBe('lmcl margin0.35 | 1 | 2.000 | 90.00 | -')
  // Differences of the folds, averaged over the seeds: 10, 15, 0 points; t = 1.890 with 2 degrees of freedom.
  expect(lines).toContain(
    'lfw: lmcl margin0.35 less softmax | +8.33 | −10.64 … +27.31 | 0.199 | 0.398 | 0.126 | -',
  )
  expect(lines).toContain('failed: lmcl-margin0.9-seed0: train: step 3: the loss is NaN')
  expect(lines).toContain('unfinished: lmcl-margin0.35-seed1')
})

it('sweepTable of nothing says what is left alone', () => {
  const results = { settings: [], comparisons: [], unfinished: ['a', 'b'], failed: {} }
  expect(sweepTable(results)).toBe('unfinished: a, b\n')
})
