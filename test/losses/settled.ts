import { constant, nextOfKept, rewrite, type Tensor, withoutKeeping } from '../../src/graph/index.ts'
import { rng } from '../../src/math/rng.ts'
import { evaluate } from '../evaluator/index.ts'
import { type Loss, type Problem, pose } from './problem.ts'

/** Values of kept tensors and of a loss's own parameters by name; those that are not given have the values that they begin with. */
export type Kept = Readonly<Record<string, readonly number[]>>

const filled = <Names extends string>(outputs: Record<Names, Tensor>, state: Kept): Record<Names, Tensor> =>
  rewrite(withoutKeeping(outputs), ({ leaf, shape }) =>
    leaf?.kind === 'kept' || leaf?.kind === 'parameter'
      ? constant(state[leaf.name] ?? leaf.init(rng(1), shape), shape)
      : null,
  )

/** A loss with its kept tensors and parameters as they stand: an ordinary function of x, W and labels. */
export const settled =
  (build: Loss, state: Kept = {}): Loss =>
  (x, W, labels) =>
    filled({ loss: build(x, W, labels) }, state).loss

/** What the kept tensors of a loss are after a step on `problem`, in float64, by name. */
export function nextKept(build: Loss, problem: Problem, state: Kept = {}): Record<string, number[]> {
  const { outputs, feeds } = pose(build, problem)
  const next = [...nextOfKept([outputs.loss])].map(
    ([{ leaf }, value]) => [leaf && 'name' in leaf ? leaf.name : '', value] as const,
  )
  const values = evaluate(filled(Object.fromEntries(next), state), feeds)
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Array.from(data)]))
}
