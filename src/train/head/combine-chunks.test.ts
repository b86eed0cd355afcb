import { describe, expect, it } from 'vitest'
import { rng } from '../../math/rng.ts'
import { type ChunkLook, combineChunks } from './combine-chunks.ts'

const [samples, classes] = [3, 12]
const random = rng(1)
/** Logits far apart, so that e^logit alone would overflow; cosines are a hundredth of them. */
const logits = Array.from({ length: samples }, () =>
  Array.from({ length: classes }, () => Math.fround(300 * random.normal())),
)
const labels = [0, 7, 11]

/** What chunks of `size` classes say. */
const looks = (size: number): ChunkLook[] =>
  Array.from({ length: Math.ceil(classes / size) }, (_, k) => {
    const part = logits.map((row) => row.slice(k * size, (k + 1) * size))
    const place = labels.map((label) => label - k * size)
    const each = (of: (row: number[], i: number) => number) => Float32Array.from(part, of)
    const top = each((row) => Math.max(...row))
    return {
      top,
      sum: each((row, i) => row.reduce((sum, logit) => sum + Math.exp(logit - top[i]!), 0)),
      target: each((row, i) => row[place[i]!] ?? 0),
      own: each((row, i) => (row[place[i]!] ?? 0) / 1000),
      other: each((row, i) => Math.max(...row.map((logit, j) => logit / 1000 - (j === place[i] ? 4 : 0)))),
    }
  })

describe('combineChunks(chunks)', () => {
  it('gives the cross-entropy over all classes, however they were cut', () => {
    const expected =
      logits.reduce((sum, row, i) => {
        const top = Math.max(...row)
        return sum + Math.log(row.reduce((z, logit) => z + Math.exp(logit - top), 0)) + top - row[labels[i]!]!
      }, 0) / samples
    for (const size of [1, 5, 12]) expect(combineChunks(looks(size)).loss / expected).toBeCloseTo(1, 6)
  })

  it('gives what makes softmax exact in each chunk by itself', () => {
    const chunks = looks(5)
    const { shares } = combineChunks(chunks)
    logits.forEach((row, i) => {
      const own = (j: number) => Math.floor(j / 5)
      const sum = row.reduce(
        (z, logit, j) => z + Math.exp(logit - chunks[own(j)]!.top[i]!) * shares[own(j)]![i]!,
        0,
      )
      expect(sum * samples).toBeCloseTo(1, 5)
    })
  })

  it('tells own and other prototypes apart, and counts a tie as right', () => {
    const look: ChunkLook = {
      top: Float32Array.of(1, 1),
      sum: Float32Array.of(1, 1),
      target: Float32Array.of(1, 0),
      own: Float32Array.of(0.5, 0),
      other: Float32Array.of(0.5, 0.25),
    }
    const { accuracy, cosine, own, other } = combineChunks([
      look,
      { ...look, own: Float32Array.of(0, -0.5), other: Float32Array.of(-1, 0.75) },
    ])
    expect([accuracy, cosine]).toEqual([0.5, 0])
    expect([...own]).toEqual([0.5, -0.5])
    expect([...other]).toEqual([0.5, 0.75])
  })

  it('carries a logit that is no number into the loss', () => {
    const [first, ...others] = looks(5)
    expect(combineChunks([{ ...first!, top: Float32Array.of(Number.NaN, 0, 0) }, ...others]).loss).toBeNaN()
  })
})
