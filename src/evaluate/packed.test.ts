import { expect, it } from 'vitest'
import { pack, unpack } from './packed.ts'

const value = {
  pass: {
    thresholds: Float64Array.of(-1, 0),
    zones: [{ low: Number.NEGATIVE_INFINITY, high: -0.5 }],
    isWhole: false,
  },
  kept: [
    { values: Float64Array.of(1), counts: Float64Array.of(2) },
    { values: new Float64Array(), counts: new Float64Array() },
  ],
  index: Int32Array.of(-1),
  nothing: null,
  text: 'a',
  nan: Number.NaN,
}

it('unpack gives back what pack packed, through JSON', () => {
  const { json, arrays } = pack('a', value)
  expect(unpack({ json: JSON.parse(JSON.stringify(json)), arrays })).toEqual(value)
})

it('pack names arrays by where they stand', () => {
  expect(Object.keys(pack('10_1', value).arrays)).toEqual([
    '10_1.pass.thresholds',
    '10_1.kept.0.values',
    '10_1.kept.0.counts',
    '10_1.kept.1.values',
    '10_1.kept.1.counts',
    '10_1.index',
  ])
})
