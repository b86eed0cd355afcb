import { type KeptScores, scoreKeeper } from './kept-scores.ts'
import type { Mates } from './mates.ts'
import { errorBound, type Rows, score } from './score.ts'

/** What one pass over the distractors counts. Scores of a probe and a distractor are `score`; all counts are exact. */
export interface Pass {
  /** Scores over all probes are counted above each of these, rising. */
  readonly thresholds: Float64Array
  /** And over the first `leading` probes above each of these, rising. */
  readonly leadingThresholds: Float64Array
  readonly leading: number
  /** Ranges in which each score is kept, low and high included. */
  readonly zones: readonly Zone[]
  /** Whether mates are ranked, and how many of the best distractors a probe keeps. */
  readonly ranks: boolean
  readonly best: number
  /** Range of the histogram; scores outside it fall into the outermost bins. */
  readonly range: Zone
  /** Whether the histogram takes all scores, or only those that may lie at or above the lowest threshold or zone. */
  readonly isWhole: boolean
}

export interface Zone {
  readonly low: number
  readonly high: number
}

/** What a pass, or a part of one, counted. */
export interface PassCounts {
  /** How many scores lie strictly above each threshold. */
  readonly above: Float64Array
  readonly leadingAbove: Float64Array
  /** The scores in each zone. */
  readonly kept: readonly KeptScores[]
  /** How many scores fell into each bin of the histogram, by their float32 value; see `Pass.isWhole`. */
  readonly histogram: Float64Array
  /** For probe i and n = 0 … its mates, at start[i] + i + n: how many distractors beat exactly n mates. */
  readonly beaten: Float64Array
  /** The best distractors of each probe, falling, the lower number first among equals; −1 where there are fewer. */
  readonly bestIndex: Int32Array
  readonly bestScore: Float64Array
  /** The longest distractor's length. */
  readonly longest: number
}

/** The probes that a pass counts for. */
export interface PassProbes {
  readonly rows: Rows
  readonly count: number
  readonly norms: Float64Array
  readonly longest: number
  readonly mates: Mates
}

/** Scores of a tile as the runtime gives them: y = 2·a·b − |b|², so that y − |a|² is about the score. */
export interface Tile {
  /** [rows, stride], of which `count` columns hold. */
  readonly y: Float32Array
  readonly firstProbe: number
  readonly rows: number
  readonly stride: number
  readonly count: number
  /** The distractors of the tile, their first number in the whole list, and the longest length among them. */
  readonly distractors: Rows
  readonly firstDistractor: number
}

export const histogramBins = 65536
/** A bin whose scores are decided one by one counts up from here, and stays below 0. */
const closeCall = -(2 ** 31)
const mostBeforeFlush = 2 ** 30

/** Counts tile by tile. Float32 scores decide where their error cannot matter; the others are reckoned again in float64. */
export interface PassCounter {
  /** Says how long the distractors of the next tiles are at most. */
  expect(longest: number): void
  add(tile: Tile): void
  finish(): PassCounts
}

