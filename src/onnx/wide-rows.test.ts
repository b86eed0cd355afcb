import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { runCases } from '../../test/onnx/run-cases.ts'
import {
  add,
  div,
  elementCount,
  grad,
  input,
  max,
  min,
  mul,
  reduceSum,
  rewrite,
  type Shape,
  sub,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { batchNorm } from '../nn/index.ts'
import { anyBatch, lower } from './index.ts'
import { wideRows } from './wide-rows.ts'

const typesIn = (y: Tensor): string[] => topologicalOrder([y]).flatMap(({ op }) => op?.type ?? [])

const values = (x: Tensor, seed: number): Float64Array => numbers(x.shape, seed)

/** Maps [N, H, W, C] whose pixels divide into rows, evenly or hardly, and where a row is one pixel. */
const maps: Shape[] = [
  [3, 40, 30, 32],
  [2, 31, 29, 64],
  [5, 13, 41, 48],
  [1, 6, 11, 1600],
]

describe.each(maps.map((shape) => [shape.join('×'), shape] as const))('wideRows on %s', (_, shape) => {
  const channels = shape[3]!
  const x = input('x', shape)
  const v = input('v', [channels])
  const operations = [
    ['x + v', add(x, v)],
    ['v − x', sub(v, x)],
    ['x · v [1, 1, 1, C]', mul(x, input('u', [1, 1, 1, channels]))],
    ['x / v', div(x, v)],
    ['the larger of x and v', max(x, v)],
    ['the smaller of v and x', min(v, x)],
    ['the sum over the pixels', reduceSum(x, [0, 1, 2])],
    ['the sum over the pixels, with axes of 1', reduceSum(x, [0, 1, 2], { keepdims: true })],
    ['a chain of them', reduceSum(mul(add(mul(x, v), v), x), [0, 1, 2])],
  ] as const
  it.each(operations)('changes no value and no shape: %s', async (_, y) => {
    const { y: wide } = rewrite({ y }, wideRows)
    expect(wide.shape).toEqual(y.shape)
    const feeds = { x: values(x, 1), v: numbers([channels], 2), u: numbers([channels], 3) }
    const expected = evaluate({ y }, feeds).y
    expect(relativeError(evaluate({ y: wide }, feeds).y, expected)).toBeLessThan(1e-11)
    const [run] = await runCases([{ outputs: { y: wide }, feeds }])
    expect(relativeError(run!.y!, expected)).toBeLessThan(1e-4)
  })
})

describe('wideRows', () => {
  const v = input('v', [32])
  it('puts pixels side by side where channels are few', () => {
    const x = input('x', [4, 28, 32, 32])
    const { y } = rewrite({ y: add(x, v) }, wideRows)
    expect(y.op?.type).toBe('Reshape')
    expect(y.inputs[0]!.shape).toEqual([elementCount(x.shape) / 1024, 1024])
  })

  it.each([
    ['small maps', add(input('x', [2, 5, 5, 32]), v)],
    ['rows without a map', add(input('x', [9000, 32]), v)],
    ['maps of a free batch', add(input('x', [anyBatch, 28, 32, 32]), v)],
    ['one number a row of pixels', mul(input('x', [4, 28, 32, 32]), input('w', [32, 1]))],
    ['sums over channels', reduceSum(input('x', [4, 28, 32, 32]), [3])],
  ])('leaves %s alone', (_, y) => {
    expect(rewrite({ y }, wideRows).y).toBe(y)
  })

  it('keeps batch normalisation and its gradients as they were', () => {
    const x = input('x', [2, 32, 60, 50])
    const y = batchNorm(x, 'b', { training: true })
    const loss = reduceSum(mul(y, input('g', x.shape)))
    const outputs = { y, dx: grad(loss, [x])[0]! }
    const feeds = {
      x: values(x, 1).map((n) => 3 + 2 * n),
      g: values(x, 2),
      'b.weight': numbers([32], 3),
      'b.bias': numbers([32], 4),
      'b.mean': numbers([32], 5),
      'b.variance': numbers([32], 6),
    }
    const lowered = lower(outputs)
    const [expected, actual] = [evaluate(outputs, feeds), evaluate(lowered, feeds)]
    for (const name of ['y', 'dx'] as const)
      expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(1e-10)
    expect(typesIn(lowered.dx!)).toContain('ReduceSum')
  })
})
