import { expect } from 'vitest'
import { relativeError } from '../evaluator/index.ts'
import { inFloat64, type Loss, type Problem } from './problem.ts'

/** The rows of `flat` [n, D]. */
export const rowsOf = (flat: readonly number[], D: number): number[][] =>
  Array.from({ length: flat.length / D }, (_, i) => flat.slice(i * D, (i + 1) * D))

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0)

export const length = (a: readonly number[]): number => Math.sqrt(dot(a, a))

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The angles between the rows of x and those of W, in radians. */
export const angles = ({ x, W, D }: Problem): number[][] =>
  rowsOf(x, D).map((a) =>
    rowsOf(W, D).map((b) => Math.acos(Math.min(1, Math.max(-1, dot(a, b) / (length(a) * length(b)))))),
  )

/** −ln of the softmax of each row's own logit, the mean. */
export const crossEntropyOf = (logits: readonly (readonly number[])[], labels: readonly number[]): number =>
  mean(
    logits.map((row, i) => {
      const most = Math.max(...row)
      const total = row.reduce((sum, logit) => sum + Math.exp(logit - most), 0)
      return most + Math.log(total) - row[labels[i]!]!
    }),
  )

/** A loss written out from its paper: from where it is looked at (for what is not differentiated) to its value elsewhere. */
export type WrittenOut = (here: Problem) => (there: Problem) => number

/**
 * Expects value and gradients of a loss to be those of the same loss written out, the gradients by central differences, on a
 * problem. They are compared by ‖Δ‖/‖reference‖.
 */
export function expectWrittenOut(
  loss: Loss,
  written: WrittenOut,
  problem: Problem,
  { value = 1e-10, gradient = 1e-6, step = 1e-6 } = {},
): void {
  const ours = inFloat64(loss, problem)
  const f = written(problem)
  expect(relativeError(ours.loss, [f(problem)])).toBeLessThan(value)
  for (const [name, got] of [
    ['x', ours.gradX],
    ['W', ours.gradW],
  ] as const) {
    const differences = problem[name].map((at, k) => {
      const moved = (to: number): number => f({ ...problem, [name]: problem[name].with(k, to) })
      return (moved(at + step) - moved(at - step)) / (2 * step)
    })
    const error = Math.hypot(...differences.map((d, k) => d - got[k]!))
    // A gradient of nothing has no relative error.
    expect(error / Math.max(Math.hypot(...differences), 1e-3), `gradient in ${name}`).toBeLessThan(gradient)
  }
}
