import type { LossReport } from './demo-input.ts'

/** One measure of the table: its name, and its value as text for each loss. */
export interface Measure {
  readonly name: string
  readonly values: readonly string[]
}

/**
 * The measures of the main job, a row each, as the terminal and the page show them. A TAR at a FAR that the impostor pairs
 * cannot carry (fewer than 1 / FAR of them) is left out.
 */
export function demoMeasures(losses: readonly LossReport[]): Measure[] {
  const row = (name: string, value: (loss: LossReport) => string): Measure => ({
    name,
    values: losses.map(value),
  })
  const impostorPairs = Math.min(...losses.map(({ same }) => same.filter((label) => label === 0).length))
  const amongFars = Object.keys(losses[0]?.amongDistractors.tarAtFar ?? {})
  const amongPairs = Math.min(...losses.map(({ amongDistractors }) => amongDistractors.impostorPairs))
  return [
    row('accuracy, %', ({ result }) => `${percent(result.accuracy)} ± ${percent(result.standardError)}`),
    row('worst fold, %', ({ result }) => percent(Math.min(...result.folds))),
    row('best fold, %', ({ result }) => percent(Math.max(...result.folds))),
    row('AUC', ({ result }) => result.auc.toFixed(4)),
    row('EER, %', ({ result }) => percent(result.eer)),
    ...(['0.1', '0.01', '0.001'] as const)
      .filter((far) => carries(impostorPairs, far))
      .map((far) => row(`TAR at FAR ${far}, %`, ({ result }) => percent(result.tarAtFar[far]))),
    row('rank-1, %', ({ identification }) => percent(identification.rank1)),
    ...amongFars
      .filter((far) => carries(amongPairs, far))
      .map((far) =>
        row(`TAR at FAR ${far} among distractors, %`, ({ amongDistractors }) =>
          percent(amongDistractors.tarAtFar[far] ?? Number.NaN),
        ),
      ),
    row('training, s', ({ seconds }) => seconds.toFixed(0)),
  ]
}

/** Whether so many impostor pairs let one pass at a FAR. */
function carries(impostorPairs: number, far: string): boolean {
  return 1 / impostorPairs <= Number(far)
}

/** A share as a percentage with one digit; a dash for what is not known. */
export function percent(share: number): string {
  return Number.isFinite(share) ? (100 * share).toFixed(1) : '–'
}
