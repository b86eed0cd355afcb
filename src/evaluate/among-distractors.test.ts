import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matrix } from '../math/matrix.ts'
import { identifyAmongDistractors, verifyAmongDistractors } from './among-distractors.ts'
import { tarAtFar } from './roc.ts'

/** The unit vector at an angle in degrees. */
const at = (...degrees: number[]) =>
  matrix(
    Float64Array.from(degrees.flatMap((d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)])),
    2,
  )

/** Signs alone, so that every row has the same length and dot products are integers with many ties. */
const signs = fc.array(fc.constantFrom(-1, 1), { minLength: 4, maxLength: 4 })
const scene = fc.record({
  probes: fc.array(fc.tuple(signs, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 8 }),
  distractors: fc.array(signs, { maxLength: 8 }),
})
const arrays = ({ probes, distractors }: { probes: [number[], number][]; distractors: number[][] }) =>
  [
    matrix(Float32Array.from(probes.flatMap(([row]) => row)), 4),
    Int32Array.from(probes, ([, label]) => label),
    matrix(Float32Array.from(distractors.flat()), 4),
  ] as const
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, value, k) => total + value * b[k]!, 0)

describe('identifyAmongDistractors(probes, labels, distractors)', () => {
  test('ranks each mate by the distractors that are strictly nearer to the probe', () => {
    // Person 0 at 0° and 20°, person 1 at 90°, 130° and 180°; distractors at 10° and 100°.
    const result = identifyAmongDistractors(
      at(0, 20, 90, 130, 180),
      Int32Array.of(0, 0, 1, 1, 1),
      at(10, 100),
    )
    // 0→20 and 20→0: 10° is nearer. 90→130: 100° is nearer. 90→180: both are. 130→90, 130→180: 100° is nearer.
    // 180→90: 100° is nearer. 180→130: neither is.
    expect([...result.ranks]).toEqual([1, 1, 1, 2, 1, 1, 1, 0])
    expect(result).toMatchObject({ rank1: 1 / 8, probes: 5, distractors: 2 })
  })

  test('gives the tie to the mate', () => {
    // The distractor lies on the second probe: as near to the first as its mate, nearer to the second than its mate.
    expect([...identifyAmongDistractors(at(0, 20), Int32Array.of(0, 0), at(20)).ranks]).toEqual([0, 1])
  })

  test('agrees with the rule written down, with many ties', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const expected: number[] = []
        drawn.probes.forEach(([a, person], i) => {
          drawn.probes.forEach(([b, other], j) => {
            if (i !== j && person === other)
              expected.push(drawn.distractors.filter((d) => dot(a, d) > dot(a, b)).length)
          })
        })
        const { ranks, rank1 } = identifyAmongDistractors(...arrays(drawn))
        expect([...ranks]).toEqual(expected)
        expect(rank1).toBe(expected.filter((rank) => rank === 0).length / expected.length)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('does not depend on the lengths of the rows', () => {
    const probes = at(0, 20, 90)
    const long = {
      ...probes,
      data: probes.data.map((value: number, i: number) => value * (1 + (i >> 1))) as Float64Array,
    }
    const labels = Int32Array.of(0, 0, 0)
    expect(identifyAmongDistractors(long, labels, at(10, 50))).toEqual(
      identifyAmongDistractors(probes, labels, at(10, 50)),
    )
  })

  test('is NaN without mates, and rank 0 throughout without distractors', () => {
    expect(identifyAmongDistractors(at(0, 20), Int32Array.of(0, 1), at(10)).rank1).toBeNaN()
    expect([...identifyAmongDistractors(at(0, 20), Int32Array.of(0, 0), at()).ranks]).toEqual([0, 0])
  })

  test('refuses shapes that do not fit and numbers that are not finite', () => {
    expect(() => identifyAmongDistractors(at(0, 20), Int32Array.of(0), at(10))).toThrow(
      'identifyAmongDistractors: expected a label for each of 2 probes, got 1',
    )
    expect(() =>
      identifyAmongDistractors(at(0), Int32Array.of(0), matrix(Float32Array.of(1, 2, 3), 3)),
    ).toThrow('identifyAmongDistractors: expected distractors of 2 numbers each, got 3')
    expect(() => identifyAmongDistractors(at(0), Int32Array.of(0), at(10, Number.NaN))).toThrow(
      'identifyAmongDistractors: expected finite numbers in distractor 1, got NaN',
    )
  })
})

describe('verifyAmongDistractors(probes, labels, distractors)', () => {
  test('sets all unordered mates against all probes with all distractors', () => {
    const result = verifyAmongDistractors(at(0, 20, 90), Int32Array.of(0, 0, 0), at(30, 170))
    // Genuine angles 20, 90, 70; impostor angles 30, 10, 60 and 170, 150, 80.
    expect(result).toMatchObject({ genuinePairs: 3, impostorPairs: 6 })
    expect(result.tarAtFar).toEqual({ '0.1': 0, '0.01': 0, '0.001': 0 })
    const wider = verifyAmongDistractors(at(0, 20, 90), Int32Array.of(0, 0, 0), at(30, 170), {
      fars: [0.2, 0.5],
    })
    expect(wider.tarAtFar).toEqual({ '0.2': 1 / 3, '0.5': 2 / 3 })
  })

  test('agrees with the rule written down, with many ties', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const scores: number[] = []
        const same: number[] = []
        drawn.probes.forEach(([a, person], i) => {
          const mates = drawn.probes.slice(i + 1).filter(([, other]) => other === person)
          scores.push(...mates.map(([b]) => dot(a, b)), ...drawn.distractors.map((d) => dot(a, d)))
          same.push(...mates.map(() => 1), ...drawn.distractors.map(() => 0))
        })
        const { tarAtFar: tars } = verifyAmongDistractors(...arrays(drawn), { fars: [0.3] })
        expect(tars['0.3']).toBe(tarAtFar(Float64Array.from(scores), Uint8Array.from(same), 0.3))
      }),
      { seed: 1 },
    )
  })

  test('refuses a FAR outside 0 … 1', () => {
    expect(() => verifyAmongDistractors(at(0), Int32Array.of(0), at(1), { fars: [-1] })).toThrow(
      'verifyAmongDistractors: expected a FAR from 0 to 1, got -1',
    )
  })
})
