import fc from 'fast-check'
import { grad, input, mul, reduceSum, type Shape, type Tensor } from '../../src/graph/index.ts'
import { dot, evaluate } from '../evaluator/index.ts'
import { numbers } from './op-inputs.ts'

/** Shapes of one to four small axes. */
export const shapes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 5 }), {
  minLength: 1,
  maxLength: 4,
})

/** |⟨g, y⟩ − ⟨dx, x⟩| of a linear `y` of x, NaN where the gradient has another shape. */
export function linearError(shape: Shape, build: (x: Tensor) => Tensor): number {
  const x = input('x', shape)
  const y = build(x)
  const g = input('g', y.shape)
  const [dx] = grad(reduceSum(mul(y, g)), [x]) as [Tensor]
  if (`${dx.shape}` !== `${shape}`) return Number.NaN
  const feeds = { x: numbers(shape, 1), g: numbers(y.shape, 2) }
  const values = evaluate({ y, dx }, feeds)
  return Math.abs(dot(feeds.g, values.y) - dot(values.dx, feeds.x))
}
