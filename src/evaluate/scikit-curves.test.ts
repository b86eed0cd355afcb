import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { det } from './det.ts'
import { auc, roc } from './roc.ts'

/** What scikit-learn gives for 40 sets of scores, by test/fixtures/scikit-curves.py. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/scikit-curves.json', import.meta.url), 'utf8'),
)

const plain = (curve: object) =>
  Object.fromEntries(
    Object.entries(curve).map(([key, values]) => [
      key,
      Array.from(values as Float64Array, (v) => (v === Number.POSITIVE_INFINITY ? 'Infinity' : v)),
    ]),
  )

describe('point for point as scikit-learn', () => {
  test('there are 40 sets', () => expect(cases).toHaveLength(40))

  test.each(cases.map((each: object, i: number) => [i, each]))('roc, det and auc of set %i', (_, given) => {
    const { scores, same, whole, dropped, auc: area } = given as (typeof cases)[number]
    const pairs = [Float64Array.from(scores), Uint8Array.from(same)] as const
    expect(plain(roc(...pairs))).toEqual(whole.roc)
    expect(plain(roc(...pairs, { dropIntermediate: true }))).toEqual(dropped.roc)
    expect(plain(det(...pairs))).toEqual(whole.det)
    expect(plain(det(...pairs, { dropIntermediate: true }))).toEqual(dropped.det)
    expect(auc(...pairs)).toBeCloseTo(area, 14)
  })
})
