import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import {
  add,
  exp,
  grad,
  input,
  matmul,
  mul,
  parameter,
  reduceSum,
  relu,
  reshape,
  type Tensor,
  topologicalOrder,
  transpose,
} from '../graph/index.ts'
import { cutAt } from './cut.ts'

const types = (outputs: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap(({ op }) => op?.type ?? [])

/** A layer and an exponential, and the gradient of a pull on it in the layer's weights. */
function step() {
  const x = input('x', [2, 3])
  const w = parameter('w', [4, 3], { init: (_, shape) => new Float32Array(shape[0]! * shape[1]!) })
  const feature = exp(relu(reshape(matmul(x, transpose(w)), [8])))
  const pull = input('pull', [8])
  const [dw] = grad(reduceSum(mul(pull, feature)), [w])
  return {
    outputs: { feature, dw: dw!, sum: reduceSum(feature), twice: add(w, w) },
    feeds: { x: numbers([2, 3], 1), w: numbers([4, 3], 2), pull: numbers([8], 3) },
  }
}

describe('cutAt(outputs, at)', () => {
  it('gives two graphs that give together what the whole does', () => {
    const { outputs, feeds } = step()
    const whole = evaluate(outputs, feeds)
    const { first, second, crossing } = cutAt(outputs, ['feature'])
    const before: Record<string, Float64Array> = evaluate(first, feeds)
    expect(before.feature).toEqual(whole.feature)
    const crossed = Object.fromEntries(crossing.map((name) => [name, before[name]!]))
    const after: Record<string, Float64Array> = evaluate(second, { ...feeds, ...crossed })
    expect(after).toEqual({ dw: whole.dw, sum: whole.sum, twice: whole.twice })
  })

  it('computes nothing of the first part again in the second, and stores no reshape', () => {
    const { outputs } = step()
    const { first, second } = cutAt(outputs, ['feature'])
    expect(types(second)).not.toContain('Exp')
    expect(types(second)).not.toContain('Relu')
    expect(Object.values(first).map(({ op }) => op?.type)).not.toContain('Reshape')
    // The one product of the forward is stored before it is reshaped, where its sign is asked for.
    expect(types(second).filter((type) => type === 'MatMul')).toHaveLength(1)
  })

  it('passes on an output that is part of the way', () => {
    const x = input('x', [3])
    const { first, second, crossing } = cutAt({ end: exp(relu(x)), way: relu(x) }, ['end'])
    expect(crossing).toEqual([])
    expect(Object.keys(first)).toEqual(['end'])
    expect(evaluate(second, { x: [-1, 0, 2] }).way).toEqual(Float64Array.of(0, 0, 2))
    const shared = relu(x)
    const cut = cutAt({ end: exp(shared), way: shared }, ['end'])
    expect(cut.crossing).toEqual(['crossing:0'])
    expect(Object.keys(cut.first)).toEqual(['crossing:0', 'end'])
  })
})
