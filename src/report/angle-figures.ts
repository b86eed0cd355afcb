import { angleHistogramFigure, binShares } from '../figures/index.ts'
import { degreesOfCosine } from '../math/angle.ts'
import { mean } from '../math/sum.ts'
import type { NamedEvaluation } from './evaluation-groups.ts'
import type { Html } from './page.ts'
import { count, figure } from './parts.ts'

const binDegrees = 3

/** Whether the pairs of an evaluation have angles: the score of two videos is a mean over many. */
export function hasAngles(
  evaluation: NamedEvaluation,
): evaluation is NamedEvaluation & Required<Pick<NamedEvaluation, 'pairs'>> {
  const { pairs, protocol, facts } = evaluation
  return pairs !== undefined && pairs.length > 0 && protocol !== 'ytf' && Array.isArray(facts.thresholds)
}

/** A histogram of angles for each verification whose pairs are known, all on the same axes. */
export function anglesOf(evaluations: readonly NamedEvaluation[]): Html[] {
  const samples = evaluations.flatMap((evaluation) => {
    if (!hasAngles(evaluation)) return []
    const { label, facts, pairs } = evaluation
    const degrees = (score: number) => degreesOfScore(score, facts.variant)
    const ofKind = (same: boolean) =>
      Float64Array.from(
        // NaN lies in no bin, and on no axis.
        pairs.filter((pair) => pair.same === same && Number.isFinite(pair.score)),
        ({ score }) => degrees(score),
      )
    const threshold = mean(facts.thresholds as number[])
    return {
      label,
      unscored: pairs.filter(({ score }) => !Number.isFinite(score)).length,
      genuine: ofKind(true),
      impostor: ofKind(false),
      thresholdDegrees: degrees(facts.variant === 'insightface' ? -threshold : threshold),
    }
  })
  const all = samples.flatMap(({ genuine, impostor }) => [...genuine, ...impostor])
  const domainDegrees = [
    12 * Math.floor(all.reduce((a, b) => Math.min(a, b), 168) / 12),
    12 * Math.ceil(all.reduce((a, b) => Math.max(a, b), 12) / 12),
  ] as const
  const shares = samples.flatMap(({ genuine, impostor }) =>
    [genuine, impostor].flatMap((kind) => [...binShares(kind, { domainDegrees, binDegrees })]),
  )
  const highestShare = 1.12 * shares.reduce((a, b) => Math.max(a, b), 0.01)
  return samples.map(({ label, genuine, impostor, thresholdDegrees, unscored }) =>
    figure(
      angleHistogramFigure(
        { genuine, impostor },
        {
          title: evaluations.length > 1 ? label : 'Angles between the two of a pair',
          ...{ thresholdDegrees, domainDegrees, binDegrees, highestShare },
        },
      ),
      `${count(genuine.filter((angle) => angle >= thresholdDegrees).length)} of ${count(genuine.length)} genuine pairs lie beyond the mean threshold of the folds, ${count(impostor.filter((angle) => angle < thresholdDegrees).length)} of ${count(impostor.length)} impostor pairs before it.${unscored === 0 ? '' : ` ${count(unscored)} without a score that is a number ${unscored === 1 ? 'is' : 'are'} left out.`}`,
    ),
  )
}

/** The angle that a score stands for: scores are cosines, but negative squared distances, 2 cos − 2, for `insightface`. */
export function degreesOfScore(score: number, variant: unknown): number {
  return degreesOfCosine(variant === 'insightface' ? 1 + score / 2 : score)
}
