import { expect, test } from 'vitest'
import { batchesPerEpoch, epochOrder, isMirrored } from './order.ts'

test('the order of an epoch holds each sample once and depends on seed and epoch alone', () => {
  const order = epochOrder(1000, { seed: 5, epoch: 2 })
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(epochOrder(1000, { seed: 5, epoch: 2 })).toEqual(order)
  expect(epochOrder(1000, { seed: 5, epoch: 3 })).not.toEqual(order)
  expect(epochOrder(1000, { seed: 6, epoch: 2 })).not.toEqual(order)
})

test('over many epochs each sample comes first about equally often', () => {
  const first = new Array<number>(10).fill(0)
  for (let epoch = 0; epoch < 5000; epoch++) first[epochOrder(10, { seed: 0, epoch })[0]!]!++
  // 500 expected, standard deviation 21.
  for (const count of first) expect(Math.abs(count - 500)).toBeLessThan(5 * 21)
})

test('the seed, order and mirroring are pinned, so that a run can be continued by a later version', () => {
  expect([...epochOrder(8, { seed: 0, epoch: 0 })]).toMatchInlineSnapshot(`
    [
      2,
      4,
      0,
      3,
      6,
      5,
      1,
      7,
    ]
  `)
  expect(Array.from({ length: 12 }, (_, i) => Number(isMirrored(0, 3, i))).join('')).toMatchInlineSnapshot(
    `"100111100001"`,
  )
})

test('a batch left incomplete is not counted', () => {
  expect([batchesPerEpoch(130, 64), batchesPerEpoch(128, 64), batchesPerEpoch(63, 64)]).toEqual([2, 2, 0])
})

test('about half of all images are mirrored, whichever of seed, step and position varies', () => {
  const share = (mirrored: (i: number) => boolean) =>
    Array.from({ length: 4000 }, (_, i) => Number(mirrored(i))).reduce((a, b) => a + b, 0) / 4000
  // Standard deviation 0.008.
  for (const mirrored of [
    (i: number) => isMirrored(1, 2, i),
    (i: number) => isMirrored(1, i, 2),
    (i: number) => isMirrored(i, 1, 2),
  ]) {
    expect(Math.abs(share(mirrored) - 0.5)).toBeLessThan(0.04)
  }
})
