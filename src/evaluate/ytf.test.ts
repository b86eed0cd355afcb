import { describe, expect, test } from 'vitest'
import { DataError, ShapeError, UsageError } from '../errors.ts'
import { matrix } from '../math/matrix.ts'
import { rng } from '../math/rng.ts'
import { frameMeans } from './frame-means.ts'
import type { Pairs } from './pairs.ts'
import { sampleFrames, videoScore, ytf } from './ytf.ts'

/** Videos of `people`, two each, and pairs of each person with themselves and with the next; two folds. */
function pairsOf(people: number): Pairs {
  const p = Array.from({ length: people }, (_, i) => i)
  return {
    images: p.flatMap((i) => [`${i}/0`, `${i}/1`]),
    left: Int32Array.from([...p, ...p], (i) => 2 * i),
    right: Int32Array.from([...p.map((i) => 2 * i + 1), ...p.map((i) => 2 * ((i + 1) % people))]),
    same: Uint8Array.from([...p.map(() => 1), ...p.map(() => 0)]),
    foldOf: Uint8Array.from([...p, ...p], (i) => i % 2),
    folds: 2,
  }
}

/** Frames of each video, of any number and length. */
function randomFrames(videos: number, dimensions: number): number[][][] {
  const random = rng(5)
  return Array.from({ length: videos }, () =>
    Array.from({ length: 1 + random.below(6) }, () =>
      Array.from({ length: dimensions }, () => 3 * random.normal()),
    ),
  )
}

function meansOf(videos: readonly number[][][], dimensions: number) {
  const sums = frameMeans()
  const rows = videos.map((frames, v) => {
    sums.add(
      matrix(Float64Array.from(frames.flat()), dimensions),
      frames.map(() => v),
    )
    return sums.close(v)!
  })
  return matrix(Float32Array.from(rows.flatMap((row) => [...row])), dimensions)
}

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, k) => sum + value * y[k]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

describe('ytf(means, pairs)', () => {
  const pairs = pairsOf(8)
  const videos = randomFrames(16, 5)
  const means = meansOf(videos, 5)

  test('mean-score is the mean cosine over all frames of one video with all of the other', () => {
    const { scores } = ytf(means, pairs)
    for (const [p, score] of scores.entries()) {
      const all = videos[pairs.left[p]!]!.flatMap((a) => videos[pairs.right[p]!]!.map((b) => cosine(a, b)))
      expect(score).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 6)
    }
  })

  test('mean-embedding is the cosine of the mean unit frames', () => {
    const { scores } = ytf(means, pairs, { rule: 'mean-embedding' })
    const meanFrame = (v: number) =>
      Array.from({ length: 5 }, (_, k) =>
        videos[v]!.reduce((sum, frame) => sum + frame[k]! / Math.hypot(...frame), 0),
      )
    for (const [p, score] of scores.entries())
      expect(score).toBeCloseTo(cosine(meanFrame(pairs.left[p]!), meanFrame(pairs.right[p]!)), 6)
  })

  test('of frames [1 0], [0 1] against [1 0] gives 1/2 and √½', () => {
    const two = meansOf(
      [
        [
          [1, 0],
          [0, 1],
        ],
        [[7, 0]],
        [[1, 0]],
        [[0, -2]],
      ],
      2,
    )
    const one: Pairs = {
      ...pairsOf(2),
      left: Int32Array.of(0, 2),
      right: Int32Array.of(1, 3),
      same: Uint8Array.of(1, 0),
      foldOf: Uint8Array.of(0, 1),
    }
    expect([...ytf(two, one).scores]).toEqual([0.5, 0])
    expect(ytf(two, one, { rule: 'mean-embedding' }).scores[0]).toBeCloseTo(Math.SQRT1_2, 7)
  })

  test('judges by folds as LFW does, and leaves out pairs of missing videos', () => {
    const clear = matrix(
      Float32Array.from(pairs.images.flatMap((_, v) => [Math.cos(v >> 1), Math.sin(v >> 1)])),
      2,
    )
    const { result, same } = ytf(clear, pairs)
    expect(result).toMatchObject({
      accuracy: 1,
      folds: [1, 1],
      auc: 1,
      eer: 0,
      variant: 'exact',
      pairs: 16,
      missing: 0,
    })
    expect([...same]).toEqual([...pairs.same])
    const missing = new Uint8Array(16)
    missing[3] = 1
    const fewer = ytf(clear, pairs, { missing })
    expect(fewer.result).toMatchObject({ pairs: 15, missing: 1, missingImages: ['1/1'] })
    expect(fewer.scores).toHaveLength(15)
  })

  test('refuses means that do not fit or are not finite', () => {
    expect(() => ytf(matrix(means.data.subarray(5), 5), pairs)).toThrow(
      new ShapeError('ytf: expected a row for each of 16 videos, got 15'),
    )
    const broken = matrix(Float32Array.from(means.data).fill(Number.NaN, 11, 12), 5)
    expect(() => ytf(broken, pairs)).toThrow(new DataError('ytf: expected finite numbers for 1/0, got NaN'))
  })
})

describe('videoScore(name)', () => {
  test('knows the three', () => {
    expect(videoScore('mean-score')).toEqual({ name: 'mean-score', rule: 'mean-score' })
    expect(videoScore('mean-embedding')).toEqual({ name: 'mean-embedding', rule: 'mean-embedding' })
    expect(videoScore('sampled-100')).toEqual({ name: 'sampled-100', rule: 'mean-score', sampled: 100 })
  })

  test.each(['mean', 'sampled-', 'sampled-0', 'sampled-1.5', 'sampled-12345678', 'max-score', ''])(
    'refuses %j',
    (name) => {
      expect(() => videoScore(name)).toThrow(
        new UsageError(`score: expected mean-score, mean-embedding or sampled-N (1 or more), got ${name}`),
      )
    },
  )
})

describe('sampleFrames(count, video, { sampled, seed })', () => {
  test('draws as many different frames as asked for, rising', () => {
    const drawn = [...sampleFrames(50, 'Ann/0', { sampled: 20 })]
    expect(drawn).toHaveLength(20)
    expect(drawn).toEqual([...new Set(drawn)].toSorted((a, b) => a - b))
    expect(drawn.every((i) => i >= 0 && i < 50)).toBe(true)
  })

  test('takes all frames where there are no more', () => {
    expect([...sampleFrames(3, 'Ann/0', { sampled: 3 })]).toEqual([0, 1, 2])
    expect([...sampleFrames(3, 'Ann/0')]).toEqual([0, 1, 2])
    expect([...sampleFrames(0, 'Ann/0', { sampled: 3 })]).toEqual([])
  })

  test('is a pure function of the seed and the video', () => {
    const draw = (video: string, seed: number) => sampleFrames(1000, video, { sampled: 5, seed }).join()
    expect(draw('Ann/0', 1)).toBe(draw('Ann/0', 1))
    expect(draw('Ann/0', 1)).not.toBe(draw('Ann/0', 2))
    expect(draw('Ann/0', 1)).not.toBe(draw('Ann/1', 1))
  })

  test('draws each frame as often as any other', () => {
    const times = new Array(10).fill(0)
    for (let seed = 0; seed < 4000; seed++)
      for (const i of sampleFrames(10, 'Ann/0', { sampled: 3, seed })) times[i]++
    // 1,200 each; the standard deviation is √(4000 · 0.3 · 0.7) = 29.
    for (const count of times) expect(Math.abs(count - 1200)).toBeLessThan(120)
  })
})
