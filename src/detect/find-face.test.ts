import { expect, test } from 'vitest'
import type { Detect, Face } from './face.ts'
import { findFace } from './find-face.ts'

/** A detector that sees faces of `least` to `most` pixels only, and remembers the sizes that it looked at. */
function eye(face: Face, { least = 10, most = 300 } = {}) {
  const looked: number[] = []
  const detect: Detect = async (picture, { maxSide = Number.POSITIVE_INFINITY } = {}) => {
    const side = Math.min(maxSide, Math.max(picture.width, picture.height))
    looked.push(side)
    const seen = (face.box.width * side) / Math.max(picture.width, picture.height)
    return seen >= least && seen <= most ? [face] : []
  }
  return { detect, looked }
}

const picture = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3),
})
const face = (side: number): Face => ({
  box: { x: 0, y: 0, width: side, height: side },
  points: [],
  score: 0.9,
})

test('findFace(picture) looks once at its own size where the face is of a size that the detector knows', async () => {
  const { detect, looked } = eye(face(120))
  expect(await findFace(detect, picture(400, 500))).toEqual(face(120))
  expect(looked).toEqual([500])
})

test('findFace(picture) looks again at half the size, and again, until a close face fits', async () => {
  const { detect, looked } = eye(face(900))
  expect(await findFace(detect, picture(1000, 1200))).toEqual(face(900))
  expect(looked).toEqual([1200, 600, 300])
})

test('findFace(picture) looks again where the face is larger than the detector is sure of', async () => {
  const sizes: number[] = []
  const detect: Detect = async (_, { maxSide } = {}) => {
    sizes.push(maxSide!)
    return [{ ...face(500), score: maxSide! / 1000 }]
  }
  expect((await findFace(detect, picture(1000, 1000)))!.score).toBe(0.5)
  expect(sizes).toEqual([1000, 500])
})

test('findFace(picture) keeps what it found at the larger size where the smaller shows nothing', async () => {
  const detect: Detect = async (_, { maxSide } = {}) => (maxSide === 1000 ? [face(500)] : [])
  expect(await findFace(detect, picture(1000, 1000))).toEqual(face(500))
})

test('findFace(picture) never looks at more than maxSide, and is undefined where there is no face', async () => {
  const { detect, looked } = eye(face(0))
  expect(await findFace(detect, picture(4000, 30), { maxSide: 640 })).toBeUndefined()
  expect(looked).toEqual([640, 320, 160])
})
