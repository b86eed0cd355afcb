import { expect, test } from 'vitest'
import { capAngle, capShare } from './sphere-cap.ts'

test('capShare(angle, K) is angle/π on the circle and (1 − cos)/2 on the sphere (Archimedes)', () => {
  for (const angle of [0, 0.3, 1, 2, Math.PI]) {
    expect(capShare(angle, 2)).toBeCloseTo(angle / Math.PI, 12)
    expect(capShare(angle, 3)).toBeCloseTo((1 - Math.cos(angle)) / 2, 10)
    // K = 4: the integral of sin² in closed form.
    expect(capShare(angle, 4)).toBeCloseTo((angle - Math.sin(2 * angle) / 2) / Math.PI, 10)
  }
})

test('half of the sphere lies within a right angle in any number of dimensions', () => {
  for (const K of [2, 3, 10, 512, 2048]) expect(capShare(Math.PI / 2, K)).toBeCloseTo(0.5, 10)
})

test('capAngle(share, K) is the inverse of capShare', () => {
  for (const K of [2, 3, 64, 512])
    for (const angle of [0.9, 1.4, 1.8]) {
      const share = capShare(angle, K)
      // Where nearly nothing lies the share has no digits left to invert.
      if (share > 1e-12) expect(capAngle(share, K)).toBeCloseTo(angle, 6)
    }
  expect(capAngle(1 / 10572, 512)).toBeCloseTo(Math.PI / 2 - 0.1648, 3)
})
