import { describe, expect, it } from 'vitest'
import { evaluate, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { add, input, kept, mul, relu, reshape, type Tensor, topologicalOrder } from '../graph/index.ts'
import { batchNorm, convolution, filled, fullyConnected, prelu } from '../nn/index.ts'
import { decodeModel, emit, fold } from './index.ts'

const map = input('x', [2, 3, 6, 5])
const rows = input('x', [2, 6])
const init = filled(0)

/** Values of all that is learnt and kept, other than those with which a network starts. */
function valuesOf(y: Tensor): Map<string, Float64Array> {
  return new Map(
    topologicalOrder([y]).flatMap(({ leaf, shape }, i) => {
      if (leaf?.kind !== 'parameter' && leaf?.kind !== 'kept') return []
      const values = numbers(shape, i)
      return [[leaf.name, leaf.name.endsWith('.variance') ? values.map((v) => v * v + 0.1) : values]]
    }),
  )
}

/** The folded graph of y with its values. */
function folded(y: Tensor) {
  const values = valuesOf(y)
  return { values, y: fold({ y }, values).y }
}

/** Operators between x and y, in order. */
const pathOf = (y: Tensor): string[] => {
  const onPath = new Set<Tensor>()
  return topologicalOrder([y]).flatMap((node) => {
    if (node.leaf?.kind === 'input') onPath.add(node)
    if (!node.inputs.some((x) => onPath.has(x))) return []
    onPath.add(node)
    return [node.op!.type]
  })
}

const norm = (x: Tensor, name = 'b'): Tensor => batchNorm(x, name)
const conv3 = (x: Tensor, name = 'c', more = {}): Tensor => convolution(x, name, { out: 4, init, ...more })

const cases: Readonly<Record<string, readonly [y: Tensor, path: readonly string[]]>> = {
  'behind a convolution with a bias': [norm(conv3(map)), ['Conv', 'Add']],
  'behind a convolution without one': [norm(conv3(map, 'c', { bias: false, stride: 2 })), ['Conv', 'Add']],
  'behind a depthwise convolution': [
    norm(conv3(map, 'c', { out: 3, group: 3, bias: false })),
    ['Conv', 'Add'],
  ],
  'behind a fully connected layer': [norm(fullyConnected(rows, 'f', { out: 4, init })), ['MatMul', 'Add']],
  'before a convolution without padding': [
    conv3(norm(map), 'c', { kernel: 1, pad: 0, bias: false }),
    ['Conv', 'Add'],
  ],
  'before a padded convolution': [conv3(norm(map), 'c', { bias: false }), ['Conv', 'Add']],
  'before a padded convolution with stride 2 and a bias': [
    conv3(norm(map), 'c', { stride: 2 }),
    ['Conv', 'Add'],
  ],
  'before a convolution in groups': [
    conv3(norm(convolution(map, 'e', { out: 6, init })), 'c', { group: 2, bias: false }),
    ['Conv', 'Conv', 'Add'],
  ],
  'before and behind a padded convolution': [
    norm(conv3(norm(map), 'c', { bias: false }), 'd'),
    ['Conv', 'Add'],
  ],
  'before a fully connected layer': [
    fullyConnected(norm(rows), 'f', { out: 4, bias: false, init }),
    ['MatMul', 'Add'],
  ],
  'before the rows of a map and a fully connected layer, and behind it': [
    norm(fullyConnected(reshape(norm(map), [2, 90]), 'f', { out: 4, init }), 'g'),
    ['Reshape', 'MatMul', 'Add'],
  ],
  'in a residual unit': [
    add(
      map,
      norm(
        convolution(prelu(norm(conv3(norm(map, 'a'), 'c', { bias: false })), 'p'), 'd', { out: 3, init }),
        'e',
      ),
    ),
    ['Conv', 'Add', 'PRelu', 'Conv', 'Add', 'Add'],
  ],
  'behind the sum of two convolutions': [
    norm(add(conv3(map, 'c'), conv3(map, 'd', { kernel: 1, pad: 0 }))),
    ['Conv', 'Add', 'Conv', 'Add', 'Add', 'Add'],
  ],
}

describe('fold(outputs, values)', () => {
  for (const [name, [y, path]] of Object.entries(cases))
    it(`makes batch normalisation ${name} part of it, and changes no value`, () => {
      const { values, y: got } = folded(y)
      expect(got.shape).toEqual(y.shape)
      const feeds = { ...Object.fromEntries(values), x: numbers([180], 50) }
      const inputs = {
        ...feeds,
        x: y.inputs.length && topologicalOrder([y]).includes(rows) ? numbers([12], 50) : feeds.x,
      }
      // The weights are rounded to float32 once.
      expect(relativeError(evaluate({ got }, inputs).got, evaluate({ y }, inputs).y)).toBeLessThan(3e-7)
      expect(pathOf(got)).toEqual(path)
      const names = decodeModel(emit({ got }, { name: 'g', values })).graph.initializer.map(
        (stored) => stored.name,
      )
      expect(names.filter((stored) => /mean|variance/.test(stored))).toEqual([])
    })

  it('leaves it where nothing can take it, as one product and one sum of constants', () => {
    const y = relu(norm(relu(map)))
    const { values, y: got } = folded(y)
    expect(pathOf(got)).toEqual(['Relu', 'Mul', 'Add', 'Relu'])
    const feeds = { ...Object.fromEntries(values), x: numbers([180], 50) }
    expect(relativeError(evaluate({ got }, feeds).got, evaluate({ y }, feeds).y)).toBeLessThan(1e-7)
    expect(topologicalOrder([got]).flatMap(({ leaf }) => (leaf && 'name' in leaf ? leaf.name : []))).toEqual([
      'x',
    ])
  })

  it('does not change a layer that others read as well', () => {
    const shared = conv3(map)
    const y = add(norm(shared), relu(shared))
    const { values, y: got } = folded(y)
    expect(pathOf(got).filter((type) => type === 'Conv')).toHaveLength(1)
    const feeds = { ...Object.fromEntries(values), x: numbers([180], 50) }
    expect(relativeError(evaluate({ got }, feeds).got, evaluate({ y }, feeds).y)).toBeLessThan(1e-7)
  })

  it('touches nothing of a network without kept tensors, and nothing whose values are not given', () => {
    const y = mul(conv3(map), fullyConnected(reshape(input('k', [1, 1]), [1, 1]), 'f', { out: 1, init }))
    expect(fold({ y }, valuesOf(y)).y).toBe(y)
    const open = norm(conv3(map))
    expect(pathOf(fold({ open }, new Map()).open)).toEqual(['Conv', 'Add', 'Mul', 'Add'])
    const state = add(map, kept('k', [], { init }))
    expect(pathOf(fold({ state }, new Map([['k', [1]]])).state)).toEqual(['Add'])
  })

  it('stores no more than the network had', () => {
    const y = norm(conv3(norm(input('x', [1, 3, 40, 40])), 'c', { bias: false }), 'd')
    const { values, y: got } = folded(y)
    const { initializer } = decodeModel(emit({ got }, { name: 'g', values })).graph
    const stored = initializer.map(({ dims }) => dims.map(Number).reduce((a, b) => a * b, 1))
    // But for the map of ones.
    expect(stored.filter((size) => size !== 1600).reduce((a, b) => a + b)).toBeLessThan(
      3 * 4 * 9 + 4 * 9 + 10,
    )
  })
})
