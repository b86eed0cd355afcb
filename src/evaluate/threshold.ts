import { UsageError } from '../errors.ts'
import type { Scores } from './counts.ts'
import { type Split, split } from './counts.ts'

/** How a threshold is chosen and applied: by the exact rule, or as the tools named so do it. */
export type Variant = 'exact' | 'sphereface' | 'insightface'

/** The variants by name, the default first. */
export const variants: readonly Variant[] = ['exact', 'sphereface', 'insightface']

/** One variant's way of choosing a threshold on known pairs and of judging a pair by it. */
interface Rule {
  choose(known: Split): number
  /** Whether the pair is judged rightly. */
  isRight(score: number, genuine: boolean, threshold: number): boolean
}

/** The midpoints between neighbouring distinct scores, and one place 1e-3 beyond each end; the mean of the tied best. */
const exact: Rule = {
  choose({ genuine, impostor }) {
    const best = tied()
    let [g, f, last] = [0, 0, Number.NaN]
    while (g < genuine.length || f < impostor.length) {
      const score = Math.min(genuine[g] ?? Number.POSITIVE_INFINITY, impostor[f] ?? Number.POSITIVE_INFINITY)
      best.offer(Number.isNaN(last) ? score - 1e-3 : between(last, score), genuine.length - g + f)
      while (genuine[g] === score) g++
      while (impostor[f] === score) f++
      last = score
    }
    best.offer(last + 1e-3, f)
    return best.mean()
  },
  isRight: (score, genuine, threshold) => score > threshold === genuine,
}

/** The midpoint of two scores; the lower where it rounds to the upper, which must lie above the threshold. */
function between(lower: number, upper: number): number {
  const middle = (lower + upper) / 2
  return middle < upper ? middle : lower
}

/** Thresholds −1 … 1 in steps of 1e-4 on the cosine, the mean of the tied best; a score equal to the threshold is wrong. */
const sphereface: Rule = {
  choose({ genuine, impostor }) {
    const best = tied()
    let [g, f] = [0, 0]
    for (let i = -10_000; i <= 10_000; i++) {
      const threshold = i / 10_000
      while (g < genuine.length && genuine[g]! <= threshold) g++
      while (f < impostor.length && impostor[f]! < threshold) f++
      best.offer(threshold, genuine.length - g + f)
    }
    return best.mean()
  },
  isRight: (score, genuine, threshold) => (genuine ? score > threshold : score < threshold),
}

/** Thresholds 0 … 3.99 in steps of 0.01 on the squared distance (= −score), the first best; accepted when strictly below. */
const insightface: Rule = {
  choose({ genuine, impostor }) {
    const best = tied()
    let [g, f] = [0, 0]
    for (let i = 0; i < 400; i++) {
      const threshold = i * 0.01
      while (g < genuine.length && -genuine[genuine.length - 1 - g]! < threshold) g++
      while (f < impostor.length && -impostor[impostor.length - 1 - f]! < threshold) f++
      best.offer(threshold, g + impostor.length - f)
    }
    return best.first()
  },
  isRight: (score, genuine, threshold) => -score < threshold === genuine,
}

/** Remembers the thresholds offered with the highest count. */
function tied() {
  let [most, first, total, ties] = [-1, Number.NaN, 0, 0]
  return {
    offer(threshold: number, right: number): void {
      if (right > most) [most, first, total, ties] = [right, threshold, 0, 0]
      if (right < most) return
      total += threshold
      ties++
    },
    first: () => first,
    mean: () => total / ties,
  }
}

const rules: Readonly<Record<Variant, Rule>> = { exact, sphereface, insightface }

/**
 * The threshold that judges most of the pairs rightly, scores [P] and `same` [P] (1 genuine, 0 impostor), by variant:
 * - `exact`: every midpoint between neighbouring distinct scores is a candidate, and one place 1e-3 beyond each end;
 *   the mean of the tied best.
 * - `sphereface`: −1 … 1 in steps of 1e-4; the mean of the tied best.
 * - `insightface`: scores are negative squared distances; thresholds are distances, 0 … 3.99 in steps of 0.01; the first best.
 * @throws UsageError without pairs or for an unknown variant; ShapeError, DataError as `roc` does
 */
export function bestThreshold(
  scores: Scores,
  same: Uint8Array,
  { variant = 'exact' as Variant } = {},
): number {
  if (scores.length === 0) throw new UsageError('bestThreshold: expected at least one pair, got 0')
  return rule(variant).choose(split(scores, same, 'bestThreshold'))
}

/**
 * The share of the pairs that a threshold judges rightly, by variant: `exact` accepts a score > threshold; `sphereface`
 * too, but a score equal to the threshold is wrong for both kinds; `insightface` accepts −score < threshold. NaN without pairs.
 * @throws UsageError for an unknown variant
 */
export function accuracyAt(
  threshold: number,
  scores: Scores,
  same: Uint8Array,
  { variant = 'exact' as Variant } = {},
): number {
  const { isRight } = rule(variant)
  let right = 0
  for (let i = 0; i < scores.length; i++) if (isRight(scores[i]!, same[i] === 1, threshold)) right++
  return right / scores.length
}

function rule(variant: Variant): Rule {
  if (!Object.hasOwn(rules, variant))
    throw new UsageError(`variant: expected one of ${variants.join(', ')}, got ${variant}`)
  return rules[variant]
}
