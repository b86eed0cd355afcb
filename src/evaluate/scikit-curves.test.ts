import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { det } from './det.ts'
import { auc, roc } from './roc.ts'

type Curve = Readonly<Record<string, readonly (number | 'Infinity')[]>>
interface Curves {
  readonly roc: Curve
  readonly det: Curve
}
interface Case {
  readonly scores: readonly number[]
  readonly same: readonly number[]
  readonly auc: number
  readonly whole: Curves
  readonly dropped: Curves
}

/** What scikit-learn gives for 40 sets of scores, by test/fixtures/scikit-curves.py. */
const { cases } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/scikit-curves.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] }

const plain = (curve: object): Curve =>
  Object.fromEntries(
    Object.entries(curve).map(([key, values]) => [
      key,
      Array.from(values as Float64Array, (v) => (v === Number.POSITIVE_INFINITY ? 'Infinity' : v)),
    ]),
  )

describe('point for point as scikit-learn', () => {
  test('in 40 sets', () => expect(cases).toHaveLength(40))

  test.each(cases.map((given, i) => ({ given, i })))('roc, det and auc of set $i', ({ given }) => {
    const pairs = [Float64Array.from(given.scores), Uint8Array.from(given.same)] as const
    expect(plain(roc(...pairs))).toEqual(given.whole.roc)
    expect(plain(roc(...pairs, { dropIntermediate: true }))).toEqual(given.dropped.roc)
    expect(plain(det(...pairs))).toEqual(given.whole.det)
    expect(plain(det(...pairs, { dropIntermediate: true }))).toEqual(given.dropped.det)
    expect(auc(...pairs)).toBeCloseTo(given.auc, 14)
  })
})
