import { expect, test } from 'vitest'
import { sampleInput } from '../../test/report/sample-input.ts'
import type { LossReport } from './demo-input.ts'
import { demoMeasures } from './demo-measures.ts'
import { demoTable } from './demo-table.ts'

const loss = (same: Uint8Array, impostorPairs: number): LossReport => ({
  name: 'LMCL',
  result: {
    accuracy: 0.8765,
    standardError: 0.0123,
    folds: [0.81, 0.95, 0.87],
    thresholds: [0.3, 0.3, 0.3],
    auc: 0.95432,
    eer: 0.1204,
    tarAtFar: { '0.1': 0.86, '0.01': 0.54, '0.001': 0.17 },
    variant: 'exact',
    pairs: same.length,
    missing: 0,
    missingImages: [],
  },
  scores: new Float64Array(same.length),
  same,
  pairs: [],
  identification: { rank1: 0.288, ranks: Int32Array.of(0), probes: 2, distractors: 9 },
  amongDistractors: { tarAtFar: { '0.01': 0.48, '0.001': Number.NaN }, genuinePairs: 1, impostorPairs },
  lossCurve: [],
  settings: {},
  seconds: 58.6,
})

test('demoMeasures(losses) gives percentages with the standard error and the range of the folds', () => {
  const measures = demoMeasures([loss(new Uint8Array(1000), 1000)])
  expect(Object.fromEntries(measures.map(({ name, values }) => [name, values[0]]))).toEqual({
    'accuracy, %': '87.6 ± 1.2',
    'worst fold, %': '81.0',
    'best fold, %': '95.0',
    AUC: '0.9543',
    'EER, %': '12.0',
    'TAR at FAR 0.1, %': '86.0',
    'TAR at FAR 0.01, %': '54.0',
    'TAR at FAR 0.001, %': '17.0',
    'rank-1, %': '28.8',
    'TAR at FAR 0.01 among distractors, %': '48.0',
    'TAR at FAR 0.001 among distractors, %': '–',
    'training, s': '59',
  })
})

test('demoMeasures(losses) leaves out a TAR at a FAR that the impostor pairs cannot carry', () => {
  const names = demoMeasures([loss(new Uint8Array(999), 99)]).map(({ name }) => name)
  expect(names).toContain('TAR at FAR 0.01, %')
  expect(names).not.toContain('TAR at FAR 0.001, %')
  expect(names.filter((name) => name.endsWith('among distractors, %'))).toEqual([])
})

test('demoTable(losses) has a column a loss and a row a measure', async () => {
  const { losses } = await sampleInput()
  const lines = demoTable(losses).split('\n')
  expect(lines[0]!.trim().split(/\s+/)).toEqual(['softmax', 'NSL', 'A-Softmax', 'LMCL'])
  expect(lines[2]).toMatch(/^accuracy, %( +\d+\.\d ± \d\.\d){4}$/)
})
