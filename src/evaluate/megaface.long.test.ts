import { afterAll, beforeAll, expect, it } from 'vitest'
import { compareMegaface, type Scratch, scratch } from '../../test/evaluate/compare-megaface.ts'

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
})
afterAll(() => folder.remove())

it.each(
  [10, 100, 1000, 10_000].flatMap((distractors) =>
    [
      { columns: 3, levels: 2 },
      { columns: 8, levels: 4 },
      { columns: 32, levels: 0 },
    ].map((shape, seed) => ({ ...shape, distractors, seed: 100 + seed })),
  ),
)(
  'MegaFace equals the rules written out, to the last digit: $distractors of $columns numbers, $levels levels',
  async (shape) => {
    const { ours, literal } = await compareMegaface(folder, { people: 30, images: [1, 12], ...shape })
    expect(ours).toEqual(literal)
  },
)
