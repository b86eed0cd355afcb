import { describe, expect, test } from 'vitest'
import { ShapeError } from '../errors.ts'
import { matrix } from '../math/matrix.ts'
import { frameMeans } from './frame-means.ts'

const frames = (...rows: number[][]) => matrix(Float32Array.from(rows.flat()), 2)

describe('frameMeans()', () => {
  test('gives the mean of the unit frames of each video, however they come in pieces', () => {
    const means = frameMeans()
    means.add(frames([3, 4], [0, 2], [5, 0]), [0, 0, 7])
    means.add(frames([0, 9]), [0])
    expect([...means.close(0)!]).toEqual([0.6 / 3, (0.8 + 2) / 3].map(Math.fround))
    expect([...means.close(7)!]).toEqual([1, 0])
  })

  test('counts a frame of zeros as zeros', () => {
    const means = frameMeans()
    means.add(frames([0, 0], [1, 0]), [0, 0])
    expect([...means.close(0)!]).toEqual([0.5, 0])
  })

  test('forgets a video when it is closed, and has nothing for one without frames', () => {
    const means = frameMeans()
    means.add(frames([1, 0]), [0])
    means.close(0)
    expect(means.close(0)).toBeUndefined()
    means.add(frames([0, 1]), [0])
    expect([...means.close(0)!]).toEqual([0, 1])
  })

  test('refuses frames that do not fit', () => {
    const means = frameMeans()
    expect(() => means.add(frames([1, 0]), [0, 1])).toThrow(
      new ShapeError('frameMeans: expected a video for each of 1 frames, got 2'),
    )
    means.add(frames([1, 0]), [0])
    expect(() => means.add(matrix(Float32Array.of(1, 2, 3), 3), [0])).toThrow(
      new ShapeError('frameMeans: expected 2 numbers a frame, got 3'),
    )
  })
})
