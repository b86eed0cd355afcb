import { expect, test } from 'vitest'
import { inFloat64, type Loss, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf } from '../../test/losses/written-out.ts'
import { lmcl } from './lmcl.ts'
import { nsl } from './nsl.ts'
import { subCentres } from './sub-centres.ts'

test('subCentres(K) is a similarity for LMCL and NSL too', () => {
  const problem = { ...randomProblem(11, { C: 6 }), labels: [0, 1, 2, 1] }
  const written = (m: number) =>
    crossEntropyOf(
      angles(problem).map((row, i) =>
        [0, 1, 2].map((c) => {
          const nearest = Math.cos(Math.min(row[2 * c]!, row[2 * c + 1]!))
          return 16 * (nearest - (c === problem.labels[i] ? m : 0))
        }),
      ),
      problem.labels,
    )
  const similarity = subCentres(2)
  const losses: [Loss, number][] = [
    [(x, W, y) => lmcl(x, W, y, { s: 16, m: 0.3, similarity }), 0.3],
    [(x, W, y) => nsl(x, W, y, { s: 16, similarity }), 0],
  ]
  for (const [loss, m] of losses) expect(inFloat64(loss, problem).loss[0]).toBeCloseTo(written(m), 10)
})
