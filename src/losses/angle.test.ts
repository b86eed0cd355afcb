import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { grad, input, type Operand, reduceSum, type Tensor } from '../graph/index.ts'
import { addAngle, angle, sine } from './angle.ts'

const c = input('c', [1])
const at = (y: Tensor, cosine: number) => {
  const { value, slope } = evaluate({ value: y, slope: grad(reduceSum(y), [c])[0]! }, { c: [cosine] })
  return { value: value[0]!, slope: slope[0]! }
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

test('angle(cosθ) is θ and sine(cosθ) is sinθ, with their derivatives', () => {
  fc.assert(
    fc.property(between(0.01, Math.PI - 0.01), (theta) => {
      const [θ, s] = [at(angle(c), Math.cos(theta)), at(sine(c), Math.cos(theta))]
      expect(θ.value).toBeCloseTo(theta, 10)
      expect(θ.slope).toBeCloseTo(-1 / Math.sin(theta), 6)
      expect(s.value).toBeCloseTo(Math.sin(theta), 10)
      expect(s.slope).toBeCloseTo(-1 / Math.tan(theta), 6)
    }),
    { seed: 1 },
  )
})

describe('at the ends, and past them by rounding, angle, sine and addAngle are finite and do not pull', () => {
  test.each([1, -1, 1 + 1e-6, -1 - 1e-6])('cosθ = %d', (cosine) => {
    const end = cosine > 0 ? 0 : Math.PI
    expect(at(angle(c), cosine).value).toBeCloseTo(end, 3)
    expect(at(angle(c), cosine).slope).toBeCloseTo(0, 15)
    expect(at(sine(c), cosine).value).toBeCloseTo(0, 3)
    expect(at(sine(c), cosine).slope).toBeCloseTo(0, 15)
    expect(Math.abs(at(addAngle(c, 0.5), cosine).slope)).toBeLessThanOrEqual(1)
  })
})

describe('addAngle(cosθ, m)', () => {
  test('is cos(θ + m) up to θ = π − m, and cosθ − m·sin m past it', () => {
    fc.assert(
      fc.property(between(0.001, Math.PI - 0.001), between(0, 2), (theta, m) => {
        fc.pre(Math.abs(theta + m - Math.PI) > 1e-6)
        const expected = theta + m < Math.PI ? Math.cos(theta + m) : Math.cos(theta) - m * Math.sin(m)
        expect(at(addAngle(c, m), Math.cos(theta)).value).toBeCloseTo(expected, 9)
      }),
      { seed: 1 },
    )
  })

  test.each([0.1, 0.5, 1, 1.6, 2])('falls all the way with θ, m %d', (m) => {
    const y = addAngle(c, m)
    const values = Array.from({ length: 315 }, (_, i) => at(y, Math.cos(0.005 + i / 100)).value)
    expect(values.every((value, i) => i === 0 || value < values[i - 1]!)).toBe(true)
  })

  test('takes a margin for each sample, and does without one', () => {
    const [cosines, m]: [Tensor, Operand] = [input('cosines', [2, 1]), input('m', [2, 1])]
    const { y } = evaluate({ y: addAngle(cosines, m) }, { cosines: [0.6, 0.6], m: [0, 0.3] })
    expect(y[0]).toBeCloseTo(0.6, 15)
    expect(y[1]).toBeCloseTo(Math.cos(Math.acos(0.6) + 0.3), 12)
  })
})
