import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, type Feeds, relativeError } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import { graphLeaves, leafValues, moves, permutationAt, randomGraph } from '../../test/onnx/random-graph.ts'
import { sfnet } from '../backbones/index.ts'
import {
  add,
  elementCount,
  input,
  inversePermutation,
  mul,
  parameter,
  reduceSum,
  square,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { angularMetrics, lmcl } from '../losses/index.ts'
import { permuteAxes } from '../math/permute.ts'
import { filled, gaussian } from '../nn/index.ts'
import { sgd } from '../optim/index.ts'
import { buildStep } from '../train/index.ts'
import { lower, relayoutState } from './index.ts'

const nextName = (name: string): string => `next:${name}`
const weight = (name: string, shape: readonly number[]): Tensor => parameter(name, shape, { init: filled(0) })

/** Two state tensors; how the next values of each come about is drawn: as they are, there and back, or from elsewhere. */
const states = [
  { name: 'w', shape: [3, 2, 2, 4] },
  { name: 'v', shape: [4, 3] },
] as const
const ways = fc.tuple(
  ...states.map(() => fc.record({ way: fc.nat(3), order: fc.nat(30), lead: fc.boolean() })),
)

function stepOf(drawn: readonly { way: number; order: number; lead: boolean }[]): Record<string, Tensor> {
  const leaves = states.map(({ name, shape }, i) => (i === 0 ? weight(name, shape) : input(name, shape)))
  return Object.fromEntries(
    states.map(({ name, shape }, i) => {
      const leaf = leaves[i]!
      const { way, order, lead } = drawn[i]!
      const permutation = permutationAt(shape.length, order)
      const there = transpose(leaf, permutation)
      const back = inversePermutation(permutation)
      const gradient = input(`g${i}`, there.shape)
      const other = reduceSum(leaves[1 - i]!)
      const next = [
        mul(leaf, 0.9),
        transpose(add(square(there), other), back),
        add(transpose(gradient, back), mul(leaf, 0.5)),
        transpose(gradient, back),
      ][way]!
      return [nextName(name), lead ? add(next, other) : next]
    }),
  )
}

describe('relayoutState(outputs)', () => {
  it('gives the same values, in the layouts that it names, for any small graph', () => {
    fc.assert(
      fc.property(moves, ways, (program, drawn) => {
        const next = stepOf(drawn)
        const outputs = { ...randomGraph(program, [...graphLeaves, weight('w', states[0].shape)]), ...next }
        const feeds: Record<string, ArrayLike<number>> = { ...leafValues }
        for (const { leaf, shape } of topologicalOrder(Object.values(outputs)))
          if (leaf && leaf.kind !== 'constant') feeds[leaf.name] ??= numbers(shape, leaf.name.length)
        const { outputs: stored, layouts } = relayoutState(lower(outputs), nextName)
        const fed: Feeds = Object.fromEntries(
          Object.entries(feeds).map(([name, values]) => {
            const state = states.find((s) => s.name === name)
            const layout = layouts.get(name)
            return [
              name,
              state && layout ? permuteAxes(Float32Array.from(values), state.shape, layout) : values,
            ]
          }),
        )
        const [expected, actual] = [evaluate(outputs, feeds), evaluate(stored, fed)]
        return Object.keys(outputs).every((name) => {
          const state = states.find((s) => nextName(s.name) === name)
          const layout = state && layouts.get(state.name)
          const kept = Float32Array.from(actual[name]!)
          const inOrder =
            state && layout
              ? permuteAxes(kept, stored[name]!.shape, inversePermutation(layout))
              : actual[name]!
          return relativeError(inOrder, expected[name]!) < 1e-6
        })
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('keeps in another layout only what is made in another', () => {
    const w = weight('w', [3, 2])
    const next = transpose(mul(transpose(w), 2))
    expect(relayoutState({ 'next:w': mul(w, 2) }, nextName).layouts.size).toBe(0)
    const { outputs, layouts } = relayoutState({ 'next:w': next }, nextName)
    expect([...layouts]).toEqual([['w', [1, 0]]])
    expect(topologicalOrder(Object.values(outputs)).map(({ op }) => op?.type)).not.toContain('Transpose')
  })
})

describe('a lowered step of an SFNet', () => {
  const step = buildStep({
    backbone: (pixels) => sfnet(pixels, { depth: 10, width: 0.125, dimensions: 11 }),
    loss: lmcl,
    optimiser: sgd(),
    batch: 4,
    height: 28,
    width: 24,
    classes: 7,
    prototypes: gaussian(0.1),
    metrics: angularMetrics,
  })
  const { outputs, layouts } = relayoutState(lower(step.outputs), nextName)
  const order = topologicalOrder(Object.values(outputs))

  it('keeps every kernel and its velocity as [3, 3, Ci, Co], and matrices as they are', () => {
    for (const { name, shape } of step.state) {
      const kept = shape.length === 4 ? [2, 3, 1, 0] : undefined
      expect(layouts.get(name), name).toEqual(kept)
    }
  })

  it('transposes no weight, no velocity and no gradient of either, but for the matrices that a product reads', () => {
    const weights = new Set(
      step.state
        .filter(({ shape }) => shape.length === 2 || shape.length === 4)
        .map(({ shape }) => elementCount(shape)),
    )
    const moved = order.filter(
      ({ op, shape }) => op?.type === 'Transpose' && weights.has(elementCount(shape)),
    )
    const readers = (x: Tensor): string[] =>
      order.filter(({ inputs }) => inputs.includes(x)).map(({ op }) => op!.type)
    // ONNX Runtime reads these in place: a transpose before a product becomes part of it.
    expect(moved.map((x) => [x.shape, readers(x)])).toEqual([
      [[256, 11], ['MatMul']],
      [[11, 7], ['MatMul']],
      // The metrics' product, which is written once with the loss's.
      [[11, 7], ['MatMul']],
    ])
  })

  it('holds no convolution, and transposes no map but behind the last layer', () => {
    const types = order.flatMap(({ op }) => op?.type ?? [])
    expect(types.filter((type) => /Conv/.test(type))).toEqual([])
    const maps = order.filter(({ op, shape }) => op?.type === 'Transpose' && shape.length === 4)
    expect([...new Set(maps.map(({ shape }) => [...shape].sort((a, b) => a - b).join()))]).toEqual([
      '2,2,4,64',
    ])
  })
})
