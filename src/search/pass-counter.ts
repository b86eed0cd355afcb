import { scoreKeeper } from './kept-scores.ts'
import { lowerBound } from './lower-bound.ts'
import { histogramBins, type Pass, type PassCounts, type PassProbes, type Tile, type Zone } from './pass.ts'
import { closeCall, scanRows } from './scan-rows.ts'
import { errorBound, fourScores, type Rows, score } from './score.ts'

const mostBeforeFlush = 2 ** 30

/** Counts tile by tile. Float32 scores decide where their error cannot matter; the others are reckoned again in float64. */
export interface PassCounter {
  /** Says how long the distractors of the next tiles are at most. */
  expect(longest: number): void
  add(tile: Tile): void
  /** Counts distractors whose scores are all reckoned in float64. */
  addLong(distractors: Rows, numbers: Int32Array): void
  finish(): PassCounts
}

/** A counter that has counted nothing; it keeps at most `mostKept` distinct scores. */
export function passCounter(
  probes: PassProbes,
  pass: Pass,
  { mostKept = Number.POSITIVE_INFINITY } = {},
): PassCounter {
  const { count, norms, isLong, mates } = probes
  const { thresholds, leadingThresholds, leading, zones, best, range } = pass
  const scale = histogramBins / (range.high - range.low)
  const offsets = norms.map((norm) => (-norm - range.low) * scale)
  // One histogram for the leading probes, one for the others: more bins are close calls in the first.
  const [first, other] = [new Int32Array(histogramBins), new Int32Array(histogramBins)]
  const above = new Float64Array(thresholds.length)
  const leadingAbove = new Float64Array(leadingThresholds.length)
  // Scores that were decided one by one, by the number of thresholds below them.
  const exact = new Float64Array(thresholds.length + 1)
  const leadingExact = new Float64Array(leadingThresholds.length + 1)
  const histogram = new Float64Array(pass.isWhole ? histogramBins : 0)
  const room = { most: mostKept, held: 0 }
  const kept = zones.map(() => scoreKeeper(room))
  const beaten = new Float64Array(mates.scores.length + count)
  const bestIndex = new Int32Array(count * best).fill(-1)
  const bestScore = new Float64Array(count * best).fill(Number.NEGATIVE_INFINITY)
  const gates = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  // Below its level a score of a probe matters to nothing.
  const levels = new Float64Array(count)
  const lowest = pass.isWhole
    ? Number.NEGATIVE_INFINITY
    : least([...thresholds, ...zones.map(({ low }) => low)])
  const lowestLeading = Math.min(lowest, least(leadingThresholds))
  let longest = 0
  let bound = -1
  let pending = 0
  const [fourProbes, fourRows, four] = [new Int32Array(4), new Int32Array(4), new Float64Array(4)]
  let closeAt = new Int32Array()
  let passedAt = new Int32Array()

  const binOf = (value: number): number =>
    Math.min(histogramBins - 1, Math.max(0, Math.floor((value - range.low) * scale)))

  function markCloseCalls(): void {
    const mark = (bins: Int32Array, { low, high }: Zone): void => {
      bins.fill(closeCall, Math.max(0, binOf(low - bound) - 1), binOf(high + bound) + 2)
    }
    for (const bins of [first, other]) {
      bins.fill(0)
      for (const value of thresholds) mark(bins, { low: value, high: value })
      for (const zone of zones) mark(bins, zone)
    }
    for (const value of leadingThresholds) mark(first, { low: value, high: value })
  }

  /** Adds what the histograms hold to the counts: no threshold lies in a bin that is not a close call. */
  function flush(): void {
    const addAbove = (bins: Int32Array, values: Float64Array, counts: Float64Array): void => {
      let sum = 0
      let bin = histogramBins - 1
      for (let k = values.length - 1; k >= 0; k--) {
        for (const own = binOf(values[k]!); bin > own; bin--) sum += Math.max(0, bins[bin]!)
        counts[k]! += sum
      }
    }
    addAbove(first, thresholds, above)
    addAbove(other, thresholds, above)
    addAbove(first, leadingThresholds, leadingAbove)
    for (let bin = 0; bin < histogram.length; bin++)
      histogram[bin]! += Math.max(0, first[bin]!) + Math.max(0, other[bin]!)
    pending = 0
  }

  function setGate(probe: number): void {
    const lowestMate =
      pass.ranks && mates.start[probe]! < mates.start[probe + 1]!
        ? mates.scores[mates.start[probe]!]!
        : Number.POSITIVE_INFINITY
    const worst = best > 0 ? bestScore[(probe + 1) * best - 1]! : Number.POSITIVE_INFINITY
    if (isLong[probe] === 1) {
      // Its scores are reckoned apart.
      gates[probe] = Number.POSITIVE_INFINITY
      levels[probe] = Number.POSITIVE_INFINITY
      return
    }
    gates[probe] = toTile(Math.min(lowestMate, worst), probe)
    levels[probe] = Math.min(gates[probe]!, toTile(probe < leading ? lowestLeading : lowest, probe))
  }

  /** What a tile's value must reach where the score may reach `value`. */
  function toTile(value: number, probe: number): number {
    if (!Number.isFinite(value)) return value
    const norm = norms[probe]!
    return value - bound + norm - 1e-12 * (Math.abs(value) + norm)
  }

  function countExact(value: number, probe: number): void {
    if (pass.isWhole) histogram[binOf(value)]! += 1
    exact[lowerBound(thresholds, value)]! += 1
    if (probe < leading) leadingExact[lowerBound(leadingThresholds, value)]! += 1
    zones.forEach(({ low, high }, z) => {
      if (value >= low && value <= high) kept[z]!.add(value)
    })
  }

  function keepBest(probe: number, distractor: number, value: number): void {
    const begin = probe * best
    let place = begin + best - 1
    const isBehind = (at: number): boolean =>
      bestScore[at]! < value || (bestScore[at] === value && bestIndex[at]! > distractor)
    if (!isBehind(place)) return
    for (; place > begin && isBehind(place - 1); place--) {
      bestScore[place] = bestScore[place - 1]!
      bestIndex[place] = bestIndex[place - 1]!
    }
    bestScore[place] = value
    bestIndex[place] = distractor
    setGate(probe)
  }

  function rank(tile: Tile, at: number): void {
    const row = Math.floor(at / tile.stride)
    const probe = tile.firstProbe + at - row * tile.stride
    const fast = tile.y[at]! - tile.norms[row]! - norms[probe]!
    let exact: number | null = null
    const decide = (): number => {
      exact ??= score(probes.rows, probe, tile.distractors, row)
      return exact
    }
    if (pass.ranks) {
      const begin = mates.start[probe]!
      const end = mates.start[probe + 1]!
      let place = lowerBound(mates.scores, fast - bound, begin, end)
      if (place < end && mates.scores[place]! <= fast + bound)
        while (place < end && mates.scores[place]! < decide()) place++
      beaten[place + probe]! += 1
    }
    if (best > 0 && fast + bound >= bestScore[(probe + 1) * best - 1]!)
      keepBest(probe, tile.numbers[row]!, decide())
  }

  /** Counts a pair whose score is not reckoned in float32 at all. */
  function countPair(probe: number, distractors: Rows, row: number, number: number): void {
    const value = score(probes.rows, probe, distractors, row)
    countExact(value, probe)
    if (pass.ranks)
      beaten[lowerBound(mates.scores, value, mates.start[probe]!, mates.start[probe + 1]!) + probe]! += 1
    if (best > 0) keepBest(probe, number, value)
  }

  return {
    expect(length) {
      longest = Math.max(longest, length)
      const next = errorBound(probes.rows.columns, { a: probes.longest, b: length })
      if (next <= bound && next > bound / 2) return
      if (pending > 0) flush()
      // A little more, so that not every block moves it.
      bound = 1.1 * next
      markCloseCalls()
      for (let probe = 0; probe < count; probe++) setGate(probe)
    },
    add(tile) {
      const size = tile.rows * tile.stride
      if (closeAt.length < size) [closeAt, passedAt] = [new Int32Array(size), new Int32Array(size)]
      const found = { close: 0, passed: 0 }
      const edge = Math.min(tile.probes, Math.max(0, leading - tile.firstProbe))
      const scan = { tile, offsets, levels, gates, scale, closeAt, passedAt, found }
      scanRows(scan, first, 0, edge)
      scanRows(scan, other, edge, tile.probes)
      for (let k = 0; k < found.close; k += 4) {
        const inFour = Math.min(4, found.close - k)
        for (let n = 0; n < 4; n++) {
          const at = closeAt[k + Math.min(n, inFour - 1)]!
          fourProbes[n] = tile.firstProbe + (at % tile.stride)
          fourRows[n] = Math.floor(at / tile.stride)
        }
        fourScores(probes.rows, fourProbes, tile.distractors, fourRows, four)
        for (let n = 0; n < inFour; n++) countExact(four[n]!, fourProbes[n]!)
      }
      for (let k = 0; k < found.passed; k++) rank(tile, passedAt[k]!)
      for (let probe = tile.firstProbe; probe < tile.firstProbe + tile.probes; probe++)
        if (isLong[probe] === 1)
          for (let row = 0; row < tile.rows; row++)
            countPair(probe, tile.distractors, row, tile.numbers[row]!)
      pending += tile.rows * tile.probes
      if (pending > mostBeforeFlush) {
        flush()
        markCloseCalls()
      }
    },
    addLong(distractors, numbers) {
      numbers.forEach((number, row) => {
        for (let probe = 0; probe < count; probe++) countPair(probe, distractors, row, number)
      })
    },
    finish() {
      if (pending > 0) flush()
      addSums(above, exact)
      addSums(leadingAbove, leadingExact)
      return {
        ...{ above, leadingAbove, histogram, beaten, bestIndex, bestScore, longest },
        kept: kept.map((keeper) => keeper.finish()),
      }
    },
  }
}

/** Adds to each threshold's count the scores with more thresholds below them than come before it. */
function addSums(counts: Float64Array, byThresholds: Float64Array): void {
  let sum = 0
  for (let k = counts.length - 1; k >= 0; k--) {
    sum += byThresholds[k + 1]!
    counts[k]! += sum
  }
}

const least = (values: Iterable<number>): number => {
  let low = Number.POSITIVE_INFINITY
  for (const value of values) if (value < low) low = value
  return low
}
