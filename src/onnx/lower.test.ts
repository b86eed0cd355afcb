import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { convolutionOf, type Geometry } from '../../test/graph/conv-geometry.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { nameOf, plainConvolution, smallConvolutions } from '../../test/onnx/lowered-convolution.ts'
import {
  add,
  constant,
  conv,
  grad,
  input,
  less,
  matmul,
  mul,
  parameter,
  prelu,
  reduceSum,
  reshape,
  type Tensor,
  topologicalOrder,
  where,
} from '../graph/index.ts'
import { anyBatch, decodeModel, emit } from './index.ts'
import { lower } from './lower.ts'

const typesIn = (outputs: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap(({ op }) => op?.type ?? [])
const isConvolution = (type: string): boolean => type === 'Conv' || type === 'ConvTranspose'

/** Every output of `outputs` is what the lowered graph gives, in shape, dtype and value. */
function expectSame(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
  tolerance = 1e-12,
): Record<string, Tensor> {
  const lowered = lower(outputs)
  const [expected, actual] = [evaluate(outputs, feeds), evaluate(lowered, feeds)]
  for (const [name, { shape, dtype }] of Object.entries(outputs)) {
    expect({ shape: lowered[name]!.shape, dtype: lowered[name]!.dtype }, name).toEqual({ shape, dtype })
    expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(tolerance)
  }
  return lowered
}

describe('lower(outputs)', () => {
  it.each(
    smallConvolutions.flatMap((small) =>
      ([1, 2] as const).map((stride) => [nameOf(small), stride, small] as const),
    ),
  )('writes a 3×3 convolution and its adjoints without Conv: %s, stride %i', (_, stride, small) => {
    const { y, dx, dw, feeds } = plainConvolution(small, stride)
    const lowered = expectSame({ y, dx, dw }, feeds)
    expect(typesIn(lowered).filter(isConvolution)).toEqual([])
  })

  const usual: Geometry = {
    batch: 2,
    channels: [2, 3],
    size: [9, 8],
    kernel: [3, 3],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
  }
  const others: [string, Partial<Geometry>][] = [
    ['5×5', { kernel: [5, 5], pads: [2, 2, 2, 2] }],
    ['1×1 with padding', { kernel: [1, 1] }],
    ['3×1', { kernel: [3, 1] }],
    ['dilated', { dilations: [2, 2], pads: [2, 2, 2, 2] }],
    ['without padding', { pads: [0, 0, 0, 0] }],
    ['padded on one side', { pads: [1, 1, 0, 0] }],
    ['of stride 3', { strides: [3, 3] }],
    ['of two strides', { strides: [1, 2] }],
    ['5×5 of stride 2', { kernel: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2] }],
  ]
  it.each(others)('leaves a convolution that is %s alone, and its adjoints', (_, change) => {
    const { y, dx, dw, feeds } = convolutionOf({ ...usual, ...change })
    expect(lower({ y }).y).toBe(y)
    expect(lower({ dx }).dx).toBe(dx)
    expect(typesIn(lower({ dw })).filter(isConvolution)).toEqual(['Conv'])
    expectSame({ y, dx, dw }, feeds)
  })

  // Forms in which the gradient in the weights of another convolution comes, but as convolutions in their own right.
  const lookalikes: [string, Partial<Geometry>][] = [
    ['whose kernel is as large as the map', { size: [6, 5], kernel: [6, 5] }],
    ['whose dilated kernel spans the map', { size: [7, 5], kernel: [4, 3], dilations: [2, 2] }],
    ['padded on one side', { size: [8, 6], kernel: [4, 3], dilations: [2, 2], pads: [1, 1, 0, 0] }],
    ['padded by two', { size: [4, 4], kernel: [3, 3], dilations: [2, 2], pads: [1, 1, 2, 2] }],
  ]
  it.each(lookalikes)('keeps the values of a convolution to 3×3 %s', (_, change) => {
    const { y, dx, dw, feeds } = convolutionOf({ ...usual, ...change })
    expect(y.shape.slice(2)).toEqual([3, 3])
    expectSame({ y, dx, dw }, feeds)
  })

  it('chooses large tiles where the map outweighs the weights, small ones elsewhere', () => {
    const tilesOf = (channels: number, side: number): number[] => {
      const x = input('x', [2, channels, side, side])
      const y = conv(x, input('w', [channels, channels, 3, 3]), { pads: [1, 1, 1, 1] })
      return topologicalOrder([lower({ y }).y!])
        .filter(({ op, shape }) => op?.type === 'MatMul' && shape.length === 3)
        .map(({ shape }) => shape[0]!)
    }
    expect(tilesOf(4, 16)).toEqual([36])
    expect(tilesOf(64, 4)).toEqual([16])
  })

  it('writes PReLU and its gradient as arithmetic', () => {
    const x = input('x', [2, 3, 4, 2])
    const slope = parameter('slope', [3, 1, 1], { init: (_, shape) => new Float32Array(shape[0]!) })
    const y = prelu(x, slope)
    const [dx, dslope] = grad(reduceSum(mul(y, y)), [x, slope]) as [Tensor, Tensor]
    const feeds = { x: numbers(x.shape, 1).with(3, 0), slope: numbers(slope.shape, 2) }
    const lowered = expectSame({ y, dx, dslope }, feeds)
    expect(typesIn(lowered)).not.toEqual(expect.arrayContaining(['PRelu']))
    expect(typesIn(lowered)).not.toEqual(expect.arrayContaining(['Where']))
  })

  it('looks for what is below 0 once for a PReLU and its gradients; a file compares', () => {
    const x = input('x', [2, 3, 4, 2])
    const slope = parameter('slope', [3, 1, 1], { init: (_, shape) => new Float32Array(shape[0]!) })
    const y = prelu(x, slope)
    const [dx, dslope] = grad(reduceSum(mul(y, y)), [x, slope]) as [Tensor, Tensor]
    const lowered = emit(lower({ y, dx, dslope }), { name: 'g' })
    const types = decodeModel(lowered).graph!.node.map(({ opType }) => opType)
    expect(types.filter((type) => type === 'HardSigmoid')).toHaveLength(1)
    expect(types.filter((type) => ['Less', 'Cast'].includes(type))).toEqual([])
    const free = prelu(input('x', [anyBatch, 3, 4, 2]), slope)
    expect(typesIn(lower({ free }))).toEqual(expect.arrayContaining(['Less', 'Cast']))
  })

  it('leaves a choice alone whose other side may be infinite', () => {
    const x = input('x', [2, 3])
    const masked = where(less(x, 0), input('a', [3]), 1)
    expect(lower({ masked }).masked).toBe(masked)
  })

  it('leaves a choice between tensors, or between whole numbers, alone', () => {
    const x = input('x', [2, 3])
    const whole = where(less(x, 0), constant([7], [], 'int32'), constant([-1], [], 'int32'))
    const full = where(less(x, 0), x, 0.5)
    const two = where(less(x, 0), input('a', [3]), input('b', [3]))
    const lowered = lower({ full, two, whole })
    expect([lowered.full, lowered.two, lowered.whole].map((y, i) => y === [full, two, whole][i])).toEqual([
      true,
      true,
      true,
    ])
  })

  it('runs two layers in one layout: no transpose stands between a convolution and the next', () => {
    const x = input('x', [2, 3, 8, 6])
    const [w, v] = [input('w', [4, 3, 3, 3]), input('v', [4, 4, 3, 3])]
    const slope = input('slope', [4, 1, 1])
    const first = prelu(conv(x, w, { strides: [2, 2], pads: [1, 1, 1, 1] }), slope)
    const y = add(first, prelu(conv(first, v, { pads: [1, 1, 1, 1] }), slope))
    const feeds = {
      x: numbers(x.shape, 1),
      w: numbers(w.shape, 2),
      v: numbers(v.shape, 3),
      slope: numbers(slope.shape, 4),
    }
    const lowered = expectSame({ y }, feeds)
    const moved = topologicalOrder([lowered.y!]).filter(({ op }) => op?.type === 'Transpose')
    // The picture and the two weights before, the result behind.
    expect(moved.map(({ shape }) => shape.join())).toEqual(['2,8,6,3', '3,3,3,4', '3,3,4,4', '2,4,4,3'])
  })

  it('keeps names and values of outputs that are leaves, or several times the same', () => {
    const x = input('x', [2, 2])
    const y = reshape(matmul(x, x), [4])
    expectSame({ x, y, again: y }, { x: [1, 2, 3, 4] })
  })
})
