import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareMegaface, type Scratch, scratch } from '../../test/evaluate/compare-megaface.ts'
import { megafaceResult } from './megaface.ts'
import { probePairs } from './megaface-pairs.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
})
afterAll(() => folder.remove())

describe('megafaceResult(plan, pairs, tally)', () => {
  it.each([
    { distractors: 3, columns: 2, levels: 3, seed: 5 },
    { distractors: 10, columns: 3, levels: 3, seed: 1 },
    { distractors: 100, columns: 4, levels: 3, seed: 2 },
    { distractors: 1000, columns: 8, levels: 5, seed: 3 },
    { distractors: 1000, columns: 16, levels: 0, seed: 4 },
  ])(
    'equals the rules written out, to the last digit: $distractors of $columns numbers, $levels levels',
    async (shape) => {
      const { ours, literal } = await compareMegaface(folder, { people: 20, images: [1, 14], ...shape })
      expect(ours).toEqual(literal)
    },
  )

  it('gives exact points of the ROC: who reaches a score is accepted', () => {
    const pairs = probePairs({ data: Float32Array.of(0, 1, 3), rows: 3, columns: 1 }, new Int32Array(3))
    // Genuine scores −1, −4, −9; of six impostor scores one is −1, two are −4.
    const plan = {
      probes: { data: Float32Array.of(0, 1, 3), rows: 3, columns: 1 },
      labels: new Int32Array(3),
      thresholds: {
        all: Float64Array.of(-1 - 2 ** -52, -4 - 2 ** -50),
        leading: Float64Array.of(-1, -4, -9),
      },
      leading: 3,
      fars: [0.2, 0.5, 1],
    }
    const tally = {
      ranks: Float64Array.of(0, 1, 0, 2, 1, 1),
      distractors: 2,
      above: { all: Float64Array.of(1, 3), leading: Float64Array.of(0, 1, 6) },
      limits: Float64Array.of(-4, -5, Number.NEGATIVE_INFINITY),
      best: { index: new Int32Array(0), score: new Float64Array(0) },
      sample: { distractors: 2, low: -9, high: 0, counts: new Float64Array(1) },
    }
    const { curves, full, devkit, rank1, recallAtRank } = megafaceResult(plan, pairs, tally)
    expect([...curves.roc.x]).toEqual([1 / 6, 3 / 6])
    expect([...curves.roc.y]).toEqual([1 / 3, 2 / 3])
    expect(full).toEqual({
      impostorPairs: 6,
      tarAtFar: { '0.2': 1 / 3, '0.5': 2 / 3, '1': 1 },
      allowed: { '0.2': 1, '0.5': 3, '1': 6 },
    })
    expect(devkit.tarAtFar['0.000001']).toBe(1 / 3)
    expect(rank1).toBe(2 / 6)
    expect(recallAtRank).toEqual({ '1': 2 / 6 })
    expect([...curves.cmc.x]).toEqual([1, 2, 3])
  })
})
