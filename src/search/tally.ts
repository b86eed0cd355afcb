import type { Matrix } from '../math/matrix.ts'
import type { Pass, PassCounts } from './pass.ts'

/** What distractors are counted for. */
export interface TallyPlan {
  /** Features of the probes as they were read, float32 [P, D]. */
  readonly probes: Matrix
  /** The person of each probe, [P]. */
  readonly labels: Int32Array
  /** Scores above which impostor scores are counted: those of all probes, and those of the first `leading`. */
  readonly thresholds?: { readonly all?: Float64Array; readonly leading?: Float64Array }
  readonly leading?: number
  /** False-accept rates, 0 … 1, whose limits are sought. */
  readonly fars?: readonly number[]
  /** How many of the best distractors to keep a probe. */
  readonly best?: number
}

export interface TallyOptions {
  readonly threads?: number
  /** Memory that the count may take, in bytes. */
  readonly memoryBytes?: number
  /** Count only every `count`-th block, beginning with block `index` (1 … count). */
  readonly shard?: { readonly index: number; readonly count: number }
  /** How far a limit may lie from where a sample of the distractors puts it, as a share of its rank. */
  readonly zoneMargin?: number
  readonly signal?: AbortSignal
  /** Called with the number of distractors counted, of all that will be. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Counts of a part of the distractors; parts of one plan and source add up by `mergeTallies`. */
export interface PartialTally {
  readonly pass: Pass
  readonly counts: PassCounts
  /** Impostor scores of a sample of the distractors, spread evenly over the whole list: the same in all parts. */
  readonly sample: ScoreSample
  /** Distractors in this part and in the whole list. */
  readonly counted: number
  readonly distractors: number
}

/** Impostor scores of some distractors (of all, where they are few), counted by bins of equal width. */
export interface ScoreSample {
  readonly distractors: number
  /** Where the first bin begins and the last one ends; they also hold what lies beyond. */
  readonly low: number
  readonly high: number
  readonly counts: Float64Array
}

/** Exact counts of the scores −‖a − b‖² of all probes with all distractors. */
export interface DistractorTally {
  /** For each ordered (probe, mate) pair, probe by probe, mates by their number: the distractors that score strictly higher. */
  readonly ranks: Float64Array
  readonly distractors: number
  /** Impostor scores strictly above each threshold, in the plan's order. */
  readonly above: { readonly all: Float64Array; readonly leading: Float64Array }
  /**
   * For each FAR f the (⌊f·I⌋ + 1)-th highest of the I impostor scores: accepting what lies strictly above it keeps to f.
   * −∞ where all may be accepted.
   */
  readonly limits: Float64Array
  /** The best distractors of each probe, [P, best], falling, the lower number first among equals; −1 where there are fewer. */
  readonly best: { readonly index: Int32Array; readonly score: Float64Array }
  /** For a picture of the impostor scores; by float32. */
  readonly sample: ScoreSample
}
