import { scheduled, type Tensor } from '../graph/index.ts'

/** How A-Softmax's λ falls; all numbers from 0. */
export interface Annealing {
  /** λ before the first step. */
  readonly base: number
  /** How fast it falls, a step. */
  readonly gamma: number
  readonly power: number
  /** Where it stops falling. */
  readonly min: number
  /** Steps of the run that `gamma` was written for: other runs follow the same curve in fractions of theirs. Absent: steps count as they are. */
  readonly run?: number
}

/** SphereFace's release (Liu et al. 2017): λ 5 is reached at step 1,659, 6 % of its run of 28,000. */
export const sphereFaceAnnealing: Annealing = { base: 1000, gamma: 0.12, power: 1, min: 5 }

/** L-Softmax on MNIST (Liu et al. 2016): slow at first, then steeply to 0. */
export const lSoftmaxAnnealing: Annealing = { base: 1000, gamma: 2.5e-5, power: 35, min: 0 }

/** λ = max(min, base·(1 + γ·step)^−power) at step 1, 2, … of `steps`. */
export function lambdaAt(step: number, steps: number, { base, gamma, power, min, run }: Annealing): number {
  const iteration = run === undefined ? step : (step * run) / steps
  return Math.max(min, base * (1 + gamma * iteration) ** -power)
}

/** λ of `aSoftmax` as a scalar that follows the training step: []. */
export const annealedLambda = (annealing: Annealing = sphereFaceAnnealing): Tensor =>
  scheduled('lambda', (step, steps) => lambdaAt(step, steps, annealing))
