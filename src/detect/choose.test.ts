import { expect, test } from 'vitest'
import { choose } from './choose.ts'
import type { Face } from './face.ts'

const face = (x: number, y: number, side: number, score = 0.9): Face => ({
  box: { x, y, width: side, height: side },
  points: [],
  score,
})
const picture = { width: 100, height: 100 }

test('choose(faces, largest) takes the largest box, and central the one nearest the middle', () => {
  const corner = face(0, 0, 40)
  const middle = face(45, 45, 12)
  expect(choose([corner, middle], 'largest', picture)).toBe(corner)
  expect(choose([corner, middle], 'central', picture)).toBe(middle)
})

test('choose(faces) takes the earlier of equals', () => {
  const left = face(10, 40, 20)
  const right = face(70, 40, 20)
  expect(choose([right, left], 'largest', picture)).toBe(right)
  expect(choose([left, right], 'central', picture)).toBe(left)
})

test('choose(faces) is undefined where there is no face', () => {
  expect(choose([], 'largest', picture)).toBeUndefined()
})
