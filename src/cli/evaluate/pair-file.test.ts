import { expect, it } from 'vitest'
import type { Variant } from '../../evaluate/index.ts'
import { pairFile } from './pair-file.ts'

const pairs = {
  images: ['a/1', 'a/2', 'b,"c"/1', 'd/1'],
  left: Int32Array.of(0, 0, 1, 2),
  right: Int32Array.of(1, 2, 3, 3),
  same: Uint8Array.of(1, 0, 0, 0),
  foldOf: Uint8Array.of(0, 0, 1, 1),
  folds: 2,
}
const verified = (variant: Variant, scores: number[], thresholds: number[], same: number[]) => ({
  result: { thresholds, variant },
  scores: Float64Array.from(scores),
  same: Uint8Array.from(same),
})

it('pairFile(verified, pairs) names each pair with its score, the threshold of its fold and whether it was accepted', () => {
  const missing = new Uint8Array(4)
  expect(
    pairFile(verified('exact', [0.9, 0.4, 0.3, 0.1], [0.5, 0.25], [1, 0, 0, 0]), pairs, { missing }),
  ).toBe(
    [
      'left,right,same,fold,score,threshold,accepted',
      'a/1,a/2,1,1,0.9,0.5,1',
      'a/1,"b,""c""/1",0,1,0.4,0.5,0',
      'a/2,d/1,0,2,0.3,0.25,1',
      '"b,""c""/1",d/1,0,2,0.1,0.25,0',
      '',
    ].join('\n'),
  )
})

it('pairFile(verified, pairs) leaves out pairs with a missing image, and says so', () => {
  const text = pairFile(verified('exact', [0.4], [0.5, 0.25], [1]), pairs, {
    missing: Uint8Array.of(0, 0, 1, 1),
    notice: 'incomplete: 2 missing',
  })
  expect(text).toBe(
    '# incomplete: 2 missing\nleft,right,same,fold,score,threshold,accepted\na/1,a/2,1,1,0.4,0.5,0\n',
  )
})

it('pairFile(verified, pairs) accepts squared distances below the threshold, and knows one threshold for all folds', () => {
  const scores = [-0.2, -0.9, -0.4, -0.6]
  const text = pairFile(verified('insightface', scores, [0.5], [1, 0, 0, 0]), pairs, {
    missing: new Uint8Array(4),
  })
  const accepted = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.at(-1))
  expect(accepted).toEqual(['1', '0', '1', '0'])
  expect(text).not.toMatch(/,2,-/)
})
