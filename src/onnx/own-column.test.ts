import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { numbers } from '../../test/graph/op-inputs.ts'
import {
  add,
  cast,
  constant,
  equal,
  input,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  sub,
  type Tensor,
  topologicalOrder,
} from '../graph/index.ts'
import { createSession } from '../runtime/node.ts'
import { emit } from './emit.ts'
import { tidy } from './tidy.ts'

const [n, classes] = [4, 5]
const labels = input('labels', [n], 'int32')
const A = input('A', [n, classes])
const row = input('row', [n, 1])
const Y = cast(equal(reshape(labels, [n, 1]), constant([0, 1, 2, 3, 4], [1, classes], 'int32')), 'float32')

/** What losses do with the class of a sample. */
const outputs = {
  own: reduceSum(mul(Y, A), [1]),
  ownKept: reduceSum(mul(A, Y), [1], { keepdims: true }),
  less: sub(A, mul(0.35, Y)),
  more: add(mul(Y, row), A),
  other: reduceMax(sub(A, mul(Y, 4)), [1]),
  counted: reduceSum(mul(Y, row), [1]),
}
// Two labels are no class: with many classes those of a sample may be looked at elsewhere.
const feeds = { labels: [2, -1, 4, 7], A: numbers([n, classes], 1), row: numbers([n, 1], 2) }

const matrices = (of: Readonly<Record<string, Tensor>>): string[] =>
  topologicalOrder(Object.values(of)).flatMap(({ op, shape }) =>
    op && shape.join() === `${n},${classes}` ? op.type : [],
  )

describe('tidy(outputs), of rows of an identity matrix', () => {
  it('changes no value, of labels that name no class too', () => {
    const [before, after] = [evaluate(outputs, feeds), evaluate(tidy(outputs), feeds)]
    for (const name of Object.keys(outputs) as (keyof typeof outputs)[]) {
      expect(tidy(outputs)[name]!.shape, name).toEqual(outputs[name].shape)
      expect([...after[name]!], name).toEqual([...before[name]!])
    }
  })

  it('makes no matrix of them, and passes over none where one element a row is wanted', () => {
    expect(matrices(outputs)).toContain('Equal')
    expect(new Set(matrices(tidy(outputs)))).toEqual(new Set(['ScatterElements']))
    const { own, ownKept } = outputs
    expect(matrices(tidy({ own, ownKept }))).toEqual([])
  })

  it('leaves a matrix that is not the identity, and one that is used as it is', () => {
    const other = cast(
      equal(reshape(labels, [n, 1]), constant([0, 1, 2, 4, 3], [1, classes], 'int32')),
      'float32',
    )
    const kept = { own: reduceSum(mul(other, A), [1]), as: add(A, Y), by: add(A, mul(Y, A)) }
    expect(matrices(tidy(kept)).toSorted()).toEqual(matrices(kept).toSorted())
  })

  it('runs, and gives what the evaluator gives', async () => {
    const session = await createSession(emit(tidy(outputs), { name: 'test' }), { threads: 1 })
    const given = await session.run({
      labels: { type: 'int32', shape: [n], data: Int32Array.from(feeds.labels) },
      A: { type: 'float32', shape: [n, classes], data: Float32Array.from(feeds.A) },
      row: { type: 'float32', shape: [n, 1], data: Float32Array.from(feeds.row) },
    })
    await session.close()
    const expected = evaluate(outputs, feeds)
    for (const name of Object.keys(outputs) as (keyof typeof outputs)[])
      for (const [i, value] of expected[name]!.entries())
        expect(given[name]!.data[i], `${name} ${i}`).toBeCloseTo(value, 5)
  })
})
