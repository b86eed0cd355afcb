import { beforeAll, describe, expect, it } from 'vitest'
import {
  add,
  constant,
  grad,
  input,
  mul,
  print,
  reduceSum,
  rewrite,
  type Tensor,
} from '../../src/graph/index.ts'
import { emit } from '../../src/onnx/index.ts'
import { createSession } from '../../src/runtime/node.ts'
import type { TensorData } from '../../src/runtime/session.ts'
import { evaluate, finiteDifferences, relativeError } from '../evaluator/index.ts'
import { opCases, otherExports } from './op-cases.ts'
import { numbers, tensorData } from './op-inputs.ts'
import {
  exported,
  opNames,
  outputsOf,
  projection,
  uses,
  usesOf,
  variables,
  withoutGradient,
} from './op-uses.ts'

const differentiable = uses.filter((use) => variables(use).length > 0 && use.op !== 'stopGradient')

describe('the table of operators', () => {
  it('has every operator that src/graph exports', () => {
    const operators = Object.keys(exported).filter((name) => !new Set<string>(otherExports).has(name))
    expect(opNames.toSorted()).toEqual(operators.toSorted())
  })

  it('has at least one use of each', () => {
    for (const name of opNames) expect(opCases[name].length, name).toBeGreaterThan(0)
  })

  it('opNames no other export that is not there', () => {
    expect(Object.keys(exported)).toEqual(expect.arrayContaining([...otherExports]))
  })
})

describe('the gradient agrees with finite differences', () => {
  for (const use of differentiable)
    it(use.name, () => {
      const scalar = projection(use)
      for (const [name, x] of variables(use)) {
        const [exact] = grad(scalar, [x])
        const expected = finiteDifferences(scalar, name, use.feeds)
        expect(Math.hypot(...expected), name).toBeGreaterThan(1e-3)
        expect(relativeError(evaluate({ d: exact! }, use.feeds).d, expected), name).toBeLessThan(1e-7)
      }
    })
})

describe('the gradient of the gradient agrees with finite differences', () => {
  for (const use of differentiable)
    it(use.name, () => {
      const wrt = [...variables(use), ['g', use.g] as const]
      const first = grad(
        projection(use),
        wrt.map(([, x]) => x),
      )
      // Squared, so that there is a second derivative of linear operators, too.
      const scalar = first
        .map((d, i) => reduceSum(mul(mul(d, d), constant(numbers(d.shape, 100 + i), d.shape))))
        .reduce((a, b) => add(a, b))
      for (const [name, x] of wrt) {
        const [exact] = grad(scalar, [x])
        const expected = finiteDifferences(scalar, name, use.feeds)
        expect(relativeError(evaluate({ d: exact! }, use.feeds).d, expected), name).toBeLessThan(1e-6)
      }
    })
})

describe.each(opNames)('in the runtime, value and gradient agree with the definitions: %s', (op) => {
  const mine = usesOf(op).map((use, i) => ({ ...use, prefix: `${i}:`, outputs: outputsOf(use) }))
  let results: Record<string, TensorData> = {}

  // One model holds all uses of an operator, since starting a session takes longer than everything else.
  beforeAll(async () => {
    const outputs: Record<string, Tensor> = {}
    const feeds: Record<string, TensorData> = {}
    for (const use of mine) {
      const renamed = rewrite(use.outputs, ({ leaf, shape, dtype }) => {
        if (leaf?.kind !== 'input') return null
        feeds[use.prefix + leaf.name] = tensorData(use.feeds[leaf.name]!, shape, dtype)
        return input(use.prefix + leaf.name, shape, dtype)
      })
      for (const [name, tensor] of Object.entries(renamed)) outputs[use.prefix + name] = tensor
    }
    const session = await createSession(emit(outputs, { name: op }), { threads: 1 })
    results = await session.run(feeds).finally(session.close)
  })

  for (const use of mine)
    it(use.name, () => {
      const expected = evaluate(use.outputs, use.feeds)
      for (const [name, tensor] of Object.entries(use.outputs)) {
        const { type, shape, data } = results[use.prefix + name]!
        expect({ type, shape }, name).toEqual({ type: tensor.dtype, shape: tensor.shape })
        const actual = Float64Array.from(data, Number)
        if (tensor.dtype === 'float32')
          expect(relativeError(actual, expected[name]!), name).toBeLessThan(1e-5)
        else expect(actual, name).toEqual(expected[name])
      }
    })
})

describe('the printed gradient', () => {
  for (const use of uses) it(use.name, () => expect(print(outputsOf(use))).toMatchSnapshot())
})

describe('where no gradient flows', () => {
  for (const use of uses.filter(({ op }) => op === 'stopGradient'))
    it(`${use.name} gives zeros`, () => {
      const [zero] = grad(projection(use), Object.values(use.x))
      expect(evaluate({ zero: zero! }).zero).toEqual(use.feeds.g!.map(() => 0))
    })

  for (const { name, y } of uses.filter(({ op }) => withoutGradient.includes(op)))
    it(`${name} has no rule`, () => expect(y.op!.vjp).toBeNull())
})