export function passCounter(probes: PassProbes, pass: Pass): PassCounter {
  const { count, norms, mates } = probes
  const { thresholds, leadingThresholds, leading, zones, best, range } = pass
  const scale = histogramBins / (range.high - range.low)
  const offsets = norms.map((norm) => (-norm - range.low) * scale)
  // One histogram for the leading probes, one for the others: more bins are close calls in the first.
  const [first, other] = [new Int32Array(histogramBins), new Int32Array(histogramBins)]
  const above = new Float64Array(thresholds.length)
  const leadingAbove = new Float64Array(leadingThresholds.length)
  const histogram = new Float64Array(histogramBins)
  const kept = zones.map(() => scoreKeeper())
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
    for (let bin = 0; bin < histogramBins; bin++)
      histogram[bin]! += Math.max(0, first[bin]!) + Math.max(0, other[bin]!)
    pending = 0
  }

  function setGate(probe: number): void {
    const lowestMate =
      pass.ranks && mates.start[probe]! < mates.start[probe + 1]!
        ? mates.scores[mates.start[probe]!]!
        : Number.POSITIVE_INFINITY
    const worst = best > 0 ? bestScore[(probe + 1) * best - 1]! : Number.POSITIVE_INFINITY
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
    histogram[binOf(value)]! += 1
    countAbove(thresholds, value, above)
    if (probe < leading) countAbove(leadingThresholds, value, leadingAbove)
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
    const column = at - row * tile.stride
    const probe = tile.firstProbe + row
    const fast = tile.y[at]! - norms[probe]!
    let exact: number | null = null
    const decide = (): number => {
      exact ??= score(probes.rows, probe, tile.distractors, column)
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
      keepBest(probe, tile.firstDistractor + column, decide())
  }

  return {
    expect(length) {
      longest = Math.max(longest, length)
      const next = errorBound(probes.rows.columns, { a: probes.longest, b: longest })
      if (next <= bound) return
      if (pending > 0) flush()
      // A little more, so that not every tile moves it.
      bound = bound < 0 ? next : 1.02 * next
      markCloseCalls()
      for (let probe = 0; probe < count; probe++) setGate(probe)
    },
    add(tile) {
      const size = tile.rows * tile.stride
      if (closeAt.length < size) [closeAt, passedAt] = [new Int32Array(size), new Int32Array(size)]
      const found = { close: 0, passed: 0 }
      const edge = Math.min(tile.rows, Math.max(0, leading - tile.firstProbe))
      const scan = { tile, offsets, gates, levels, scale, closeAt, passedAt, found }
      scanRows(scan, first, 0, edge)
      scanRows(scan, other, edge, tile.rows)
      for (let k = 0; k < found.close; k++) {
        const at = closeAt[k]!
        const probe = tile.firstProbe + Math.floor(at / tile.stride)
        countExact(score(probes.rows, probe, tile.distractors, at % tile.stride), probe)
      }
      for (let k = 0; k < found.passed; k++) rank(tile, passedAt[k]!)
      pending += tile.rows * tile.count
      if (pending > mostBeforeFlush) {
        flush()
        markCloseCalls()
      }
    },
    finish() {
      if (pending > 0) flush()
      return {
        ...{ above, leadingAbove, histogram, beaten, bestIndex, bestScore, longest },
        kept: kept.map((keeper) => keeper.finish()),
      }
    },
  }
}

interface Scan {
  readonly tile: Tile
  readonly offsets: Float64Array
  readonly gates: Float64Array
  readonly levels: Float64Array
  readonly scale: number
  readonly closeAt: Int32Array
  readonly passedAt: Int32Array
  readonly found: { close: number; passed: number }
}

/** The inner loop: each score that matters into its bin; places of close calls and of scores that pass their probe's gate are noted. */
function scanRows(scan: Scan, bins: Int32Array, begin: number, end: number): void {
  const { tile, offsets, gates, levels, scale, closeAt, passedAt, found } = scan
  const { y, stride, count, firstProbe } = tile
  const last = bins.length - 1
  let { close, passed } = found
  for (let row = begin; row < end; row++) {
    const offset = offsets[firstProbe + row]!
    const gate = gates[firstProbe + row]!
    const level = levels[firstProbe + row]!
    for (let at = row * stride, stop = at + count; at < stop; at++) {
      const value = y[at]!
      if (value < level) continue
      const place = value * scale + offset
      // Clamped before it is made an integer, which wraps.
      const bin = place >= 0 ? (place < last ? place | 0 : last) : 0
      const next = bins[bin]! + 1
      bins[bin] = next
      if (next < 0) closeAt[close++] = at
      if (value >= gate) passedAt[passed++] = at
    }
  }
  found.close = close
  found.passed = passed
}

/** The first place in `begin` … `end` of the rising values that is not below `value`. */
export function lowerBound(rising: Float64Array, value: number, begin = 0, end = rising.length): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Counts `value` for each of the rising thresholds that it exceeds. */
function countAbove(rising: Float64Array, value: number, counts: Float64Array): void {
  const end = lowerBound(rising, value)
  for (let k = 0; k < end; k++) counts[k]! += 1
}

const least = (values: Iterable<number>): number => {
  let low = Number.POSITIVE_INFINITY
  for (const value of values) if (value < low) low = value
  return low
}
