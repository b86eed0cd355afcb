import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import {
  countDistractors,
  type DistractorTally,
  type FeatureSource,
  finishTally,
  mergeTallies,
  type PartialTally,
  type TallyPlan,
  tallyPart,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'steradian-search-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The definition, spelt out: every score in float64, every comparison one by one. */
function literal(plan: TallyPlan, distractors: Float32Array): Omit<DistractorTally, 'sample'> {
  const { probes, labels, fars = [], leading = 0, best = 0, thresholds = {} } = plan
  const D = probes.columns
  const M = distractors.length / D
  const score = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number => {
    let sum = 0
    for (let k = 0; k < D; k++) sum += (a[i * D + k]! - b[j * D + k]!) ** 2
    return -sum
  }
  const rows = Array.from({ length: probes.rows }, (_, i) =>
    Array.from({ length: M }, (_, j) => score(probes.data, i, distractors, j)),
  )
  const ranks: number[] = []
  for (let i = 0; i < probes.rows; i++)
    for (let j = 0; j < probes.rows; j++) {
      if (i === j || labels[i] !== labels[j]) continue
      const mate = score(probes.data, i, probes.data, j)
      ranks.push(rows[i]!.filter((value) => value > mate).length)
    }
  const impostors = rows.flat().sort((x, y) => y - x)
  const above = (scores: number[], values: Float64Array | undefined): Float64Array =>
    Float64Array.from(values ?? [], (t) => scores.filter((value) => value > t).length)
  const order = rows.map((row) =>
    row
      .map((value, j) => ({ value, j }))
      .sort((x, y) => y.value - x.value || x.j - y.j)
      .slice(0, best),
  )
  const padded = <T>(values: T[], filler: T): T[] =>
    Array.from({ length: best }, (_, k) => values[k] ?? filler)
  return {
    ranks: Float64Array.from(ranks),
    distractors: M,
    above: {
      all: above(impostors, thresholds.all),
      leading: above(rows.slice(0, leading).flat(), thresholds.leading),
    },
    limits: Float64Array.from(fars, (far) => {
      let allowed = 0
      while (allowed < impostors.length && (allowed + 1) / impostors.length <= far) allowed++
      return impostors[allowed] ?? Number.NEGATIVE_INFINITY
    }),
    best: {
      index: Int32Array.from(
        order.flatMap((row) =>
          padded(
            row.map(({ j }) => j),
            -1,
          ),
        ),
      ),
      score: Float64Array.from(
        order.flatMap((row) =>
          padded(
            row.map(({ value }) => value),
            Number.NEGATIVE_INFINITY,
          ),
        ),
      ),
    },
  }
}

interface Case {
  readonly people?: number
  readonly each?: number
  readonly distractors?: number
  readonly columns?: number
  /** Numbers are multiples of this: large steps make many ties. */
  readonly step?: number
  readonly scale?: number
  readonly seed?: number
}

/** Probes around their people, distractors anywhere, and thresholds at scores that occur. */
function makeCase({
  people = 6,
  each = 4,
  distractors = 700,
  columns = 8,
  step = 0,
  scale = 1,
  seed = 1,
}: Case) {
  const random = rng(seed)
  const rounded = (value: number): number =>
    Math.fround(scale * (step ? Math.round(value / step) * step : value))
  const centres = Array.from({ length: people * columns }, () => random.normal())
  const P = people * each
  const labels = Int32Array.from({ length: P }, (_, i) => i % people)
  const data = Float32Array.from({ length: P * columns }, (_, i) => {
    const person = labels[Math.floor(i / columns)]!
    return rounded(centres[person * columns + (i % columns)]! + 0.7 * random.normal())
  })
  const others = Float32Array.from({ length: distractors * columns }, () => rounded(random.normal()))
  const probes = { data, rows: P, columns }
  const at = (i: number, j: number): number => {
    let sum = 0
    for (let k = 0; k < columns; k++) sum += (data[i * columns + k]! - others[j * columns + k]!) ** 2
    return -sum
  }
  const all = Float64Array.from({ length: 9 }, (_, k) => at((k * 5) % P, (k * 71) % distractors))
  const leading = Float64Array.from({ length: 4 }, (_, k) => at((k * 3) % P, (k * 37) % distractors))
  const plan: TallyPlan = {
    probes,
    labels,
    thresholds: { all, leading },
    leading: 10,
    fars: [0, 1e-4, 1e-3, 1 / 300, 0.01, 0.1, 0.5, 1],
    best: 5,
  }
  return { plan, others, columns }
}

let files = 0
function matrixFile(data: Float32Array, columns: number): FeatureSource {
  const path = join(folder, `${files++}.f32`)
  writeFileSync(path, new Uint8Array(data.buffer))
  return { kind: 'matrix', path, offset: 0, rows: data.length / columns, columns }
}

/** What can be compared with the definition: all but the histogram of a sample. */
const exact = ({ sample: _, ...counts }: DistractorTally): Omit<DistractorTally, 'sample'> => counts

describe('countDistractors(plan, source)', () => {
  const cases: [string, Case][] = [
    ['of few distractors', { distractors: 40 }],
    ['of one distractor', { distractors: 1 }],
    ['with many ties', { step: 0.5, distractors: 900 }],
    ['with ties everywhere', { step: 2, distractors: 600, columns: 3 }],
    ['of more than a block', { distractors: 9001, columns: 4 }],
    ['of more than a tile of probes', { people: 130, each: 4, distractors: 300, columns: 4 }],
    ['of tiny features', { scale: 1e-4 }],
    ['of large features', { scale: 1e4 }],
    ['of people with one image each', { each: 1 }],
  ]
  it.each(cases)('gives what the definition gives, to the last digit: %s', async (_, given) => {
    const { plan, others, columns } = makeCase(given)
    const tally = await countDistractors(plan, matrixFile(others, columns), { threads: 2 })
    expect(exact(tally)).toEqual(literal(plan, others))
  })

  it('is the same for one thread and three, and for shards that are merged', async () => {
    const { plan, others, columns } = makeCase({ distractors: 20_000, columns: 4, step: 0.25 })
    const source = matrixFile(others, columns)
    const one = await countDistractors(plan, source, { threads: 1 })
    expect(await countDistractors(plan, source, { threads: 3 })).toEqual(one)
    const parts: PartialTally[] = []
    for (const index of [1, 2, 3])
      parts.push(await tallyPart(plan, source, { shard: { index, count: 3 }, threads: 1 }))
    const { tally, missed } = finishTally(plan, mergeTallies(plan, parts))
    expect(missed).toEqual([])
    expect(tally).toEqual(one)
    expect(() => mergeTallies(plan, parts.slice(1))).toThrow(/expected parts with 20000 distractors, got/)
  })

  it('finds a limit that the sample puts in a wrong place', async () => {
    // The sample's blocks hold distractors far away; those between are near.
    const { plan, others, columns } = makeCase({ distractors: 60_000, columns: 2, people: 2, each: 2 })
    const sampled = new Set(Array.from({ length: 16 }, (_, k) => Math.floor(((k + 0.5) * 58) / 16)))
    for (let j = 0; j < 60_000; j++)
      if (sampled.has(Math.floor(j / 1024))) others.fill(50 + (j % 7), j * columns, (j + 1) * columns)
    const fars = [0.001, 0.2, 0.6]
    const expected = literal({ ...plan, fars }, others)
    const found = await countDistractors({ ...plan, fars }, matrixFile(others, columns), { threads: 2 })
    expect(exact(found)).toEqual(expected)
  })

  it('keeps its digits and its memory where some features are far longer than others', async () => {
    const { plan, others, columns } = makeCase({ distractors: 9000, columns: 4 })
    const longer = (data: Float32Array, row: number, times: number): void => {
      for (let k = row * columns; k < (row + 1) * columns; k++) data[k]! *= times
    }
    const probes = { ...plan.probes, data: plan.probes.data.slice() as Float32Array }
    longer(probes.data, 3, 300)
    for (const row of [5, 4000, 8999]) longer(others, row, 1000)
    const odd = { ...plan, probes, labels: Int32Array.from(plan.labels) }
    const tally = await countDistractors(odd, matrixFile(others, columns), { memoryBytes: 64 * 2 ** 20 })
    expect(exact(tally)).toEqual(literal(odd, others))
    const all = others.map((value) => 30 * value)
    const far = await countDistractors(plan, matrixFile(all, columns), {
      memoryBytes: 16 * 2 ** 20,
      threads: 2,
    })
    expect(exact(far)).toEqual(literal(plan, all))
  })

  it('takes no more threads than fit in the memory, and refuses probes that do not', async () => {
    const { plan, others, columns } = makeCase({ distractors: 9000, columns: 4 })
    const source = matrixFile(others, columns)
    const one = await countDistractors(plan, source, { threads: 1 })
    expect(await countDistractors(plan, source, { threads: 512, memoryBytes: 16 * 2 ** 20 })).toEqual(one)
    await expect(countDistractors(plan, source, { memoryBytes: 2 ** 20 })).rejects.toThrow(
      /^tally: these probes need memory of \d+ MiB, got 1 MiB$/,
    )
  })

  it('says when more scores could be a limit than fit in the memory', async () => {
    const { plan, others, columns } = makeCase({ distractors: 20_000, columns: 16, people: 20, each: 10 })
    await expect(
      countDistractors({ ...plan, fars: [0.1, 0.3, 0.5] }, matrixFile(others, columns), {
        ...{ memoryBytes: 8 * 2 ** 20, threads: 1 },
      }),
    ).rejects.toThrow(/^tally: more than \d+ scores could be the limit of a rate/)
  })

  it('names the row of a feature that is too long to reckon with', async () => {
    const { plan, others, columns } = makeCase({ distractors: 100 })
    others[37 * columns] = 1e16
    await expect(countDistractors(plan, matrixFile(others, columns))).rejects.toThrow(
      /: row 37: expected features shorter than 1000000000000000, got 1\d+$/,
    )
  })

  it('gives a histogram of impostor scores, of all where they are few', async () => {
    const { plan, others, columns } = makeCase({ distractors: 800 })
    const { sample } = await countDistractors(plan, matrixFile(others, columns))
    const { counts, low, high } = sample
    expect(sample.distractors).toBe(800)
    // The mean of the bins' middles is that of the scores, but for half a bin.
    const width = (high - low) / counts.length
    const count = 800 * plan.probes.rows
    expect(counts.reduce((sum, n) => sum + n)).toBe(count)
    const far = literal({ ...plan, best: 800, fars: [] }, others).best.score
    const inside = far.map((value) => Math.max(low, Math.min(high, value)))
    const mean = counts.reduce((sum, n, bin) => sum + n * (low + (bin + 0.5) * width), 0) / count
    expect(Math.abs(mean - inside.reduce((sum, value) => sum + value, 0) / count)).toBeLessThan(width / 2)
  })

  it('takes the rows that are asked for, in that order', async () => {
    const { plan, others, columns } = makeCase({ distractors: 500 })
    const order = Int32Array.from({ length: 200 }, (_, k) => (k % 3 === 0 ? k : 499 - k))
    const chosen = Float32Array.from(order, () => 0)
    const rows = new Float32Array(chosen.length * columns)
    order.forEach((row, k) => {
      rows.set(others.subarray(row * columns, (row + 1) * columns), k * columns)
    })
    const source = { ...(matrixFile(others, columns) as Extract<FeatureSource, { kind: 'matrix' }>), order }
    expect(exact(await countDistractors(plan, source))).toEqual(literal(plan, rows))
  })

  it('names the row of a number that is not finite, and a file that is cut short', async () => {
    const { plan, others, columns } = makeCase({ distractors: 100 })
    const source = matrixFile(others, columns) as Extract<FeatureSource, { kind: 'matrix' }>
    others[37 * columns + 2] = Number.NaN
    await expect(countDistractors(plan, matrixFile(others, columns))).rejects.toThrow(
      /expected finite numbers, got NaN in row 37$/,
    )
    await expect(countDistractors(plan, { ...source, rows: 101 })).rejects.toThrow(
      /cut short, row 100 is missing$/,
    )
    await expect(countDistractors(plan, { ...source, path: join(folder, 'none') })).rejects.toThrow(DataError)
  })

  it('stops when it is asked to', async () => {
    const { plan, others, columns } = makeCase({ distractors: 30_000 })
    const controller = new AbortController()
    const counting = countDistractors(plan, matrixFile(others, columns), {
      threads: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await expect(counting).rejects.toThrow('enough')
  })
})
