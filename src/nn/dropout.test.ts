import { expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { UsageError } from '../errors.ts'
import { input, topologicalOrder } from '../graph/index.ts'
import { rng } from '../math/rng.ts'
import { dropout } from './index.ts'

const x = input('x', [40, 50])

it('dropout(x) is x times its mask in training, x itself otherwise', () => {
  const y = dropout(x, 'd', { rate: 0.4, training: true })
  const values = Float64Array.from({ length: 2000 }, (_, i) => i)
  const mask = Float64Array.from({ length: 2000 }, (_, i) => i % 3)
  expect(evaluate({ y }, { x: values, 'd.mask': mask }).y).toEqual(values.map((v, i) => v * (i % 3)))
  expect(dropout(x, 'd', { rate: 0.4 })).toBe(x)
  expect(dropout(x, 'd', { rate: 0, training: true })).toBe(x)
})

it('dropout(x) leaves out the share `rate`, and divides the rest by 1 − rate', () => {
  for (const rate of [0.1, 0.4, 0.9]) {
    const y = dropout(x, 'd', { rate, training: true })
    const leaf = topologicalOrder([y]).find((node) => node.leaf?.kind === 'drawn')!.leaf!
    if (leaf.kind !== 'drawn') throw new Error('dropout: no mask')
    const mask = leaf.draw(rng(1), [40, 50])
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]))
    // Four deviations of 2,000 draws.
    const share = mask.filter((v) => v === 0).length / 2000
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / 2000))
  }
})

it('dropout(x) refuses a rate outside 0 … 1', () => {
  for (const rate of [-0.1, 1, Number.NaN])
    expect(() => dropout(x, 'd', { rate, training: true })).toThrow(
      new UsageError(`dropout: rate must be from 0 to below 1, got ${rate} for d`),
    )
})
