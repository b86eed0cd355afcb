import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { inFloat64, type Loss, type Problem, randomProblem } from '../../test/losses/problem.ts'
import { angles, crossEntropyOf, expectWrittenOut } from '../../test/losses/written-out.ts'
import { input, type Operand, scheduled } from '../graph/index.ts'
import { arcFace, arcFaceEntry, subCentreArcFaceEntry } from './arc-face.ts'
import { nsl } from './nsl.ts'
import { subCentres } from './sub-centres.ts'

/** Deng et al. 2019, eq. 3, with the release's way past π − m. */
const written = (s: number, m: number) => () => (there: Problem) =>
  crossEntropyOf(
    angles(there).map((row, i) =>
      row.map((θ, j) => {
        if (j !== there.labels[i]) return s * Math.cos(θ)
        return s * (θ < Math.PI - m ? Math.cos(θ + m) : Math.cos(θ) - m * Math.sin(m))
      }),
    ),
    there.labels,
  )

describe('arcFace(x, W, labels, { s, m }) is the equation of the paper', () => {
  test.each([
    [16, 0.5],
    [64, 0.5],
    [30, 0],
    [16, 1.6],
  ])('s %d, m %d', (s, m) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut((x, W, y) => arcFace(x, W, y, { s, m }), written(s, m), randomProblem(seed), {
        gradient: 1e-5,
      })
  })
})

const [x, W, labels] = [input('x', [1, 2]), input('W', [2, 2]), input('labels', [1], 'int32')]
const at = (options: { s?: Operand; m?: Operand }, given = {}) =>
  evaluate({ loss: arcFace(x, W, labels, options) }, { x: [3, 4], W: [7, 0, 0, 0.1], labels: [0], ...given })
    .loss[0]

test('arcFace adds m to the angle of the label, s 64 and m 0.5 by default', () => {
  const own = Math.cos(Math.acos(0.6) + 0.5)
  expect(at({})).toBeCloseTo(64 * (0.8 - own), 9)
  expect(at({ s: 10, m: 0 })).toBeCloseTo(Math.log(1 + Math.exp(10 * (0.8 - 0.6))), 12)
})

test('arcFace takes the margin and the scale as scalars of the graph', () => {
  const [m, s] = [scheduled('m', () => 0), scheduled('s', () => 0)]
  expect(at({ s, m }, { s: 10, m: 0.3 })).toBeCloseTo(at({ s: 10, m: 0.3 })!, 12)
})

test('arcFace with m 0 is NSL', () => {
  const problem = randomProblem(5)
  const [a, b] = [arcFace, nsl].map((loss) => inFloat64((u, v, y) => loss(u, v, y, { s: 16, m: 0 }), problem))
  expect(a!.loss[0]).toBeCloseTo(b!.loss[0]!, 12)
})

describe('sub-centers', () => {
  const many: Problem = { ...randomProblem(6, { C: 6 }), labels: [0, 1, 2, 1] }
  const three: Loss = (u, v, y) => arcFace(u, v, y, { s: 16, similarity: subCentres(2) })

  test('of each class the prototype nearest to the sample counts: rows c·K … c·K + K − 1', () => {
    const best = (there: Problem) =>
      crossEntropyOf(
        angles(there).map((row, i) =>
          [0, 1, 2].map((c) => {
            const θ = Math.min(row[2 * c]!, row[2 * c + 1]!)
            return 16 * Math.cos(c === there.labels[i] ? θ + 0.5 : θ)
          }),
        ),
        there.labels,
      )
    // The fixture of this test holds no own angle past π − m.
    expectWrittenOut(three, () => best, many, { gradient: 1e-5 })
  })

  test('one of a class is ArcFace', () => {
    const one: Loss = (u, v, y) => arcFace(u, v, y, { similarity: subCentres(1) })
    expect(inFloat64(one, many).loss).toEqual(inFloat64((u, v, y) => arcFace(u, v, y), many).loss)
  })

  test('a prototype that is nearest to nothing gets no gradient', () => {
    const far = { ...many, W: many.W.map((value, i) => (i < many.D ? -many.x[i]! : value)) }
    const still = { ...far, N: 1, x: far.x.slice(0, far.D), labels: [0] }
    expect(Math.hypot(...inFloat64(three, still).gradW.subarray(0, still.D))).toBe(0)
  })

  test('rows that K does not divide are refused', () => {
    expect(() => inFloat64((u, v, y) => arcFace(u, v, y, { similarity: subCentres(4) }), many)).toThrow(
      'subCentres: 4 do not divide the 6 rows of W',
    )
  })
})

test('the catalogue has ArcFace with one prototype a class and sub-center ArcFace with three', () => {
  expect(arcFaceEntry.build().prototypesPerClass).toBe(1)
  expect(subCentreArcFaceEntry.build().prototypesPerClass).toBe(3)
  expect(subCentreArcFaceEntry.build({ subCentres: 2 }).prototypesPerClass).toBe(2)
  const problem = { ...randomProblem(7, { C: 6 }), labels: [0, 1, 1, 0] }
  expect(inFloat64(subCentreArcFaceEntry.build({ scale: 16 }).loss, problem).loss).toEqual(
    inFloat64((u, v, y) => arcFace(u, v, y, { s: 16, similarity: subCentres(3) }), problem).loss,
  )
})
