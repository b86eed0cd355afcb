import { describe, expect, it } from 'vitest'
import { evaluate } from '../../test/evaluator/index.ts'
import { ShapeError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { decodeModel, emit } from '../onnx/index.ts'
import {
  add,
  drawn,
  grad,
  input,
  keeping,
  kept,
  mul,
  nextOfKept,
  print,
  reduceSum,
  withoutKeeping,
} from './index.ts'

const init = (): Float32Array => new Float32Array(3)
const x = input('x', [2, 3])
const running = kept('running', [3], { init })
const next = add(mul(0.9, running), reduceSum(x, [0]))

describe('keeping(y, leaf, next)', () => {
  const y = mul(x, x)
  const marked = keeping(y, running, next)

  it('is y, and has its gradient; none flows to what is kept', () => {
    const feeds = { x: [1, 2, 3, 4, 5, 6], running: [7, 8, 9] }
    expect(marked.shape).toEqual([2, 3])
    const [gx, gr] = grad(reduceSum(marked), [x, running])
    const got = evaluate({ marked, gx: gx!, gr: gr! }, feeds)
    expect([...got.marked]).toEqual([1, 4, 9, 16, 25, 36])
    expect([...got.gx]).toEqual([2, 4, 6, 8, 10, 12])
    expect([...got.gr]).toEqual([0, 0, 0])
  })

  it('says what comes next, to whoever walks the graph, one behind the other too', () => {
    const other = kept('other', [3], { init })
    const both = keeping(marked, other, add(other, running))
    const found = nextOfKept([reduceSum(both)])
    expect([...found.keys()]).toEqual([running, other])
    expect(found.get(running)).toBe(next)
    expect([...evaluate({ n: found.get(other)! }, { other: [1, 2, 3], running: [1, 1, 1] }).n]).toEqual([
      2, 3, 4,
    ])
  })

  it('is gone without a trace where it is taken out, and in a file', () => {
    const outputs = { total: reduceSum(marked) }
    expect(print(withoutKeeping(outputs))).toBe(print({ total: reduceSum(y) }))
    const { graph } = decodeModel(emit(outputs, { name: 'g' }))
    expect(graph.node.map(({ opType }) => opType)).toEqual(['Mul', 'ReduceSum'])
    expect(graph.input.map(({ name }) => name)).toEqual(['x'])
  })

  it('refuses what is not kept, another shape, two next values, and one that forgets the present', () => {
    expect(() => keeping(y, x, x)).toThrow(new ShapeError('keeping: leaf must be kept, got x'))
    expect(() => keeping(y, running, x)).toThrow(
      new ShapeError('keeping: the next value of running must be float32 [3], got float32 [2,3]'),
    )
    expect(() => nextOfKept([keeping(marked, running, add(next, 1))])).toThrow(
      new ShapeError('keeping: two next values, got both for running'),
    )
    expect(() => nextOfKept([keeping(y, running, reduceSum(x, [0]))])).toThrow(
      new ShapeError('keeping: the next value must depend on the present one, got one of running'),
    )
  })
})

it('kept(name) and drawn(name) are leaves with whatever fills them, float32', () => {
  const noise = drawn('noise', [2, 2], (random) => Float32Array.of(random.uniform(), 1, 2, 3))
  expect([running.dtype, noise.dtype]).toEqual(['float32', 'float32'])
  expect(print({ y: add(noise, reduceSum(running)) })).toBe(
    [
      'noise = drawn: float32[2,2]',
      'running = kept: float32[3]',
      '%2 = ReduceSum(running, keepdims=0, [0]): float32[]',
      '%3 = Add(noise, %2): float32[2,2]',
      'y <- %3',
    ].join('\n'),
  )
  if (noise.leaf?.kind !== 'drawn') throw new Error('drawn: another leaf')
  expect(noise.leaf.draw(rng(1), [2, 2])).toEqual(noise.leaf.draw(rng(1), [2, 2]))
  expect(() => kept('k', [0], { init })).toThrow(
    new ShapeError('kept k: sizes must be whole and at least 1, got [0]'),
  )
  expect(() => drawn('d', [1.5], init)).toThrow(
    new ShapeError('drawn d: sizes must be whole and at least 1, got [1.5]'),
  )
})

it('a kept tensor with a value is stored in the file, one without is an input', () => {
  const outputs = { y: add(x, running) }
  const names = (file: Uint8Array) => decodeModel(file).graph.input.map(({ name }) => name)
  expect(names(emit(outputs, { name: 'g' }))).toEqual(['x', 'running'])
  const stored = emit(outputs, { name: 'g', values: new Map([['running', [1, 2, 3]]]) })
  expect(names(stored)).toEqual(['x'])
  expect(decodeModel(stored).graph.initializer.map(({ name }) => name)).toEqual(['running'])
})
