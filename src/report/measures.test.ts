import { describe, expect, test } from 'vitest'
import { measuresOf } from './measures.ts'

const lines = (facts: Record<string, unknown>) =>
  measuresOf({ facts }).map(({ name, text }) => `${name}: ${text}`)

describe('measuresOf(evaluation)', () => {
  const verification = {
    ...{ accuracy: 0.87654, standardError: 0.0123, folds: [0.81, 0.95], auc: 0.95432, eer: 0.1204 },
    ...{ tarAtFar: { '0.001': 0.17, '0.1': 0.86, '0.01': 0.54 }, pairs: 1200, impostorPairs: 600 },
  }

  test('gives accuracy with its error, the folds, AUC, EER and the TARs that the pairs carry', () => {
    expect(lines(verification)).toEqual([
      'accuracy, %: 87.7 ± 1.2',
      'worst fold, %: 81.0',
      'best fold, %: 95.0',
      'AUC: 0.9543',
      'EER, %: 12.0',
      'TAR at FAR 0.1, %: 86.0',
      'TAR at FAR 0.01, %: 54.0',
    ])
  })

  test('puts intervals beside their numbers, and says what they are over', () => {
    const interval = { low: 0.1, high: 0.2 }
    const intervals = { over: 'pairs', accuracy: interval, eer: interval, tarAtFar: { '0.1': interval } }
    expect(lines({ ...verification, intervals })).toEqual(
      expect.arrayContaining([
        '95 % interval over pairs, %: 10.0 … 20.0',
        'EER, %: 12.0 (10.0 … 20.0)',
        'TAR at FAR 0.1, %: 86.0 (10.0 … 20.0)',
        'TAR at FAR 0.01, %: 54.0',
      ]),
    )
  })

  test('shows a second digit where there are pairs for it, and nothing that is null', () => {
    const facts = { ...verification, pairs: 6000, standardError: null, auc: null, folds: [0.87654] }
    expect(lines(facts).slice(0, 2)).toEqual(['accuracy, %: 87.65', 'EER, %: 12.04'])
  })

  test('gives open-set rates over splits, without those that the searches do not carry', () => {
    const spread = (mean: number) => ({ mean, deviation: 0.01, least: 0, most: 1 })
    expect(
      lines({
        recall: { '1': { mean: 0.9, deviation: null, least: 0.9, most: 0.9 } },
        rates: [
          { fpir: 0.1, fnir: spread(0.25) },
          { fpir: 0.01, fnir: null },
        ],
        proof: {
          rates: [
            { fpirAimedAt: 0.1, realised: { fpir: spread(0.12), fnir: spread(0.3) } },
            { fpirAimedAt: 0.01, realised: null },
          ],
        },
      }),
    ).toEqual([
      'rank-1, %: 90.0',
      'FNIR at FPIR 0.1, %: 25.0 ± 1.0',
      'FPIR on other people where 0.1 was aimed at, %: 12.0 ± 1.0',
    ])
  })

  test('gives MegaFace by number of distractors, without rates that let no impostor pass', () => {
    const tars = { tarAtFar: { '0.000001': 0.5, '0.00001': 0.6 }, allowed: { '0.000001': 0, '0.00001': 10 } }
    expect(
      lines({
        results: [
          { size: 1_000_000, set: 1, items: 'raw', rank1: 0.7711, full: tars, devkit: {} },
          { size: 10, set: 2, items: 'cleaned', rank1: 1, devkit: { tarAtFar: {}, allowed: {} } },
        ],
      }),
    ).toEqual([
      'rank-1, 1,000,000 distractors, set 1, %: 77.11',
      'TAR at FAR 0.00001, 1,000,000 distractors, set 1, %: 60.00',
      'rank-1, 10 distractors, set 2, cleaned, %: 100.00',
    ])
  })

  test('gives templates: TAR from the strictest rate that the pairs carry, and the means over galleries', () => {
    expect(
      lines({
        verification: {
          ...{ tarAtFar: { '0.0001': 0.8, '0.001': 0.9, '1e-7': 0.1 }, impostorPairs: 10_000 },
          ...{ auc: 0.99, eer: 0.02 },
        },
        // Of a gallery without searches for strangers no rate is known.
        identification: { average: { top: { '1': 0.9 }, tpirAtFpir: { '0.01': 0.7, '0.1': null } } },
      }),
    ).toEqual([
      'TAR at FAR 1e-4, %: 80.00',
      'TAR at FAR 1e-3, %: 90.00',
      'AUC of 1:1: 0.99000',
      'EER of 1:1, %: 2.00',
      '1:N, mate among the best 1, %: 90.00',
      '1:N, TPIR at FPIR 0.01, %: 70.00',
    ])
  })

  test('of what it does not know is nothing', () => {
    expect(lines({})).toEqual([])
    expect(lines({ accuracy: 'high', results: 3, verification: null, rank1: null })).toEqual([])
  })
})
