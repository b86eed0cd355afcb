import { expect, test } from 'vitest'
import { boundaryAngle } from './boundary.ts'
import { marginExcess } from './margin-region.ts'
import { targetLogit } from './target-logit.ts'

const centres = [
  [1, 0],
  [0, 1],
]
const at = (degrees: number, length = 1) => [
  length * Math.cos((degrees * Math.PI) / 180),
  length * Math.sin((degrees * Math.PI) / 180),
]

test('marginExcess(euclidean) is the distance to the other less that to the own less m', () => {
  expect(marginExcess('euclidean', [0, 0], { centres, own: 0, m: 0 })).toBe(0)
  expect(marginExcess('euclidean', [1, 0], { centres, own: 0, m: 0.5 })).toBeCloseTo(Math.SQRT2 - 0.5, 12)
})

test('marginExcess(angular) is 0 where m times the own angle is the other: A-Softmax', () => {
  // 90° between: 4θ₁ = 90° − θ₁ at 18°, whatever the length.
  expect(marginExcess('angular', at(18, 3), { centres, own: 0, m: 4 })).toBeCloseTo(0, 12)
  expect(marginExcess('angular', at(17), { centres, own: 0, m: 4 })).toBeGreaterThan(0)
  expect(marginExcess('angular', at(19), { centres, own: 0, m: 4 })).toBeLessThan(0)
})

test('marginExcess(cosine) is 0 on the boundary of LMCL', () => {
  const target = (theta: number) => targetLogit('lmcl', theta, { m: 0.35 }).value
  const theta = 0.4
  const other = boundaryAngle(target, theta)
  const two = [
    [1, 0],
    [Math.cos(theta + other), Math.sin(theta + other)],
  ]
  expect(
    marginExcess('cosine', [Math.cos(theta), Math.sin(theta)], { centres: two, own: 0, m: 0.35 }),
  ).toBeCloseTo(0, 12)
})

test('marginExcess takes the nearest other class, and gives nothing to a point without a direction', () => {
  const three = [...centres, [-1, 0]]
  expect(marginExcess('cosine', at(80), { centres: three, own: 1, m: 0 })).toBeCloseTo(
    Math.cos((10 * Math.PI) / 180) - Math.cos((80 * Math.PI) / 180),
    12,
  )
  expect(marginExcess('cosine', [0, 0], { centres, own: 0, m: 0 })).toBe(Number.NEGATIVE_INFINITY)
})
