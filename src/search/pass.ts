import type { KeptScores } from './kept-scores.ts'
import type { Mates } from './mates.ts'
import type { Rows } from './score.ts'

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
  /** Whether a histogram of all scores is wanted; else scores below the lowest threshold and zone are passed over. */
  readonly isWhole: boolean
}

/** A range of scores, both ends included. */
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
  /** How many scores fell into each bin, by their float32 value; empty unless `Pass.isWhole`. */
  readonly histogram: Float64Array
  /** For probe i and n = 0 … its mates, at start[i] + i + n: how many distractors beat exactly n mates. */
  readonly beaten: Float64Array
  /** The best distractors of each probe, falling, the lower number first among equals; −1 where there are fewer. */
  readonly bestIndex: Int32Array
  readonly bestScore: Float64Array
  /** Length of the longest distractor that is not far longer than its neighbours. */
  readonly longest: number
}

/** The probes that a pass counts for. */
export interface PassProbes {
  readonly rows: Rows
  readonly count: number
  readonly norms: Float64Array
  /** 1 for the few that are far longer than the others: their scores are all reckoned in float64. */
  readonly isLong: Uint8Array
  /** Length of the longest that is not. */
  readonly longest: number
  readonly mates: Mates
}

/** Products of a tile as the runtime gives them: y = 2·a·b, so that y − |b|² − |a|² is about the score. */
export interface Tile {
  /** A row for each distractor, [rows, stride], of which the first `probes` columns hold. */
  readonly y: Float32Array
  readonly firstProbe: number
  readonly probes: number
  readonly stride: number
  readonly rows: number
  /** The distractors of the tile, their |b|², and their numbers in the whole list. */
  readonly distractors: Rows
  readonly norms: Float64Array
  readonly numbers: Int32Array
}

/** Bins of a histogram of scores. */
export const histogramBins = 65536
