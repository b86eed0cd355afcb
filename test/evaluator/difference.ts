import type { Tensor } from '../../src/graph/index.ts'
import { evaluate, type Feeds } from './evaluate.ts'

/** ‖a − b‖ / ‖b‖ in the Euclidean norm; ‖a‖ where b is zero; NaN where either holds one. @throws Error when lengths differ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`relativeError: lengths ${a.length} and ${b.length} differ`)
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2
    norm += b[i]! ** 2
  }
  return Math.sqrt(difference / (norm || 1))
}

/** Σ a·b. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * The gradient of the scalar `y` in the leaf `name` by central differences, each element in turn moved by ±`step`:
 * the error is about step² times the third derivative, and 1e-16 / step times the value.
 */
export function finiteDifferences(
  y: Tensor,
  name: string,
  feeds: Feeds,
  { step = 1e-5 }: { step?: number } = {},
): Float64Array {
  const given = feeds[name]
  if (given === undefined) throw new Error(`finiteDifferences: no value for ${name}`)
  const at = Float64Array.from(typeof given === 'number' ? [given] : given)
  return at.map((value, i) => {
    const moved = (to: number): number => evaluate({ y }, { ...feeds, [name]: at.with(i, to) }).y[0]!
    return (moved(value + step) - moved(value - step)) / (2 * step)
  })
}
