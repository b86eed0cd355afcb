import { describe, expect, test } from 'vitest'
import { inFloat64, type Problem, randomProblem } from '../../test/losses/problem.ts'
import {
  angles,
  crossEntropyOf,
  expectWrittenOut,
  length,
  mean,
  rowsOf,
} from '../../test/losses/written-out.ts'
import { UsageError } from '../errors.ts'
import { nsl } from './nsl.ts'
import { type FeatureNorm, type SphereFaceRVersion, sphereFaceR, sphereFaceREntry } from './sphere-face-r.ts'

const [s, t] = [4, 0.3]

interface Form {
  readonly version: SphereFaceRVersion
  readonly m: number
  readonly norm: FeatureNorm
}

const lengths = ({ x, D }: Problem): number[] => rowsOf(x, D).map(length)

/** What the margin makes of the cosines: v1 cos(min(mθ_y, π)), v2 cos(θ_j/m) for the others. */
const margined = ({ version, m }: Form, there: Problem): number[][] =>
  angles(there).map((row, i) =>
    row.map((θ, j) => {
      const own = j === there.labels[i]
      if (version === 'v1') return Math.cos(own ? Math.min(m * θ, Math.PI) : θ)
      return Math.cos(own ? θ : θ / m)
    }),
  )

const loss = ({ norm }: Form, cosines: number[][], there: Problem): number => {
  const own = lengths(there)
  const logits = cosines.map((row, i) => row.map((value) => (norm === 'hard' ? s : own[i]!) * value))
  const pull = norm === 'soft' ? t * mean(own.map((one) => Math.abs(one - s))) : 0
  return crossEntropyOf(logits, there.labels) + pull
}

const exact = (form: Form) => () => (there: Problem) => loss(form, margined(form, there), there)

/** The margin moves the logit, but is looked at as if it stayed: cosθ is what varies. */
const detached = (form: Form) => (here: Problem) => {
  const shift = margined(form, here).map((row, i) =>
    row.map((value, j) => value - Math.cos(angles(here)[i]![j]!)),
  )
  return (there: Problem) =>
    loss(
      form,
      angles(there).map((row, i) => row.map((θ, j) => Math.cos(θ) + shift[i]![j]!)),
      there,
    )
}

describe('sphereFaceR is the equation of the paper', () => {
  const forms = (['v1', 'v2'] as const).flatMap((version) =>
    (['hard', 'soft', 'none'] as const).map(
      (norm): Form => ({ version, norm, m: version === 'v1' ? 1.5 : 1.4 }),
    ),
  )
  test.each(forms)('exact, $version, norm $norm', (form) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(
        (x, W, y) => sphereFaceR(x, W, y, { ...form, s, t, form: 'exact' }),
        exact(form),
        randomProblem(seed),
        { gradient: 1e-5 },
      )
  })

  test.each(forms)('detached, $version, norm $norm', (form) => {
    for (const seed of [1, 2, 3])
      expectWrittenOut(
        (x, W, y) => sphereFaceR(x, W, y, { ...form, s, t }),
        detached(form),
        randomProblem(seed),
        { gradient: 1e-5 },
      )
  })
})

test('sphereFaceR v1 stays at −1 where mθ is past π, and only the detached form pulls back from there', () => {
  const back: Problem = {
    ...randomProblem(1, { N: 1, D: 2, C: 2 }),
    x: [Math.cos(2.5), Math.sin(2.5)],
    W: [1, 0, 0, 1],
    labels: [0],
  }
  const other = Math.cos(2.5 - Math.PI / 2)
  for (const form of ['exact', 'detached'] as const)
    expect(inFloat64((x, W, y) => sphereFaceR(x, W, y, { s, form }), back).loss[0]).toBeCloseTo(
      Math.log(1 + Math.exp(s * (other + 1))),
      12,
    )
  const pull = (form: 'exact' | 'detached') =>
    Math.hypot(...inFloat64((x, W, y) => sphereFaceR(x, W, y, { s, form }), back).gradW.subarray(0, 2))
  expect(pull('exact')).toBe(0)
  expect(pull('detached')).toBeGreaterThan(0.1)
})

test('sphereFaceR with m 1 is NSL in either version', () => {
  const problem = randomProblem(4)
  for (const version of ['v1', 'v2'] as const)
    expect(
      inFloat64((x, W, y) => sphereFaceR(x, W, y, { version, m: 1, s, form: 'exact' }), problem).loss[0],
    ).toBeCloseTo(inFloat64((x, W, y) => nsl(x, W, y, { s }), problem).loss[0]!, 9)
})

test('a weight multiplies the cross-entropy by weight/s and leaves the pull to s alone', () => {
  const problem = randomProblem(6)
  const pull = t * mean(lengths(problem).map((one) => Math.abs(one - s)))
  for (const norm of ['hard', 'soft'] as const) {
    const value = (weight: number): number =>
      inFloat64(
        sphereFaceREntry.build({ norm, scale: s, ...(norm === 'soft' && { pull: t }), weight }).loss,
        problem,
      ).loss[0]!
    const rest = norm === 'soft' ? pull : 0
    expect(value(50) - rest).toBeCloseTo((50 / s) * (value(0) - rest), 10)
  }
  expect(() => sphereFaceREntry.build({ norm: 'none', weight: 50 })).toThrow(
    new UsageError('sphereface-r: weight needs norm hard or soft, got norm none and weight 50'),
  )
})

test('a pull that nothing would be pulled by is refused', () => {
  for (const norm of ['hard', 'none'])
    expect(() => sphereFaceREntry.build({ norm, pull: 0.3 })).toThrow(
      new UsageError(`sphereface-r: pull needs norm soft, got norm ${norm} and pull 0.3`),
    )
})

test('v2 has a margin of 1.4 unless told otherwise', () => {
  expect(sphereFaceREntry.build({ version: 'v2' }).describe.margin).toBe(1.4)
  expect(sphereFaceREntry.build({ version: 'v2', margin: 1.5 }).describe.margin).toBe(1.5)
  expect(sphereFaceREntry.build().describe.margin).toBe(1.5)
})

test('the catalogue builds v1 with hard norms, m 1.5, s 30 and the detached gradient, as released', () => {
  const problem = randomProblem(5)
  expect(inFloat64(sphereFaceREntry.build().loss, problem)).toEqual(
    inFloat64((x, W, y) => sphereFaceR(x, W, y), problem),
  )
  const given = { version: 'v2', margin: 1.4, norm: 'soft', pull: 0.3, scale: 4, form: 'exact' }
  expect(inFloat64(sphereFaceREntry.build(given).loss, problem)).toEqual(
    inFloat64(
      (x, W, y) => sphereFaceR(x, W, y, { version: 'v2', m: 1.4, norm: 'soft', t, s, form: 'exact' }),
      problem,
    ),
  )
})
