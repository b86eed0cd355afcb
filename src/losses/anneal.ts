import { type Operand, scheduled, type Tensor } from '../graph/index.ts'
import { fromZero } from './entry.ts'
import type { LossOption, OptionValue } from './loss-options.ts'

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

/** The options that set λ, with a published annealing as their defaults. */
export const lambdaOptions = ({ base, gamma, power, min }: Annealing): readonly LossOption[] => [
  fromZero('lambdaBase', base, { doc: 'λ before the first step; 0 for no annealing' }),
  fromZero('lambdaGamma', gamma, { doc: 'γ in λ = base·(1 + γ·step)^−power' }),
  fromZero('lambdaPower', power, { doc: 'power in λ = base·(1 + γ·step)^−power' }),
  fromZero('lambdaMin', min, { doc: 'where λ stops falling' }),
  fromZero('lambdaRun', 0, {
    published: null,
    whole: true,
    doc: 'steps of the run that γ is meant for, on which this run is mapped; 0 counts steps as they are',
  }),
]

/** λ as the resolved values of `lambdaOptions` have it: a number where it is not annealed. */
export function lambdaOf(values: Readonly<Record<string, OptionValue>>): Operand {
  const number = (name: string): number => values[name] as number
  const [base, min, run] = [number('lambdaBase'), number('lambdaMin'), number('lambdaRun')]
  if (base === 0) return min
  const falling = { base, gamma: number('lambdaGamma'), power: number('lambdaPower'), min }
  return annealedLambda(run > 0 ? { ...falling, run } : falling)
}
