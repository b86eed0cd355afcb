import { countAtRate } from '../math/count-at-rate.ts'
import type { Matrix } from '../math/matrix.ts'
import type { DistractorTally, TallyPlan } from '../search/tally.ts'
import {
  nextBelow,
  type OfficialCmc,
  type OfficialRoc,
  officialCmc,
  officialRoc,
  steps,
} from './megaface-curves.ts'
import type { ProbePairs } from './megaface-pairs.ts'

/** `full`: all probes with all distractors; `devkit`: as the official tool, the first 100 probes with all distractors. */
export type MegafaceVerification = 'full' | 'devkit'

/** The false-accept rates whose TAR is given. */
export const megafaceFars: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2]

/** How many probes, from the first on, the official tool verifies with distractors. */
export const devkitProbes = 100

/** TAR by the false-accept rate as text, beside how many impostor pairs that rate lets pass of how many. */
export interface MegafaceTar {
  readonly impostorPairs: number
  /** Where a rate lets none of them pass: the share of genuine pairs that score strictly above each impostor. */
  readonly tarAtFar: Readonly<Record<string, number>>
  readonly allowed: Readonly<Record<string, number>>
}

/** What MegaFace says of one list of distractors. */
export interface MegafaceResult {
  readonly probes: number
  readonly people: number
  readonly distractors: number
  readonly orderedPairs: number
  readonly genuinePairs: number
  /** The share of ordered (probe, mate) pairs whose mate scores at least as high as every distractor. */
  readonly rank1: number
  /** That share at ranks 1, 10, 100, …, counted from 1, by the rank as text. */
  readonly recallAtRank: Readonly<Record<string, number>>
  /** Left out where only the official tool's verification was asked for. */
  readonly full?: MegafaceTar
  readonly devkit: MegafaceTar
  /** The points that the official tool writes. */
  readonly official: {
    readonly cmc: OfficialCmc
    readonly roc: OfficialRoc
    readonly traditionalCmc: OfficialCmc
  }
  readonly curves: {
    readonly cmc: { readonly x: Float64Array; readonly y: Float64Array }
    readonly roc: { readonly x: Float64Array; readonly y: Float64Array }
  }
}

/** What to count for MegaFace: `probes` float32 [P, D] and their people's labels [P]. */
export function megafacePlan(
  probes: Matrix,
  labels: Int32Array,
  { genuine }: ProbePairs,
  { verification = 'full' as MegafaceVerification } = {},
): TallyPlan {
  const full = verification === 'full'
  return {
    ...{ probes, labels, leading: Math.min(devkitProbes, probes.rows), best: 5 },
    fars: full ? megafaceFars : [],
    thresholds: {
      all: Float64Array.from(full ? curveScores(genuine) : [], nextBelow),
      leading: Float64Array.from(steps(genuine), ({ value }) => value),
    },
  }
}

/** The genuine scores at which the ROC is drawn: 128 spread over all, and the last ones, where the curve bends up. */
function curveScores(genuine: Float64Array): number[] {
  const scores = new Set<number>()
  for (let k = 1; k <= 128; k++) scores.add(genuine[Math.ceil((k / 128) * genuine.length) - 1]!)
  for (let k = 1; k <= genuine.length / 128; k *= 2) scores.add(genuine[genuine.length - k]!)
  return [...scores].sort((a, b) => b - a)
}

/** What the counts of a plan say; exact. */
export function megafaceResult(plan: TallyPlan, pairs: ProbePairs, tally: DistractorTally): MegafaceResult {
  const { ranks, distractors, above, limits } = tally
  const { genuine, othersAbove, people } = pairs
  const probes = plan.probes.rows
  const devkitPairs = (plan.leading ?? 0) * distractors
  const devkitAbove = spread(above.leading, genuine)
  const traditional = Float64Array.from(ranks, (rank, i) => rank + othersAbove[i]!)
  const rising = Float64Array.from(ranks).sort()
  const full = tarOf(plan.fars ?? [], probes * distractors, (_, k) => {
    const accepted = genuine.findIndex((score) => !(score > limits[k]!))
    return (accepted < 0 ? genuine.length : accepted) / genuine.length
  })
  return {
    ...{ probes, people, distractors, orderedPairs: ranks.length, genuinePairs: genuine.length },
    rank1: shareUpTo(rising, 0),
    recallAtRank: Object.fromEntries(
      Array.from({ length: 7 }, (_, k) => 10 ** k)
        .filter((rank) => rank <= distractors + 1)
        .map((rank) => [String(rank), shareUpTo(rising, rank - 1)]),
    ),
    ...((plan.fars ?? []).length > 0 && { full }),
    // Among the official tool's pairs a genuine score passes when it is at least the first impostor that may not.
    devkit: tarOf(megafaceFars, devkitPairs, (allowed) => shareUpTo(devkitAbove, allowed)),
    official: {
      cmc: officialCmc(ranks, distractors),
      roc: officialRoc(devkitAbove, devkitPairs),
      traditionalCmc: officialCmc(traditional, distractors + people - 1),
    },
    curves: { cmc: cmcCurve(rising), roc: rocCurve(plan, genuine, tally) },
  }
}

function tarOf(
  fars: readonly number[],
  impostorPairs: number,
  tar: (allowed: number, k: number) => number,
): MegafaceTar {
  const allowed = fars.map((far) => countAtRate(far, impostorPairs))
  return {
    impostorPairs,
    tarAtFar: Object.fromEntries(fars.map((far, k) => [String(far), tar(allowed[k]!, k)])),
    allowed: Object.fromEntries(fars.map((far, k) => [String(far), allowed[k]!])),
  }
}

/** The counts beside the distinct values of a sorted list, as counts beside each of its entries. */
function spread(counts: Float64Array, sorted: Float64Array): Float64Array {
  const each = new Float64Array(sorted.length)
  let [k, begin] = [0, 0]
  for (const { count } of steps(sorted)) {
    each.fill(counts[k++]!, begin, count)
    begin = count
  }
  return each
}

/** The share of the rising values that are at most `value`. */
function shareUpTo(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rising[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low / rising.length
}

function cmcCurve(rising: Float64Array): { x: Float64Array; y: Float64Array } {
  const points = [...steps(rising)]
  return {
    x: Float64Array.from(points, ({ value }) => value + 1),
    y: Float64Array.from(points, ({ count }) => count / rising.length),
  }
}

/** Exact points of the ROC: at each of the plan's scores the share of impostors, and of genuine pairs, that reach it. */
function rocCurve(
  plan: TallyPlan,
  genuine: Float64Array,
  { above, distractors }: DistractorTally,
): { x: Float64Array; y: Float64Array } {
  const impostors = plan.probes.rows * distractors
  const thresholds = plan.thresholds?.all ?? new Float64Array()
  const tar = Float64Array.from(thresholds, (threshold) => {
    const reach = genuine.findIndex((score) => score <= threshold)
    return (reach < 0 ? genuine.length : reach) / genuine.length
  })
  return { x: above.all.map((count) => count / impostors), y: tar }
}
